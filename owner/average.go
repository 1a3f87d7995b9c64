package owner

import (
	"context"
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/train"
)

// Averager averages the opened models of a round, and proves it.
type Averager struct {
	By            mode.Prover
	Setup         *commitments.Setup
	Contributions []*aggregate.Contribution
	Models        []*TrainedModel // of the contributions, in their order
	Rand          io.Reader
}

// Average computes the global weights of round number n, commits to them with fresh
// blinding, and proves that they are the average. Errors wrap fault.ErrRejected where
// contributions do not agree, fault.ErrOverflow where an average is too large to be
// trained on.
// Protocol, section 22.
func (a *Averager) Average(ctx context.Context, n int) (*aggregate.File, *TrainedModel, error) {
	s, err := a.statement(n)
	if err != nil {
		return nil, nil, err
	}
	for k, m := range a.Models {
		if err := m.CheckMode(fmt.Sprintf("participant %d", k+1), s.Mode); err != nil {
			return nil, nil, err
		}
	}
	global, rests, err := a.commit(s)
	if err != nil {
		return nil, nil, err
	}
	if err := s.Check(); err != nil {
		return nil, nil, err
	}
	cert, st, err := s.Claim(a.Contributions)
	if err != nil {
		return nil, nil, err
	}
	cells, err := cert.Assign(global.Cells, rests)
	if err != nil {
		return nil, nil, err
	}
	proof, err := a.By.Prove(ctx, s.Mode, st, statement.Secret{Cells: cells, External: a.blinding(s, global)})
	if err != nil {
		return nil, nil, fmt.Errorf("the average: %w", err)
	}
	return &aggregate.File{Statement: s, Proof: proof}, global, nil
}

// statement returns that of round number n without commitments to averages.
func (a *Averager) statement(n int) (*aggregate.Statement, error) {
	if err := aggregate.Agree(a.Contributions); err != nil {
		return nil, err
	}
	run := a.Contributions[0].Run
	s := &aggregate.Statement{Mode: run.Mode, Context: run.Context, Round: n, Setup: run.Setup, RowBits: run.RowBits, Bits: segment.MaxInitialBits}
	for _, c := range a.Contributions {
		s.Participants = append(s.Participants, aggregate.Participant{Result: c.Digest, Samples: c.Samples})
	}
	return s, nil
}

// Layout returns that of the proof, which takes no models. Errors wrap fault.ErrRejected
// where contributions do not agree, and are those of aggregate.Statement.Certificate.
func (a *Averager) Layout() (*proof.Layout, error) {
	s, err := a.statement(1)
	if err != nil {
		return nil, err
	}
	_, l, err := s.Certificate(a.Contributions)
	return l, err
}

// commit averages every weight that is not kept, and enters the commitments to all of
// them into the statement.
func (a *Averager) commit(s *aggregate.Statement) (*TrainedModel, map[graph.TensorID][]int64, error) {
	var counts []int64
	for _, p := range s.Participants {
		counts = append(counts, p.Samples)
	}
	first := a.Contributions[0]
	p := first.Run.Program()
	global, rests := &TrainedModel{Cells: train.Weights{}, Mode: s.Mode}, map[graph.TensorID][]int64{}
	kept := aggregate.Kept(a.Contributions)
	for i, id := range network.WeightTensors(p) {
		if kept[i] {
			global.Cells[id] = a.Models[0].Cells[id]
			global.Blinding = append(global.Blinding, a.Models[0].Blinding[i])
			s.Global = append(s.Global, first.Result.Weights[i].Rows)
			continue
		}
		var weights [][]int64
		for k, m := range a.Models {
			if len(m.Cells[id]) != p.Tensor(id).Size() {
				return nil, nil, fmt.Errorf("participant %d: %d cells of weight %q, it has %d: %w", k+1, len(m.Cells[id]), p.Tensor(id).Name, p.Tensor(id).Size(), fault.ErrInput)
			}
			weights = append(weights, m.Cells[id])
		}
		global.Cells[id], rests[id] = segment.Average(counts, weights)
		made, err := CommitWeights(a.Setup, p, []graph.TensorID{id}, global.Cells, a.Rand)
		if err != nil {
			return nil, nil, err
		}
		s.Global, global.Blinding = append(s.Global, made.Public[0]), append(global.Blinding, made.Blinding[0])
	}
	return global, rests, nil
}

// blinding is that of the commitments in the statement of the proof: to the averages,
// and to the rests, Σ_k n_k·ρ_k − N·ρ_g.
func (a *Averager) blinding(s *aggregate.Statement, global *TrainedModel) [][]fr.Element {
	counts, total := aggregate.Weights(s.Participants), fr.NewElement(uint64(s.Samples()))
	var averages, rests [][]fr.Element
	for i, kept := range aggregate.Kept(a.Contributions) {
		if kept {
			continue
		}
		rest := make([]fr.Element, len(global.Blinding[i]))
		for row := range rest {
			var term fr.Element
			for k, m := range a.Models {
				rest[row].Add(&rest[row], term.Mul(&counts[k], &m.Blinding[i][row]))
			}
			rest[row].Sub(&rest[row], term.Mul(&total, &global.Blinding[i][row]))
		}
		averages, rests = append(averages, global.Blinding[i]), append(rests, rest)
	}
	return append(averages, rests...)
}
