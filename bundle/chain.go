package bundle

import (
	"context"
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Step is something that a chain may consist of, as a verifier was given it: a file,
// none of whose proofs was checked yet.
type Step interface {
	Name() string     // for people: of the file
	Called() string   // what it is to what is verified, and its name: "the predecessor FILE"
	Result() [32]byte // digest of the result that it ends with
	From() [][32]byte // those that it starts from; none: it begins a chain
	// Verify checks it, given what it starts from in the order of From: nil for what
	// was not given. It returns nil, without an error, where it cannot be checked for
	// the lack of that: it then counts as not given.
	Verify(ctx context.Context, from []*Predecessor) (*Predecessor, error)
}

// Follow verifies the chains that lead to the given results, each step after those that
// it starts from, and each once. It returns the predecessors in the order of the
// results, nil for one that no step ends with. Every step that is required must be of
// these chains; spare ones are verified where they are.
//
// Errors wrap fault.ErrRejected (a step is false, or is not of the chains, or starts
// from itself), fault.ErrUsage (two steps end with one result), or are those of steps.
func Follow(ctx context.Context, results [][32]byte, required, spare []Step) ([]*Predecessor, error) {
	w := &walk{ctx: ctx, steps: map[[32]byte]Step{}, done: map[[32]byte]*Predecessor{}, visited: map[[32]byte]bool{}, open: map[[32]byte]bool{}}
	for _, s := range required {
		if other := w.steps[s.Result()]; other != nil {
			return nil, fmt.Errorf("%s and %s are the same link of a chain: name each once: %w", other.Name(), s.Name(), fault.ErrUsage)
		}
		w.steps[s.Result()] = s
	}
	for _, s := range spare {
		if w.steps[s.Result()] == nil {
			w.steps[s.Result()] = s
		}
	}
	from, err := w.visit(results)
	if err != nil {
		return nil, err
	}
	for _, s := range required {
		if !w.visited[s.Result()] {
			return nil, fmt.Errorf("%s is no predecessor: it ends with the result %x, from which nothing here starts; %s: %w", s.Name(), s.Result(), w.wanted(), fault.ErrRejected)
		}
	}
	return from, nil
}

// walk is the state of a Follow.
type walk struct {
	ctx     context.Context
	steps   map[[32]byte]Step // by result
	done    map[[32]byte]*Predecessor
	visited map[[32]byte]bool // steps that are done, or could not be checked
	open    map[[32]byte]bool // steps whose predecessors are being visited
	missing [][32]byte        // results that no step ends with
}

// wanted says what should be named in the place of a step that is of no chain.
func (w *walk) wanted() string {
	switch n := len(w.missing); n {
	case 0:
		return "everything that they start from is there without it: leave it out"
	case 1:
		return fmt.Sprintf("what is missing ends with %x", w.missing[0])
	default:
		return fmt.Sprintf("what is missing ends with %x, and %d more", w.missing[0], n-1)
	}
}

// visit verifies the steps that end with the given results, and before them what they
// start from.
func (w *walk) visit(results [][32]byte) ([]*Predecessor, error) {
	list := make([]*Predecessor, len(results))
	for i, result := range results {
		s := w.steps[result]
		if s == nil {
			if !slices.Contains(w.missing, result) {
				w.missing = append(w.missing, result)
			}
			continue
		}
		if w.open[result] {
			return nil, fmt.Errorf("%s starts from itself: %w", s.Name(), fault.ErrRejected)
		}
		if !w.visited[result] {
			w.open[result] = true
			if err := w.verify(s); err != nil {
				return nil, err
			}
			delete(w.open, result)
			w.visited[result] = true
		}
		list[i] = w.done[result]
	}
	return list, nil
}

func (w *walk) verify(s Step) error {
	from, err := w.visit(s.From())
	if err != nil {
		return err
	}
	p, err := s.Verify(w.ctx, from)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Called(), err)
	}
	if p == nil {
		return nil
	}
	if have := p.Result.Digest(); have != s.Result() {
		return fmt.Errorf("%s ends with the result %x, and was taken for one with %x: %w", s.Called(), have, s.Result(), fault.ErrRejected)
	}
	w.done[s.Result()] = p
	return nil
}
