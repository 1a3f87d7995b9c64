package run

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tflite"
)

// AuditedRun is what claims call the training run of a directory.
const AuditedRun = "run"

// Ledger returns the file that records what audits have released about the
// parts of the run.
func (d *Directory) Ledger() string {
	if d.Config.Audit.Ledger == "" {
		return d.file(LedgerFile)
	}
	return within(d.Path, d.Config.Audit.Ledger)
}

// Inputs opens everything that was committed in the directory, for claims that
// name it: the parts, training and test, by their names with their certificates,
// and, if it is proven, the run. Errors are those of loading: fault.ErrUsage if
// nothing is committed yet or something has changed since.
func (d *Directory) Inputs() (*audit.Inputs, error) {
	m, rows, err := d.read()
	if err != nil {
		return nil, err
	}
	in, err := d.NoInputs()
	if err != nil {
		return nil, err
	}
	r, err := d.committed(rows, m, in.By.CommittedWith())
	if err != nil {
		return nil, err
	}
	parts, tests := d.pieces(rows)
	records := append(pointers(r.Parts), pointers(r.Tests)...)
	for i, p := range append(parts, tests...) {
		part, certificate, err := d.loadPart(p.name, p.rows, records[i], in.By.CommittedWith())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		if part.Origins, err = d.origins(p.table); err != nil {
			return nil, err
		}
		in.Parts[p.name], in.Certificates[p.name] = part, certificate
	}
	d.rows = nil // the parts hold them as they are committed
	return in, d.addRun(in, records[:len(parts)])
}

// NoInputs are those of claims that name nothing of the directory: its mode, and
// what makes proofs with its setup, keys and randomness.
func (d *Directory) NoInputs() (*audit.Inputs, error) {
	setup, err := d.Setup()
	if err != nil {
		return nil, err
	}
	return &audit.Inputs{
		Mode: mode.Name(d.Config.Proof.Mode), By: d.prover(setup), Memory: d.memory,
		Parts: map[string]audit.OwnedPart{}, Certificates: map[string][]byte{}, Runs: map[string]*audit.OwnedRun{},
	}, nil
}

// addRun adds the run, if it is proven. Files that do not belong together,
// as a crash or hands can leave them, are no verdict: fault.ErrUsage.
func (d *Directory) addRun(in *audit.Inputs, trained []*PartRecord) error {
	file, err := artefact.ReadFile(d.file(BundleFile), bundle.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := bundle.Unmarshal(file)
	if err != nil {
		return fmt.Errorf("%s: %w", d.file(BundleFile), err)
	}
	if err := d.aboutThese(b, trained); err != nil {
		return err
	}
	opening, err := owner.ReadModelOpening(d.file(modelOpeningFile), b)
	if err != nil {
		return d.apart(err)
	}
	file, err = tflite.ReadFile(d.file(modelFile))
	if err != nil {
		return err
	}
	model, err := owner.OpenModel(in.By.CommittedWith(), b, file, opening)
	if err != nil {
		return d.apart(err)
	}
	public, err := audit.RunOf(b)
	if err != nil {
		return d.apart(err)
	}
	model.Origins = map[[32]byte][]string{}
	for i, digest := range public.Parts {
		model.Origins[digest] = in.Parts[trained[i].Name].Accounts()
	}
	in.Runs[AuditedRun] = &audit.OwnedRun{PublicRun: *public, OwnedModel: model}
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

// ReadInputs reads rows of a file, numbered from 0, as inputs of the model: their
// cells are encoded as those it was trained on. Labels in the file are not read.
// Without rows, it reads all.
func (d *Directory) ReadInputs(path string, rows ...int) (*data.Dataset, error) {
	if d.recipe == nil {
		if _, _, err := d.read(); err != nil {
			return nil, err
		}
	}
	return d.recipe.Inputs(rows).Read(path, "")
}
