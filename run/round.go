package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/tflite"
)

// RoundFile is the public file of a round of federated training, in the directory that
// an aggregator makes: beside it, private, are the global weights and what opens the
// commitments to them, under the names that they have in the directory of a run.
const RoundFile = "aggregate.zka"

// OpenTrained opens the final weights of a bundle with the files of a directory that
// has what the run's owner has sent, and returns the .tflite, too. Errors wrap
// fault.ErrRejected: these are not the weights that the bundle ends with.
func OpenTrained(dir string, setup *commitments.Setup, b *bundle.Bundle) (*owner.TrainedModel, []byte, error) {
	opening, err := owner.ReadModelOpening(within(dir, modelOpeningFile), b)
	if err != nil {
		return nil, nil, err
	}
	path := within(dir, modelFile)
	model, err := tflite.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	opened, err := owner.OpenModel(setup, b, model, opening)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return opened, model, nil
}

// RoundFits returns fault.ErrResources unless a round fits: into the memory that a limit
// leaves, the models of all participants with what is made of them; and on the disk of
// the directory that WriteRound would make. Other errors are those of Averager.Layout.
func RoundFits(dir string, by *owner.Averager, limit memory.Limit, space artefact.Space) error {
	l, err := by.Layout()
	if err != nil {
		return err
	}
	run := by.Contributions[0].Run
	p := run.Program()
	cells, rows := int64(0), int64(0)
	for _, id := range network.WeightTensors(p) {
		cells += int64(p.Tensor(id).Size())
		rows += int64(bundle.CommittedRows(run.RowBits, p.Tensor(id).Axes...))
	}
	need := proving.Memory(run.Mode, l)
	const modelBytes = 2 * (8 + 4) // of a weight: the file, and the integer and the float in it
	need.Add("models of participants", int64(len(by.Contributions)), cells*modelBytes+rows*rowBytes)
	need.Add("averages and rests", cells, 3*8)
	if err := need.Within(fmt.Sprintf("averaging %d models of %d weights", len(by.Contributions), cells), limit, ""); err != nil {
		return err
	}
	proof := int64(2*statement.Size(l, by.Setup.Kind) + artefact.Overhead) // as in provingFits
	return fitsSpace(space, dir, above(dir), "the round", proof+rows*rowBytes+cells*modelBytes+smallFiles, "write it elsewhere")
}

// above returns the folder at path or, where there is none, the one that it would be made in.
func above(path string) string {
	for path = filepath.Clean(path); path != filepath.Dir(path); path = filepath.Dir(path) {
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			break
		}
	}
	return path
}

// WriteRound writes a round to a new directory, whole or not at all: the global weights
// in the place of those in model, and what opens them, for the participants, and the
// public file. It fails with fault.ErrUsage where anything is there already.
func WriteRound(dir string, f *aggregate.File, n *network.Network, global *owner.TrainedModel, model []byte) error {
	if err := RefuseWritten(dir); err != nil {
		return err
	}
	encoded, err := f.Marshal()
	if err != nil {
		return err
	}
	digest, err := f.Statement.Digest()
	if err != nil {
		return err
	}
	exported, err := owner.ExportModel(model, n, global.Cells)
	if err != nil {
		return err
	}
	dir = filepath.Clean(dir)
	if err := artefact.MakeFolder(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	return artefact.NewFolder(dir, 0o755, func(dir string) error {
		if err := artefact.WriteFile(within(dir, modelFile), exported, artefact.PrivateMode); err != nil {
			return err
		}
		if err := owner.WriteModelOpening(within(dir, modelOpeningFile), digest, global.Blinding); err != nil {
			return err
		}
		return artefact.WriteFile(within(dir, RoundFile), encoded, artefact.PublicMode)
	})
}

// RefuseWritten refuses, with fault.ErrUsage, what is there already in the place of the
// directory of a round: better before it is proven than after.
func RefuseWritten(dir string) error {
	if _, err := os.Lstat(filepath.Clean(dir)); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: a round is written to a new directory, name another one: %w", dir, fault.ErrUsage)
	}
	return nil
}

// InitRound makes a run directory for the next round of federated training: it has
// every choice of d and its committed parts, as InitLike takes them over, and starts
// from the global weights of a round, in the directory that its aggregator has sent.
// d itself stays as it is.
//
// Errors wrap fault.ErrUsage for a round of another program, context, mode or setup, and
// fault.ErrInput where what opens the weights is not what the round has committed.
func (d *Directory) InitRound(dir, round string) (*Config, error) {
	j, err := d.jobFor(dir)
	if err != nil {
		return nil, err
	}
	c := d.like(nil)
	c.Initial = InitialConfig{From: fromRun, Run: round, Scheme: d.Config.Initial.Scheme}
	c.Model.File = filepath.Join(round, modelFile)
	m, err := readModel(".", c)
	if err != nil {
		return nil, err
	}
	if differs := m.step.Network.Difference(j.model.step.Network); differs != "" {
		return nil, fmt.Errorf("the round in %s is of another program than %s: it has %s: %w", round, d.Path, differs, fault.ErrUsage)
	}
	from, err := readRound(round, m.step.Network)
	if err != nil {
		return nil, err
	}
	if from.context != c.Proof.Context {
		return nil, fmt.Errorf("the round's context is %s, that of %s is %s: name a round of the same federation: %w", fault.Quote(from.context), d.Path, fault.Quote(c.Proof.Context), fault.ErrUsage)
	}
	if err := from.fits(m, d.Mode(), j.Setup); err != nil {
		return nil, err
	}
	initial, err := m.initialWeights(&c.Initial)
	if err != nil {
		return nil, err
	}
	if _, err := from.committed(j.Setup, m.program(), initial); err != nil {
		return nil, err
	}
	return c, c.writeTo(dir)
}

// readRound reads what the round in a directory ends with, for a run of the given
// network. Nothing is verified: verifiers look for themselves.
func readRound(dir string, n *network.Network) (*continued, error) {
	path := within(dir, RoundFile)
	file, err := artefact.ReadFile(path, aggregate.MaxBytes)
	if err != nil {
		return nil, err
	}
	f, err := aggregate.Unmarshal(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := &continued{dir: dir, context: f.Statement.Context}
	if c.result, err = f.Result(n); err != nil {
		return nil, fmt.Errorf("the round in %s is of another program: %v: %w", dir, fault.Text(err, nil), fault.ErrUsage)
	}
	opening, err := owner.ReadOpening(within(dir, modelOpeningFile), "round", c.result.Source, f.Statement.Global)
	if errors.Is(err, fault.ErrRejected) { // no verdict: these are files of our own
		return nil, fmt.Errorf("the opening in %s is that of another round: %w: %v", dir, fault.ErrMalformed, fault.Text(err, nil))
	}
	if err != nil {
		return nil, err
	}
	c.blinding = opening.Blinding
	return c, nil
}
