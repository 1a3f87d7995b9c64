package bundle_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// givenStep is the bundle of a run as one of a chain.
type givenStep struct {
	name   string
	bundle *bundle.Bundle
}

func (s *givenStep) Name() string   { return s.name }
func (s *givenStep) Called() string { return "the predecessor " + s.name }

func (s *givenStep) Result() [32]byte {
	r, err := s.bundle.Result()
	if err != nil {
		return [32]byte{}
	}
	return r.Digest()
}

func (s *givenStep) From() [][32]byte {
	if o := s.bundle.Statement.Origin; o.Kind == bundle.Continued {
		return [][32]byte{o.Predecessor}
	}
	return nil
}

func (s *givenStep) Verify(_ context.Context, from []*bundle.Predecessor) (*bundle.Predecessor, error) {
	var before *bundle.Predecessor
	if len(from) > 0 {
		before = from[0]
	}
	r, err := verifyLink(s.bundle, bundle.Expectation{}, before)
	if err != nil {
		return nil, err
	}
	return r.Predecessor(), nil
}

// TestFollow: links are found in any order, from files that are named and spare ones.
func TestFollow(t *testing.T) {
	links := chainOfThree(t)
	a, b, c := &givenStep{"a", links[0].bundle}, &givenStep{"b", links[1].bundle}, &givenStep{"c", links[2].bundle}
	for name, given := range map[string][2][]bundle.Step{
		"in order":  {{a, b}, nil},
		"backwards": {{b, a}, nil},
		"one spare": {{b}, {a, c}},
		"all spare": {nil, {c, b, a}},
		"both":      {{a, b}, {a, b}},
	} {
		from, err := bundle.Follow(context.Background(), c.From(), given[0], given[1])
		if err != nil || len(from) != 1 || from[0] == nil || len(from[0].Chain.Links()) != 2 || from[0].Result.Digest() != b.Result() {
			t.Errorf("%s: %+v, %v", name, from, err)
		}
	}
	file, err := links[0].bundle.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	forged := decode(t, made{bytes: file})
	forged.Segments[1].Proof = forged.Segments[0].Proof
	if _, err := bundle.Follow(context.Background(), c.From(), []bundle.Step{b, a}, []bundle.Step{&givenStep{"forged", forged}}); err != nil {
		t.Errorf("what lies about displaces what is named: %v", err)
	}
	from, err := bundle.Follow(context.Background(), c.From(), nil, []bundle.Step{a})
	if err != nil || len(from) != 1 || from[0] != nil {
		t.Errorf("the predecessor is not given: %+v, %v", from, err)
	}
	if from, err := bundle.Follow(context.Background(), nil, nil, []bundle.Step{a}); err != nil || len(from) != 0 {
		t.Errorf("nothing to follow: %+v, %v", from, err)
	}
	other := [][32]byte{{1}, b.Result(), b.Result()}
	for name, refused := range map[string]struct {
		results  [][32]byte
		required []bundle.Step
		wanted   string
	}{
		"the run itself":             {c.From(), []bundle.Step{a, b, c}, "is there without it: leave it out"},
		"one before what is missing": {c.From(), []bundle.Step{a}, fmt.Sprintf("what is missing ends with %x: ", b.Result())},
		"one before two":             {other, []bundle.Step{a}, fmt.Sprintf("what is missing ends with %x, and 1 more: ", other[0])},
	} {
		_, err := bundle.Follow(context.Background(), refused.results, refused.required, nil)
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "is no predecessor: it ends with the result") || !strings.Contains(err.Error(), refused.wanted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	twice := &givenStep{"copy of a", links[0].bundle}
	if _, err := bundle.Follow(context.Background(), c.From(), []bundle.Step{a, b, twice}, nil); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "a and copy of a are the same link") {
		t.Errorf("a link twice: %v", err)
	}
}

// drawnStep claims any results, as digests that collide would let it.
type drawnStep struct {
	name     string
	result   byte
	from     []byte
	verified *[]string
	another  bool // it is found to end with another result
	false    bool // its proof is
	open     bool // it cannot be verified for the lack of something
}

func (s *drawnStep) Name() string     { return s.name }
func (s *drawnStep) Called() string   { return "the predecessor " + s.name }
func (s *drawnStep) Result() [32]byte { return drawnResult(s.result).Digest() }
func (s *drawnStep) From() (list [][32]byte) {
	for _, f := range s.from {
		list = append(list, drawnResult(f).Digest())
	}
	return list
}

func drawnResult(n byte) *bundle.Result { return &bundle.Result{Source: [32]byte{n}} }

func (s *drawnStep) Verify(_ context.Context, from []*bundle.Predecessor) (*bundle.Predecessor, error) {
	if len(from) != len(s.from) {
		return nil, errors.New("other predecessors")
	}
	for i, p := range from {
		if p != nil && p.Result.Source != [32]byte{s.from[i]} {
			return nil, errors.New("predecessors in another order")
		}
	}
	*s.verified = append(*s.verified, s.name)
	if s.false {
		return &bundle.Predecessor{Result: drawnResult(s.result)}, fmt.Errorf("the proof is false: %w", fault.ErrRejected)
	}
	if s.open {
		return nil, nil
	}
	if s.another {
		return &bundle.Predecessor{Result: drawnResult(0)}, nil
	}
	return &bundle.Predecessor{Result: drawnResult(s.result)}, nil
}

// TestFollowRefuses: a chain that leads back to itself, in one step or three, and a
// step that turns out to end otherwise than it said.
func TestFollowRefuses(t *testing.T) {
	var verified []string
	step := func(name string, result byte, from ...byte) *drawnStep {
		return &drawnStep{name: name, result: result, from: from, verified: &verified}
	}
	another := step("a", 1)
	another.another = true
	for name, c := range map[string]struct {
		steps []bundle.Step
		says  string
	}{
		"itself":           {[]bundle.Step{step("a", 1, 1)}, "a starts from itself"},
		"three in a ring":  {[]bundle.Step{step("a", 1, 2), step("b", 2, 3), step("c", 3, 1)}, "a starts from itself"},
		"a ring behind":    {[]bundle.Step{step("a", 1, 2), step("b", 2, 3), step("c", 3, 2)}, "b starts from itself"},
		"changed meantime": {[]bundle.Step{another}, "the predecessor a ends with the result "},
	} {
		verified = nil
		if _, err := bundle.Follow(context.Background(), [][32]byte{drawnResult(1).Digest()}, c.steps, nil); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestFollowStopsWhereItIsFalse: nothing is accepted after a step that is false, wherever
// in the chain, whether it was named or is spare.
func TestFollowStopsWhereItIsFalse(t *testing.T) {
	for wrong, want := range [][]string{{"a"}, {"a", "b"}, {"a", "b", "c"}} {
		var verified []string
		chain := []*drawnStep{
			{name: "a", result: 1, verified: &verified}, {name: "b", result: 2, from: []byte{1}, verified: &verified}, {name: "c", result: 3, from: []byte{2}, verified: &verified},
		}
		chain[wrong].false = true
		steps := []bundle.Step{chain[0], chain[1], chain[2]}
		for _, named := range []bool{true, false} {
			required, spare := steps, []bundle.Step(nil)
			if !named {
				required, spare = nil, steps
			}
			verified = nil
			from, err := bundle.Follow(context.Background(), [][32]byte{drawnResult(3).Digest()}, required, spare)
			if says := "the predecessor " + want[wrong] + ": the proof is false"; !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), says) || from != nil {
				t.Errorf("%s is false: %v", want[wrong], err)
			}
			if !slices.Equal(verified, want) {
				t.Errorf("%s is false: verified %q", want[wrong], verified)
			}
		}
	}
}

// TestFollowManyPredecessors: links that start from several results, and share some,
// are verified once each, after all that they start from.
func TestFollowManyPredecessors(t *testing.T) {
	var verified []string
	step := func(name string, result byte, from ...byte) bundle.Step {
		return &drawnStep{name: name, result: result, from: from, verified: &verified}
	}
	steps := []bundle.Step{step("d", 4, 2, 3), step("b", 2, 1), step("c", 3, 1, 9), step("a", 1)}
	for range 5 {
		verified = nil
		rand.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		from, err := bundle.Follow(context.Background(), [][32]byte{drawnResult(4).Digest(), drawnResult(9).Digest(), drawnResult(3).Digest()}, steps, nil)
		if err != nil || len(from) != 3 || from[0] == nil || from[1] != nil || from[2] == nil {
			t.Fatalf("%v, %v", from, err)
		}
		if !slices.Equal(verified, []string{"a", "b", "c", "d"}) {
			t.Errorf("verified %q", verified)
		}
	}
}

// TestFollowWithoutVerdict: a step that cannot be verified counts as not given, is asked
// once, and is of the chain all the same.
func TestFollowWithoutVerdict(t *testing.T) {
	var verified []string
	round := &drawnStep{name: "round", result: 1, from: []byte{7, 8}, verified: &verified, open: true}
	a, b := &drawnStep{name: "a", result: 2, from: []byte{1}, verified: &verified}, &drawnStep{name: "b", result: 3, from: []byte{1}, verified: &verified}
	from, err := bundle.Follow(context.Background(), [][32]byte{a.Result(), b.Result(), round.Result()}, []bundle.Step{a, b, round}, nil)
	if err != nil || len(from) != 3 || from[0] == nil || from[1] == nil || from[2] != nil || !slices.Equal(verified, []string{"round", "a", "b"}) {
		t.Errorf("%v, verified %q: %v", from, verified, err)
	}
}
