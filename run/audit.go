package run

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
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
	model.Start = sync.OnceValues(func() (*owner.Opened, error) { return d.started(b, in.By.CommittedWith()) })
	in.Runs[AuditedRun] = &audit.OwnedRun{PublicRun: *public, OwnedModel: model, Statement: b.Statement}
	return nil
}

// started opens the weights that the run of a bundle started from: what run.toml makes
// them of, and what proving has left of their commitments. Errors wrap fault.ErrUsage:
// something has changed since, or is gone.
func (d *Directory) started(b *bundle.Bundle, setup *commitments.Setup) (*owner.Opened, error) {
	m, err := d.readModel()
	if err != nil {
		return nil, err
	}
	if m.step.Network.Digest() != b.Statement.Network.Digest() {
		return nil, fmt.Errorf("%s is about another program than %s says: %w", d.file(BundleFile), ConfigFile, fault.ErrUsage)
	}
	start := &owner.Opened{}
	if start.Cells, err = m.initialWeights(&d.Config.Initial); err != nil {
		return nil, err
	}
	if start.Blinding, err = d.startedBlinding(m.program(), setup); err != nil {
		return nil, err
	}
	if _, err := owner.OpenWeights(setup, m.program(), start.Cells, b.Statement.Initial, start.Blinding); err != nil {
		return nil, d.apart(err)
	}
	return start, nil
}

// startedBlinding returns what blinds the initial weights.
func (d *Directory) startedBlinding(p *graph.Program, setup *commitments.Setup) ([][]fr.Element, error) {
	from, err := d.continues()
	if err != nil {
		return nil, err
	}
	if from != nil {
		return from.blinding, nil
	}
	path := d.file(proveDir, fmt.Sprintf(committedPattern, 0))
	bytes, err := artefact.ReadPrivateFile(path, maxPartFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is gone, which opens the weights that the run started from: %w", path, fault.ErrUsage)
	}
	if err != nil {
		return nil, err
	}
	_, payload, err := artefact.Decode(bytes, WeightsKind(), weightsVersion)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	w, err := decodeWeights(payload, p, network.WeightTensors(p), setup.RowBits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return w.Blinding, nil
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
