package proof_test

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
)

// products is a system of equations that read virtual tensors in products, so
// that the claims on each are made by a sumcheck and reduced after it:
//
//	five = 5,  v0 = x·x,  v1 = x·x,  v2 = x·x,  v3 = v0·x
//	w1 = v1·x,  w2 = x·x + v2·x,  w3 = five·x·x,  w4 = v3
//
// The system "last" has only v3 = x·x and w4 = v3·x, and v3 is its last tensor;
// "first" has only five and w3, and five is its first.
type products struct {
	*prooftest.Game
	ids    map[string]relation.ID
	system *relation.System
}

func newProducts(t *testing.T, which string) *products {
	t.Helper()
	b := relation.NewBuilder("products")
	a := []relation.Axis{{Name: "a", Size: 4}}
	label := []relation.Label{"i"}
	ids := map[string]relation.ID{}
	times := func(c int64, names ...string) relation.Term {
		var factors []relation.Factor
		for _, name := range names {
			if name == "five" {
				factors = append(factors, relation.At(ids[name]))
				continue
			}
			factors = append(factors, relation.At(ids[name], "i"))
		}
		return relation.Times(relation.Int(c), factors...)
	}
	define := func(name string, factors ...string) { ids[name] = b.Virtual(name, a, label, times(1, factors...)) }
	if which != "last" {
		ids["five"] = b.Virtual("five", nil, nil, relation.Times(relation.Int(5)))
	}
	ids["x"] = b.Witness("x", a...)
	for _, w := range []string{"w1", "w2", "w3", "w4"} {
		ids[w] = b.Witness(w, a...)
	}
	third := func() { b.Equation("3", a, label, times(1, "w3"), times(-1, "five", "x", "x")) }
	switch which {
	case "last":
		define("v3", "x", "x")
		b.Equation("4", a, label, times(1, "w4"), times(-1, "v3", "x"))
	case "first":
		third()
	default:
		define("v0", "x", "x")
		define("v1", "x", "x")
		define("v2", "x", "x")
		define("v3", "v0", "x")
		b.Equation("1", a, label, times(1, "w1"), times(-1, "v1", "x"))
		b.Equation("2", a, label, times(1, "w2"), times(-1, "x", "x"), times(-1, "v2", "x"))
		third()
		b.Equation("4", a, label, times(1, "w4"), times(-1, "v3"))
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 3, false)
	if err != nil {
		t.Fatal(err)
	}
	return &products{&prooftest.Game{Layout: l, Digest: fr.NewElement(7)}, ids, sys}
}

// about returns tables in which one virtual tensor is 1 more than it should
// be, and everything that reads it is what it makes of it.
func (s *products) about(t *testing.T, wrong string) [][]fr.Element {
	t.Helper()
	given := map[relation.ID][]fr.Element{}
	table := func(name string, cell func(i int) int64) []fr.Element {
		var v []fr.Element
		for i := range 4 {
			c := cell(i)
			if name == wrong && i%2 == 0 {
				c++
			}
			v = append(v, relation.Int(c))
		}
		if id, ok := s.ids[name]; ok {
			given[id] = v[:s.system.Tensor(id).Cells()]
		}
		return v
	}
	x := func(i int) int64 { return int64(2*i + 1) }
	square := func(i int) int64 { return x(i) * x(i) }
	product := func(c int64, factors ...[]fr.Element) func(int) int64 {
		return func(i int) int64 {
			v := c
			for _, f := range factors {
				v *= int64(f[i].Uint64())
			}
			return v
		}
	}
	xs, five := table("x", x), table("five", func(int) int64 { return 5 })
	v0, v1, v2 := table("v0", square), table("v1", square), table("v2", square)
	third := product(1, v0, xs)
	if _, ok := s.ids["v0"]; !ok {
		third = square
	}
	v3 := table("v3", third)
	table("w1", product(1, v1, xs))
	table("w2", func(i int) int64 { return square(i) + product(1, v2, xs)(i) })
	table("w3", product(int64(five[0].Uint64()), xs, xs))
	fourth := product(1, v3)
	if _, ok := s.ids["v0"]; !ok {
		fourth = product(1, v3, xs)
	}
	table("w4", fourth)
	return allTables(t, s.system, given)
}

// TestClaimsOfProductsAreReduced: whatever a sumcheck claims about a virtual
// tensor is reduced after it, whichever equation, term or tensor makes the
// claim and wherever the tensor stands.
func TestClaimsOfProductsAreReduced(t *testing.T) {
	places := map[string]map[string]string{
		// v0, v1 and v2 are reduced in one sumcheck, named by the last; v3 in
		// that of the equations.
		"all":   {"five": "five", "v0": "sumcheck of v2", "v1": "sumcheck of v2", "v2": "sumcheck of v2", "v3": "sumcheck of 1"},
		"first": {"five": "five"},
		"last":  {"v3": "sumcheck of v3"},
	}
	for which := range places {
		s := newProducts(t, which)
		s.Committed = s.about(t, "")
		if _, m, _ := s.Tell(t, s.Committed, nil); !s.Accepts(m) {
			t.Fatalf("%s: honest messages are refused", which)
		}
		for name, place := range places[which] {
			s.Committed = s.about(t, name)
			_, m, _ := s.Tell(t, s.Committed, nil)
			if got := s.Failures(m); !slices.Equal(got, []string{place}) {
				t.Errorf("%s, false %s: refused at %q, want %q", which, name, got, place)
			}
		}
	}
}
