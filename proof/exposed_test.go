package proof_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// games are honest conversations about systems of every kind.
func games(t *testing.T) map[string]*prooftest.Game {
	t.Helper()
	s, tiny := newChain(t), prooftest.NewSetting(t, false)
	gathered := prooftest.NewGathered(t, prooftest.NewSpec())
	c := prooftest.NewCase(t, gathered.System, gathered.Cells)
	masked, err := proof.NewLayout(c.Statement.Layout.System, c.Statement.Layout.RowLog, true)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*prooftest.Game{
		"chain":    s.Game,
		"tiny":     tiny.Game(),
		"gathered": {Layout: c.Statement.Layout, Digest: fr.NewElement(7), Committed: c.Tables},
		"masked":   {Layout: masked, Digest: fr.NewElement(7), Committed: c.Tables, Mask: prooftest.MaskRow(masked)},
	}
}

// TestReveal: what a wrapped proof exposes is all that the checks outside the
// script need, and each value of it counts: with another one they fail.
func TestReveal(t *testing.T) {
	for name, g := range games(t) {
		_, _, out := g.Tell(t, g.Committed, nil)
		exposed := out.Exposed(g.Layout)
		if want := proof.ExposedLength(g.Layout); len(exposed) != want {
			t.Fatalf("%s: %d values exposed, want %d", name, len(exposed), want)
		}
		holds := func() bool {
			d := &prooftest.Differences{}
			g.Check(d, proof.Reveal(g.Layout, exposed))
			return !slices.ContainsFunc(d.Of, func(v fr.Element) bool { return !v.IsZero() })
		}
		if !holds() {
			t.Errorf("%s: the outcome that was exposed is refused", name)
		}
		one := fr.One()
		for i := range exposed {
			exposed[i].Add(&exposed[i], &one)
			if holds() {
				t.Errorf("%s: another exposed value %d is accepted", name, i)
			}
			exposed[i].Sub(&exposed[i], &one)
		}
	}
}

// TestLengths: each value is said once for a tensor and a point, structured
// public tensors are computed, and equal low points are one group. More or
// fewer messages are another proof.
func TestLengths(t *testing.T) {
	want := map[string][2]int{"chain": {199, 17}, "tiny": {236, 21}, "gathered": {159, 25}, "masked": {160, 25}}
	for name, g := range games(t) {
		if got := [2]int{proof.Length(g.Layout), proof.ExposedLength(g.Layout)}; got != want[name] {
			t.Errorf("%s: %d messages and exposed values, want %d", name, got, want[name])
		}
	}
}

// TestVerify: the native verifier accepts honest messages, and neither another
// number of them nor another one of them.
func TestVerify(t *testing.T) {
	for name, g := range games(t) {
		_, m, _ := g.Tell(t, g.Committed, nil)
		verify := func(m []fr.Element) error {
			_, err := proof.Verify(g.Layout, g.Transcript(), m)
			return err
		}
		if err := verify(m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, other := range [][]fr.Element{m[:len(m)-1], append(slices.Clone(m), fr.One()), nil} {
			if err := verify(other); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: %d messages of %d: %v", name, len(other), len(m), err)
			}
		}
		last := len(m) - 1
		if g.Layout.Masked {
			last-- // the mask's value is for the evaluation proof to check
		}
		step := 7
		if name == "chain" {
			step = 1
		}
		for i := 0; i <= last; i += step {
			if err := verify(plusAt(m, i)); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s: message %d is another one: %v", name, i, err)
			}
		}
	}
}

func plusAt(m []fr.Element, i int) []fr.Element {
	m = slices.Clone(m)
	one := fr.One()
	m[i].Add(&m[i], &one)
	return m
}

// TestSalt: in masked layouts, and in no others, challenges depend on the salt.
func TestSalt(t *testing.T) {
	for name, g := range games(t) {
		first := func(salt uint64) fr.Element {
			tr := transcript.NewNative(statement.Domain)
			proof.Begin[fr.Element](g.Layout, tr, g.Digest, fr.NewElement(salt))
			return tr.Challenge()
		}
		a, b := first(1), first(2)
		if a.Equal(&b) == g.Layout.Masked {
			t.Errorf("%s: masked %v, challenges under two salts are equal: %v", name, g.Layout.Masked, a.Equal(&b))
		}
	}
}

// TestLayoutsOfValidSystems: a system that nobody validated, and one whose
// lookups are too many, have no layout.
func TestLayoutsOfValidSystems(t *testing.T) {
	a := relation.Axis{Name: "a", Size: 4}
	b := relation.NewBuilder("broadcast without a mask")
	z := b.Witness("z", a)
	b.Equation("one output label more", []relation.Axis{a, a}, []relation.Label{"i", "j"},
		relation.Times(relation.Int(1), relation.At(z, "i")))
	if _, err := proof.NewLayout(b.System(), 5, false); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("an invalid system: %v", err)
	}
	b = relation.NewBuilder("large")
	b.Signed(b.Witness("z", relation.Axis{Name: "a", Size: 1 << 32}), 16)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.NewLayout(sys, 16, false); !errors.Is(err, fault.ErrResources) {
		t.Errorf("2^33 leaves: %v", err)
	}
}

// TestDegreesAreBounded: virtual tensors that square one another reach any
// degree in the committed cells, that of a hash of their commitment too, in
// tensors or in equations. A value committed on the way starts anew.
func TestDegreesAreBounded(t *testing.T) {
	a := []relation.Axis{{Name: "a", Size: 4}}
	label := []relation.Label{"i"}
	// squares builds x^(2^n) virtually, and says that x·y^(2^n) = 0 of it.
	squares := func(n int, commit bool) error {
		b := relation.NewBuilder("squares")
		x := relation.At(b.Witness("x", a...), "i")
		y := x
		for i := range n {
			y = relation.At(b.Virtual(fmt.Sprint("square ", i), a, label, relation.Times(relation.Int(1), y, y)), "i")
		}
		if commit {
			w := relation.At(b.Witness("w", a...), "i")
			b.Equation("committed", a, label, relation.Times(relation.Int(1), w), relation.Times(relation.Int(-1), y))
			y = w
		}
		b.Equation("low", a, label, relation.Times(relation.Int(1), x))
		b.Equation("zero", a, label, relation.Times(relation.Int(1), x), relation.Times(relation.Int(1), x, y))
		sys, err := b.Build()
		if err != nil {
			t.Fatal(err)
		}
		_, err = proof.NewLayout(sys, 5, false)
		return err
	}
	for _, test := range []struct {
		squares int
		commit  bool
		ok      bool
	}{
		{5, false, true},  // 2^5, and 33 in the equation
		{6, true, true},   // 64
		{6, false, false}, // 64, and 65 in the equation
		{7, true, false},
		{9, false, false},
	} {
		if err := squares(test.squares, test.commit); (err == nil) != test.ok || !test.ok && !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("%d squares, committed %v: %v", test.squares, test.commit, err)
		}
	}
	// An external tensor is committed cells, too, and the first equation counts.
	b := relation.NewBuilder("external")
	x := relation.At(b.External("x", a...), "i")
	y := x
	for i := range 6 {
		y = relation.At(b.Virtual(fmt.Sprint("square ", i), a, label, relation.Times(relation.Int(1), y, y)), "i")
	}
	b.Equation("zero", a, label, relation.Times(relation.Int(1), x, y))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := proof.NewLayout(sys, 5, false); !errors.Is(err, fault.ErrUnsupported) {
		t.Errorf("powers of an external tensor: %v", err)
	}
}

// TestSumOfPowers: term by term, for none, one and several values.
func TestSumOfPowers(t *testing.T) {
	base := fr.NewElement(1000)
	for _, x := range [][]uint64{nil, {7}, {1, 2, 3}, {0, 0, 5, 9}} {
		var values []fr.Element
		var want uint64
		power := uint64(1)
		for _, v := range x {
			values = append(values, fr.NewElement(v))
			want += power * v
			power *= 1000
		}
		if got := proof.SumOfPowers(&proof.Checks{}, base, values); got != fr.NewElement(want) {
			t.Errorf("%v: %s, want %d", x, got.String(), want)
		}
	}
}

// TestPlaces: coordinates stand where Places says, one after the other, before all
// other values; Zero and the coordinates that no check needs stand nowhere.
func TestPlaces(t *testing.T) {
	for name, g := range games(t) {
		_, _, out := g.Tell(t, g.Committed, nil)
		exposed := out.Exposed(g.Layout)
		revealed := proof.Reveal(g.Layout, exposed)
		places, count := proof.Places(g.Layout)
		if len(places) != len(out.Coords) || places[proof.Zero] != -1 {
			t.Fatalf("%s: %d places of %d coordinates, Zero at %d", name, len(places), len(out.Coords), places[proof.Zero])
		}
		next := 0
		for c, place := range places {
			switch {
			case place == -1:
				if !revealed.Coords[c].IsZero() {
					t.Errorf("%s: coordinate %d is revealed and has no place", name, c)
				}
			case place != next:
				t.Fatalf("%s: coordinate %d stands at %d, want %d", name, c, place, next)
			default:
				next++
				if exposed[place] != out.Coords[c] {
					t.Errorf("%s: at %d stands another value than coordinate %d", name, place, c)
				}
			}
		}
		if others := len(out.Public) + 3; next != count || len(exposed) != count+others {
			t.Errorf("%s: %d places, %d said, %d values exposed of which %d are no coordinates", name, next, count, len(exposed), others)
		}
	}
}
