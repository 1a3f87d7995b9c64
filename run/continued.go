package run

import (
	"errors"
	"fmt"
	"os"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/train"
)

// fromRun is the InitialConfig.From of a run that continues another.
const fromRun = "run"

// continued is what a run starts from that continues another: its result, and what
// opens the commitments in it together with the weights that model.file carries.
type continued struct {
	dir      string
	context  string // of a round
	result   *bundle.Result
	blinding [][]fr.Element
}

// continues returns what the run continues, nil where it continues none.
func (d *Directory) continues() (*continued, error) {
	if d.Config.Initial.From != fromRun {
		return nil, nil
	}
	dir := within(d.Path, d.Config.Initial.Run)
	if _, err := os.Lstat(within(dir, RoundFile)); err != nil {
		return readContinued(dir)
	}
	m, err := d.readModel()
	if err != nil {
		return nil, err
	}
	return readRound(dir, m.step.Network)
}

// readContinued reads what the run in a directory ends with. Nothing is verified: the
// trainer had it proven herself, and verifiers look for themselves.
func readContinued(dir string) (*continued, error) {
	path := within(dir, BundleFile)
	file, err := artefact.ReadFile(path, bundle.MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("%w (a run that is continued must be proven first: zkaudit prove)", err)
	}
	b, err := bundle.Unmarshal(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	c := &continued{dir: dir}
	if c.result, err = b.Result(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	opening, err := owner.ReadModelOpening(within(dir, modelOpeningFile), b)
	if errors.Is(err, fault.ErrRejected) { // no verdict: these are files of our own
		return nil, fmt.Errorf("the opening in %s is that of another run: %w: %v", dir, fault.ErrMalformed, fault.Text(err, nil))
	}
	if err != nil {
		return nil, err
	}
	c.blinding = opening.Blinding
	return c, nil
}

// fits refuses choices with which the weights of the predecessor would be others.
// Errors wrap fault.ErrUsage.
func (c *continued) fits(m *model, proving mode.Name, setup *commitments.Setup) error {
	if err := c.result.Fits(proving, setup.ID, setup.RowBits, m.step.Network); err != nil {
		return fmt.Errorf("this run cannot continue %s: %v: %w", c.dir, fault.Text(err, nil), fault.ErrUsage)
	}
	return nil
}

// committed opens the commitments that the run starts from to its initial weights.
// Errors wrap fault.ErrInput: they are others.
func (c *continued) committed(setup *commitments.Setup, p *graph.Program, initial train.Weights) (*owner.CommittedWeights, error) {
	w, err := owner.OpenWeights(setup, p, initial, c.result.Final(), c.blinding)
	if errors.Is(err, fault.ErrRejected) { // no verdict: these are files of our own
		return nil, fmt.Errorf("model.file is not what %s has trained: %v: %w", c.dir, fault.Text(err, nil), fault.ErrInput)
	}
	return w, err
}

// exactWeights returns the integers that a trained model carries, which a run that
// continues its training starts from. Errors wrap fault.ErrUsage where the choices of
// the run give weights other formats.
func (m *model) exactWeights() (train.Weights, error) {
	exact, err := tflite.ExactWeights(m.tflite)
	if err != nil {
		return nil, fmt.Errorf("initial weights: %w", fault.Recast(err, fault.ErrInput))
	}
	for k, w := range m.step.Weights {
		for _, e := range exact {
			if have := m.program().Tensor(w.Tensor).Format.Fraction; e.Tensor == w.Index && e.FractionBits != have {
				err := fmt.Errorf("weight %d has %d fraction bits in the model that is continued, and would have %d here: %w", k, e.FractionBits, have, fault.ErrUsage)
				return nil, fault.Advise(err, "keep %s, %s and %s as they were there, and choose %s and %s so that both together are as fine",
					"formats.feature", "formats.activation", "formats.error", "learning_rate.shift", "training.momentum")
			}
		}
	}
	cells, err := owner.ExactWeights(m.tflite, m.step)
	if err != nil {
		return nil, fmt.Errorf("initial weights: %w", fault.Recast(err, fault.ErrInput))
	}
	return cells, nil
}
