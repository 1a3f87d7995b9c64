package run

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tflite"
)

// Audited is what claims about a run directory can name: its committed parts,
// training and test, and, if it is proven, its final weights.
type Audited struct {
	Parts        map[string]*audit.OwnedPart
	Certificates map[string][]byte
	Run          *audit.OwnedRun // nil: nothing is proven yet
	Bundle       *bundle.Bundle
}

// Ledger returns the file that records what audits have released about the
// parts of the run.
func (d *Directory) Ledger() string {
	if d.Config.Audit.Ledger == "" {
		return d.file(LedgerFile)
	}
	return within(d.Path, d.Config.Audit.Ledger)
}

// Audited opens everything that was committed in the directory. Errors are
// those of loading: fault.ErrUsage if nothing is committed yet or something
// has changed since.
func (d *Directory) Audited() (*Audited, error) {
	m, err := readModel(d.Path, d.Config)
	if err != nil {
		return nil, err
	}
	rows, err := readDataset(d.Path, d.Config, m.program())
	if err != nil {
		return nil, err
	}
	srs, err := d.SRS()
	if err != nil {
		return nil, err
	}
	var r CommitRecord
	found, err := d.readRecord(commitDir, &r)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("the dataset is not committed yet: run zkaudit commit first: %w", fault.ErrUsage)
	}
	if err := r.same(d.describe(rows, m, srs)); err != nil {
		return nil, err
	}
	a := &Audited{Parts: map[string]*audit.OwnedPart{}, Certificates: map[string][]byte{}}
	parts, tests := d.pieces(rows)
	records := append(pointers(r.Parts), pointers(r.Tests)...)
	for i, p := range append(parts, tests...) {
		part, certificate, err := d.loadPart(p.name, p.rows, records[i], srs)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		owned := part.owned(p.rows)
		if owned.Origins, err = d.origins(p.table); err != nil {
			return nil, err
		}
		a.Parts[p.name], a.Certificates[p.name] = owned, certificate
	}
	return a, d.auditedRun(a, srs, records[:len(parts)])
}

// auditedRun adds the run, if it is proven. Files that do not belong together,
// as a crash or hands can leave them, are no verdict: fault.ErrUsage.
func (d *Directory) auditedRun(a *Audited, srs *commitments.SRS, trained []*PartRecord) error {
	file, err := artefact.ReadFile(d.file(BundleFile), bundle.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.Bundle, err = bundle.Unmarshal(file); err != nil {
		return fmt.Errorf("%s: %w", d.file(BundleFile), err)
	}
	if err := d.aboutThese(a.Bundle, trained); err != nil {
		return err
	}
	opening, err := ReadModelOpening(d.file(ModelOpeningFile), a.Bundle)
	if err != nil {
		return d.apart(err)
	}
	model, err := tflite.ReadFile(d.file(ModelFile))
	if err != nil {
		return err
	}
	if a.Run, err = OwnModel(srs, a.Bundle, model, opening); err != nil {
		return d.apart(err)
	}
	a.Run.Origins = map[[32]byte][]string{}
	for i, digest := range a.Run.Parts {
		a.Run.Origins[digest] = a.Parts[trained[i].Name].Origins
	}
	return nil
}

// aboutThese refuses a bundle about other parts than those committed.
func (d *Directory) aboutThese(b *bundle.Bundle, parts []*PartRecord) error {
	same := len(b.Statement.Parts) == len(parts)
	for i := 0; same && i < len(parts); i++ {
		digest := b.Statement.PartDigest(i)
		same = hex.EncodeToString(digest[:]) == parts[i].Digest
	}
	if !same {
		return fmt.Errorf("%s is about other commitments than those in %s: the rows were committed anew, or others were put there; run zkaudit train and zkaudit prove again, or remove the bundle: %w",
			d.file(BundleFile), d.file(commitDir), fault.ErrUsage)
	}
	return nil
}

// apart says of files of the run that contradict one another what to do. That
// is no verdict on anything proven.
func (d *Directory) apart(err error) error {
	if !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrUnsupported) {
		return err
	}
	return fmt.Errorf("%s and the model beside it do not belong together: run zkaudit prove again: %w: %v", d.file(BundleFile), fault.ErrUsage, fault.Text(err, nil))
}

// OwnModel returns the private side of a bundle's final weights. Errors are
// those of OpenModel.
func OwnModel(srs *commitments.SRS, b *bundle.Bundle, model []byte, o *ModelOpening) (*audit.OwnedRun, error) {
	cells, err := OpenModel(srs, b, model, o)
	if err != nil {
		return nil, err
	}
	run, err := audit.RunOf(b)
	if err != nil {
		return nil, err
	}
	return &audit.OwnedRun{Run: *run, Cells: cells, Blinding: o.blinding, Mode: b.Statement.Mode}, nil
}

// OwnPart returns the private side of a committed part from its file, its
// opening and its rows. Errors are those of OpenPart.
func OwnPart(srs *commitments.SRS, file *bundle.PartFile, o *Opening, rows *data.Dataset) (*audit.OwnedPart, error) {
	p, err := OpenPart(srs, file, o, rows)
	if err != nil {
		return nil, err
	}
	return p.owned(rows), nil
}

// owned returns the part as audits take it.
func (p *Part) owned(d *data.Dataset) *audit.OwnedPart {
	o := audit.NewPart(d, p.Shape.Kind)
	o.Meaning, o.Mode, o.Commitments, o.Secret.Blinding = p.Meaning, p.mode, p.Public.Tensors(), p.blinding
	return o
}

// ReadInputs reads rows of a file, numbered from 0, as inputs of the model: their
// cells are encoded as those it was trained on. Labels in the file are not read.
// Without rows, it reads all.
func (d *Directory) ReadInputs(path string, rows ...int) (*data.Dataset, error) {
	m, err := readModel(d.Path, d.Config)
	if err != nil {
		return nil, err
	}
	trained, err := readDataset(d.Path, d.Config, m.program())
	if err != nil {
		return nil, err
	}
	r := Recipe{Format: trained.recipes[0].Format, FractionBits: trained.recipes[0].FractionBits, Header: trained.recipes[0].Header,
		Separator: trained.recipes[0].Separator, DecimalComma: trained.recipes[0].DecimalComma, Rows: rows}
	if trained.encoding != nil {
		features := *trained.encoding
		features.Targets, features.Attributes = nil, nil
		r.Encoding = &features
	}
	return r.Read(path, "")
}

// Memory is how much proofs with the run's keys may take.
func (d *Directory) Memory() memory.Limit { return d.memory }

// Prover returns what makes proofs with the run's SRS, randomness and keys.
func (d *Directory) Prover() (*mode.Prover, error) {
	srs, err := d.SRS()
	if err != nil {
		return nil, err
	}
	return d.prover(srs), nil
}
