package run

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// readImported reads the parts that their owners have committed.
func (d *dataset) readImported(dir string, c *Config) error {
	for i, files := range c.Data {
		if files.Part == "" {
			d.imported = append(d.imported, nil)
			continue
		}
		file, err := bundle.ReadPart(within(dir, files.Part))
		if err != nil {
			return fmt.Errorf("data %d: %w", i+1, err)
		}
		opening, err := owner.ReadPartOpening(within(dir, files.Opening), file)
		if err != nil {
			return fmt.Errorf("data %d: %w", i+1, err)
		}
		encoding := opening.Recipe.Encoding
		if d.encoding != nil && encoding != nil {
			if what := otherwise(d.encoding, encoding); what != "" {
				return fmt.Errorf("data %d: %s was encoded otherwise than in another part; owners whose rows are trained on together agree on one encoding first: %w", i+1, what, fault.ErrInput)
			}
		} else if encoding != nil {
			d.encoding = encoding
		}
		d.imported = append(d.imported, &imported{file: file, opening: opening})
	}
	return d.distinct()
}

// distinct refuses a part that is imported twice: its rows would be read, and
// counted, twice.
func (d *dataset) distinct() error {
	var parts [][][]bn254.G1Affine
	var places []int
	for i, p := range d.imported {
		if p != nil {
			parts, places = append(parts, p.file.Commitment.Tensors()), append(places, i+1)
		}
	}
	if i, j, shared := bundle.SharedRow(parts); shared {
		return fmt.Errorf("data %d and %d are the same committed rows: %w", places[i], places[j], fault.ErrUsage)
	}
	return nil
}

// otherwise names a feature or target that two encodings read differently; ""
// if there is none.
func otherwise(a, b *data.Encoding) string {
	if a.FractionBits != b.FractionBits || a.TargetFractionBits != b.TargetFractionBits {
		return "every cell"
	}
	for _, side := range [2][2][]data.Column{{a.Features, b.Features}, {a.Targets, b.Targets}} {
		if len(side[0]) != len(side[1]) {
			return "the table"
		}
		for i := range side[0] {
			x, y := side[0][i], side[1][i]
			if x.Index, y.Index = 0, 0; !reflect.DeepEqual(x, y) {
				return fmt.Sprintf("column %q", y.Name)
			}
		}
	}
	return ""
}

// checkImported checks that the rows are those that the owner has committed
// and certified.
func (d *Directory) checkImported(ctx context.Context, p *imported, rows *data.Dataset, setup *commitments.Setup) error {
	if m := mode.Name(d.Config.Proof.Mode); p.file.Mode != m {
		return fmt.Errorf("the part was certified in mode %s, the proofs of this run are in mode %s: %w", p.file.Mode, m, fault.ErrUsage)
	}
	if _, err := owner.OpenPart(setup, p.file, p.opening, rows); err != nil {
		return err
	}
	return p.file.Verify(ctx, &mode.Verifier{Setup: setup.Verifier(), Wraps: wrap.Verifier{Powers: setup, Cache: d.keys}})
}

// Import checks a part that its owner has committed, against its rows and the
// opening that she gave away, and adds it to run.toml: the next Commit takes
// it as it is. File names in c are relative to the working directory; Labels
// is for idx. Errors wrap fault.ErrRejected if rows, opening, part and
// certificate do not belong together.
func (d *Directory) Import(ctx context.Context, c DataConfig) (*PartRecord, error) {
	m, err := d.readModel()
	if err != nil {
		return nil, err
	}
	setup, err := d.Setup()
	if err != nil {
		return nil, err
	}
	trial := *d.Config
	trial.Data, trial.Vocabulary = []DataConfig{c}, nil
	if err := trial.checkData(0); err != nil {
		return nil, err
	}
	rows, err := readDataset(".", &trial, m.program())
	if err != nil {
		return nil, err
	}
	p := piece{name: c.Part, rows: rows.train[0], imported: rows.imported[0], source: c.File}
	if err := d.fitsCommit(rows, []piece{p}, m.program().Loss.Labels); err != nil {
		return nil, err
	}
	d.progress.Start("check the part", 0)
	defer d.progress.Finish()
	if err := d.checkImported(ctx, rows.imported[0], rows.train[0], setup); err != nil {
		return nil, err
	}
	r := p.describe(m)
	digest := rows.imported[0].file.Digest()
	r.File, r.Digest, r.Integers = c.Part, fmt.Sprintf("%x", digest), ""
	if err := d.imports(rows.imported[0].file); err != nil {
		return nil, err
	}
	if err := d.addData(c); err != nil {
		return nil, err
	}
	r.Name, _ = d.Config.names(len(d.Config.Data) - 1)
	return &r, nil
}

// imports refuses a part that run.toml names already, wherever its file lies.
func (d *Directory) imports(file *bundle.PartFile) error {
	for i, other := range d.Config.Data {
		if other.Part == "" {
			continue
		}
		have, err := bundle.ReadPart(within(d.Path, other.Part))
		if err != nil {
			return fmt.Errorf("data %d: %w", i+1, err)
		}
		if _, _, shared := bundle.SharedRow([][][]bn254.G1Affine{have.Commitment.Tensors(), file.Commitment.Tensors()}); shared {
			return fmt.Errorf("the part is in %s already, as data %d: %w", ConfigFile, i+1, fault.ErrUsage)
		}
	}
	return nil
}

// addData appends a [[data]] table to run.toml, which its owner may have
// edited: nothing else in it changes.
func (d *Directory) addData(c DataConfig) error {
	one := Config{Data: []DataConfig{c}}
	if err := one.relocate(d.Path); err != nil {
		return err
	}
	c = one.Data[0]
	for _, other := range d.Config.Data {
		if other.Part == c.Part {
			return fmt.Errorf("part %s is in %s already: %w", c.Part, ConfigFile, fault.ErrUsage)
		}
	}
	more := *d.Config
	if more.Data = append(slices.Clip(more.Data), c); more.checkNames() != nil {
		return more.checkNames()
	}
	path := d.file(ConfigFile)
	text, err := artefact.ReadFile(path, maxConfig)
	if err != nil {
		return err
	}
	table := fmt.Sprintf("\n[[data]]   # committed by its owner\nname = %s\nfile = %s\nlabels = %s\npart = %s\nopening = %s\nconstants = {}\n",
		quote(c.Name), quote(c.File), quote(c.Labels), quote(c.Part), quote(c.Opening))
	if err := artefact.WriteFile(path, append(text, table...), artefact.PublicMode); err != nil {
		return err
	}
	d.Config.Data, d.rows = append(d.Config.Data, c), nil
	return nil
}
