package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
)

// drawn is a step that says what it is told to.
type drawn struct {
	name     string
	result   byte
	from     []byte
	err      error
	becomes  byte // what it is found to end with, if not result
	verified *int
}

func drawnResult(n byte) *bundle.Result { return &bundle.Result{Source: [32]byte{n}} }

func (s *drawn) Name() string     { return s.name }
func (s *drawn) Called() string   { return "the predecessor " + s.name }
func (s *drawn) Result() [32]byte { return drawnResult(s.result).Digest() }
func (s *drawn) From() (list [][32]byte) {
	for _, f := range s.from {
		list = append(list, drawnResult(f).Digest())
	}
	return list
}

func (s *drawn) Verify(context.Context, []*bundle.Predecessor) (*bundle.Predecessor, error) {
	*s.verified++
	if s.err != nil {
		return nil, s.err
	}
	n := s.result
	if s.becomes != 0 {
		n = s.becomes
	}
	return &bundle.Predecessor{Result: drawnResult(n)}, nil
}

// TestCopies: of files that end with one result the first valid one counts, wherever it
// stands; where none is valid, one that is not said to be false keeps it open.
func TestCopies(t *testing.T) {
	forged := fmt.Errorf("the proof is false: %w", fault.ErrRejected)
	large := fmt.Errorf("too large: %w", fault.ErrResources)
	for name, c := range map[string]struct {
		errs   []error // of the copies
		kind   error
		named  string
		tried  int
		asides int
	}{
		"one":                {[]error{nil}, nil, "0", 1, 0},
		"the first":          {[]error{nil, forged}, nil, "0", 1, 0},
		"after a false one":  {[]error{forged, nil}, nil, "1", 2, 1},
		"after two":          {[]error{forged, large, nil}, nil, "2", 3, 2},
		"one, false":         {[]error{forged}, fault.ErrRejected, "0", 1, 0},
		"all false":          {[]error{forged, forged}, fault.ErrRejected, "0", 2, 2},
		"one cannot be told": {[]error{forged, large, forged}, fault.ErrResources, "1", 3, 3},
	} {
		tried := 0
		s := &steps{chain: &Chain{}}
		all := &copies{steps: s}
		for i, err := range c.errs {
			all.list = append(all.list, &drawn{name: fmt.Sprint(i), result: 1, err: err, verified: &tried})
		}
		p, err := all.Verify(context.Background(), nil)
		if !errors.Is(err, c.kind) || (err == nil) != (p != nil) || all.Name() != c.named || tried != c.tried || len(s.aside) != c.asides {
			t.Errorf("%s: %v, named %s, %d tried, set aside %q", name, err, all.Name(), tried, s.aside)
		}
	}
	tried := 0
	changed := &copies{steps: &steps{chain: &Chain{}}, list: []bundle.Step{&drawn{name: "a", result: 1, becomes: 2, verified: &tried}, &drawn{name: "b", result: 1, verified: &tried}}}
	if p, err := changed.Verify(context.Background(), nil); err != nil || p.Result.Digest() != changed.Result() || changed.Name() != "b" {
		t.Errorf("a file that has changed meantime: %v", err)
	}
}

// TestChainIsAskedForWhole: what is kept of all files, with the largest at its turn, must
// fit before the first is verified; what the chain does not need does not count.
func TestChainIsAskedForWhole(t *testing.T) {
	const mebibyte = 1 << 20
	verified := 0
	step := func(result byte, from ...byte) bundle.Step {
		return &drawn{name: fmt.Sprint(result), result: result, from: from, verified: &verified}
	}
	// Runs 1 and 2 start from nothing, 3 is a round of both, 4 a run from it.
	given := []bundle.Step{step(1), step(2), step(3, 1, 2), step(4, 3), step(9)}
	own := func(n byte) [32]byte { return drawnResult(n).Digest() }
	sizes := map[[32]byte]size{
		own(1): {kept: mebibyte, contribution: 10 * mebibyte, work: 3 * mebibyte}, own(2): {kept: mebibyte, contribution: 20 * mebibyte},
		own(3): {kept: mebibyte, work: 5 * mebibyte}, own(4): {kept: mebibyte, contribution: mebibyte, work: 34 * mebibyte}, own(9): {kept: 1 << 40, work: 1 << 40},
	}
	for _, spare := range []bool{false, true} {
		for _, c := range []struct {
			results []byte
			need    int64
		}{
			{[]byte{1}, (1 + 3) * mebibyte},
			{[]byte{3}, (3 + 30 + 5) * mebibyte},
			{[]byte{4}, (4 + 30 + 5) * mebibyte},
			{[]byte{4, 1}, (4 + 30 + 5) * mebibyte},
			{[]byte{1, 2}, (2 + 30) * mebibyte},
			{[]byte{7}, 0},
		} {
			var results [][32]byte
			for _, r := range c.results {
				results = append(results, own(r))
			}
			limit := memory.Base + c.need
			s := &steps{chain: &Chain{Rounds: &Rounds{Limit: limit}}, sizes: sizes}
			if spare {
				s.spare = given
			} else {
				s.required = given[:4]
			}
			if got := s.need(results).Bytes(); got != limit {
				t.Errorf("%v: needs %d, want %d", c.results, got-memory.Base, c.need)
			}
			s.chain.Rounds.Limit--
			verified = 0
			_, err := s.follow(context.Background(), results)
			if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "allow more with --max-memory") || verified != 0 {
				t.Errorf("%v: with a byte less: %v, %d verified", c.results, err, verified)
			}
			s.chain.Rounds.Limit++
			if _, err := s.follow(context.Background(), results); errors.Is(err, fault.ErrResources) {
				t.Errorf("%v: with just enough: %v", c.results, err)
			}
		}
	}
}

// TestLacks: what is missing may be what was set aside, of which some are named.
func TestLacks(t *testing.T) {
	var notes []string
	s := &steps{chain: &Chain{Rounds: &Rounds{Note: func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }}}}
	for i := range 7 {
		s.setAside(fmt.Sprintf("%d.zka", i), fmt.Errorf("damaged: %w", fault.ErrMalformed))
	}
	if got := s.lacks(); strings.Count(got, "perhaps what is missing: ") != 5 || !strings.HasSuffix(got, "4.zka: damaged; and 2 more files were set aside") {
		t.Errorf("lacks %q", got)
	}
	if len(notes) != 7 || notes[6] != "set aside: 6.zka: damaged" {
		t.Errorf("noted %q", notes)
	}
	for _, missing := range []bool{false, true} {
		s.chain.lacks = ""
		verified := 0
		if !missing {
			s.spare = []bundle.Step{&drawn{result: 1, verified: &verified}}
		} else {
			s.spare = nil
		}
		if _, err := s.follow(context.Background(), [][32]byte{drawnResult(1).Digest()}); err != nil || (s.chain.lacks != "") != missing {
			t.Errorf("missing %v: %v, lacks %q", missing, err, s.chain.lacks)
		}
	}
	if err := s.chain.Lacking(nil); err != nil {
		t.Errorf("of no error: %v", err)
	}
	if err := s.chain.Lacking(fault.ErrUnpinned); !errors.Is(err, fault.ErrUnpinned) || !strings.Contains(err.Error(), "0.zka") {
		t.Errorf("of an error: %v", err)
	}
}
