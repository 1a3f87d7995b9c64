package proof_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// chain is a system in which virtual tensors stand on one another, with
// constants, several products in one sum, and a public factor beside them:
//
//	y(a) = Σ_k 1(k)·x(a,k)·u(k,a),  v(a) = 2·y(a) − 3·x1(a)
//	z(c,a) = P(c)·v(a)·v(a) − 5·P(c)·v(a)·x1(a) + 7·P(c)·x1(a)·x1(a)
//	w = z,  x1 of 4 bits, v of 10 bits
type chain struct {
	*prooftest.Game
	system *relation.System
	ids    map[string]relation.ID
	honest [][]fr.Element
}

func newChain(t *testing.T) *chain {
	t.Helper()
	b := relation.NewBuilder("chain")
	a, k, c := relation.Axis{Name: "a", Size: 3}, relation.Axis{Name: "k", Size: 3}, relation.Axis{Name: "c", Size: 2}
	x, u, x1, w := b.Witness("x", a, k), b.Witness("u", k, a), b.External("x1", a), b.Witness("w", c, a)
	p := b.Public("P", &relation.Values{Cells: []int64{3, -2}}, c)
	at, times, number := relation.At, relation.Times, relation.Int
	y := b.Virtual("y", []relation.Axis{a}, []relation.Label{"a"},
		times(number(1), at(b.Mask(k), "k"), at(x, "a", "k"), at(u, "k", "a")))
	v := b.Virtual("v", []relation.Axis{a}, []relation.Label{"a"},
		times(number(2), at(y, "a")), times(number(-3), at(x1, "a")))
	z := b.Virtual("z", []relation.Axis{c, a}, []relation.Label{"c", "a"},
		times(number(1), at(p, "c"), at(v, "a"), at(v, "a")),
		times(number(-5), at(v, "a"), at(p, "c"), at(x1, "a")),
		times(number(7), at(x1, "a"), at(x1, "a"), at(p, "c")))
	b.Equation("result", []relation.Axis{c, a}, []relation.Label{"c", "a"},
		times(number(1), at(w, "c", "a")), times(number(-1), at(z, "c", "a")))
	b.Signed(x1, 4)
	b.Signed(v, 10)
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 3, false)
	if err != nil {
		t.Fatal(err)
	}
	s := &chain{Game: &prooftest.Game{Layout: l, Digest: fr.NewElement(7)}, system: sys,
		ids: map[string]relation.ID{"x": x, "u": u, "x1": x1, "w": w, "P": p, "y": y, "v": v, "z": z}}
	s.honest = make([][]fr.Element, len(sys.Tensors))
	fill := func(id relation.ID, seed int64) {
		t := sys.Tensor(id)
		s.honest[id] = make([]fr.Element, t.Cells())
		for i := range s.honest[id] {
			if prooftest.IsReal(t.Axes, i) {
				s.honest[id][i] = number((seed*int64(i)+seed)%7 - 3)
			}
		}
	}
	fill(x, 3)
	fill(u, 5)
	fill(x1, 4)
	s.honest = s.told(t, nil)
	s.Committed = s.honest
	return s
}

// told returns all tables, derived from those of x, u and x1 and of the
// tensors that are changed: w is z.
func (s *chain) told(t *testing.T, changed map[string][]fr.Element) [][]fr.Element {
	t.Helper()
	given := map[relation.ID][]fr.Element{}
	for _, name := range []string{"x", "u", "x1"} {
		given[s.ids[name]] = s.honest[s.ids[name]]
	}
	for name, table := range changed {
		given[s.ids[name]] = table
	}
	known := naive.NewFields(s.system, given)
	z, err := known.Table(s.ids["z"])
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := changed["w"]; !ok {
		given[s.ids["w"]] = z
	}
	return allTables(t, s.system, given)
}

func allTables(t *testing.T, sys *relation.System, given map[relation.ID][]fr.Element) [][]fr.Element {
	t.Helper()
	known := naive.NewFields(sys, given)
	tables := make([][]fr.Element, len(sys.Tensors))
	for i := range tables {
		var err error
		if tables[i], err = known.Table(relation.ID(i)); err != nil {
			t.Fatal(err)
		}
	}
	return tables
}

// plus1 returns a tensor's honest table with 1 added to its first cell.
func (s *chain) plus1(name string) map[string][]fr.Element {
	return map[string][]fr.Element{name: plus1(s.honest[s.ids[name]])}
}

func plus1(table []fr.Element) []fr.Element {
	table = slices.Clone(table)
	one := fr.One()
	table[0].Add(&table[0], &one)
	return table
}

func TestHonestChain(t *testing.T) {
	s := newChain(t)
	if _, m, _ := s.Tell(t, s.honest, nil); !s.Accepts(m) {
		t.Error("honest messages are refused")
	}
}

// TestDefinitionsAreChecked: the story of one virtual tensor that is not what
// its definition says, with everything else right about it.
func TestDefinitionsAreChecked(t *testing.T) {
	s := newChain(t)
	for name, place := range map[string]string{"y": "sumcheck of y", "v": "v", "z": "sumcheck of z"} {
		s.Committed = s.told(t, s.plus1(name))
		_, m, _ := s.Tell(t, s.Committed, nil)
		if got := slices.Compact(s.Failures(m)); !slices.Equal(got, []string{place}) {
			t.Errorf("false %s: refused at %q", name, got)
		}
	}
}

// TestTransposedProductIsRefused: the story of a product in which one factor is read
// with its axes exchanged.
func TestTransposedProductIsRefused(t *testing.T) {
	s := newChain(t)
	u, y := s.honest[s.ids["u"]], s.ids["y"]
	exchanged, size := slices.Clone(u), 4 // of an axis of 3, padded
	for row := range size {
		for column := range size {
			exchanged[row*size+column] = u[column*size+row]
		}
	}
	told := s.told(t, map[string][]fr.Element{"u": exchanged})
	if len(u) != size*size || slices.Equal(told[y], s.honest[y]) {
		t.Fatal("both products are one: the test shows nothing")
	}
	s.Committed = s.told(t, map[string][]fr.Element{"y": told[y]})
	_, m, _ := s.Tell(t, s.Committed, nil)
	if got := slices.Compact(s.Failures(m)); !slices.Equal(got, []string{"sumcheck of y"}) {
		t.Errorf("refused at %q", got)
	}
}

// TestEveryClaimIsReduced: a tensor is read in the lookups and in sums. One of
// the two is about other cells.
func TestEveryClaimIsReduced(t *testing.T) {
	s := newChain(t)
	for name, place := range map[string]string{"v": "v", "x1": "row values"} {
		lied := s.told(t, s.plus1(name))
		lookups := func(tables [][]fr.Element) func(*prooftest.Teller) {
			return func(p *prooftest.Teller) {
				var err error
				if p.AboutLookups, err = reference.New(s.Layout, tables, nil); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.Committed = slices.Clone(s.honest)
		for _, table := range s.system.Tables { // counts are of the lookups told
			s.Committed[table.Count] = lied[table.Count]
		}
		s.RefusedAt(t, "lookups of a false "+name, place, s.Committed, lookups(lied))

		s.Committed = slices.Clone(s.honest)
		s.Committed[s.ids["w"]] = lied[s.ids["w"]]
		s.RefusedAt(t, "sums of a false "+name, place, lied, lookups(s.honest))
	}
}

// TestCommitmentsAreOpened: a whole honest story, and one committed cell that
// is another one.
func TestCommitmentsAreOpened(t *testing.T) {
	s := newChain(t)
	gathered := prooftest.NewGathered(t, prooftest.NewSpec())
	tiny := prooftest.NewSetting(t, false)
	c := prooftest.NewCase(t, gathered.System, gathered.Cells)
	for _, test := range []struct {
		Layout *proof.Layout
		tables [][]fr.Element
	}{{s.Layout, s.honest}, {c.Statement.Layout, c.Tables}, {tiny.Layout, tiny.Honest}} {
		for id := range test.Layout.System.Tensors {
			tensor := &test.Layout.System.Tensors[id]
			if tensor.Kind != relation.Witness && tensor.Kind != relation.External {
				continue
			}
			g := &prooftest.Game{Layout: test.Layout, Digest: fr.NewElement(7), Committed: slices.Clone(test.tables)}
			g.Committed[id] = plus1(test.tables[id])
			g.RefusedAt(t, test.Layout.System.Name+", "+tensor.Name, "row values", test.tables, nil)
		}
	}
}

// TestPublicTensorsAreLeftToTheVerifier: a story that is right about public
// values other than those of the statement.
func TestPublicTensorsAreLeftToTheVerifier(t *testing.T) {
	spec := prooftest.NewSpec()
	c := prooftest.NewCase(t, prooftest.NewGathered(t, spec).System, prooftest.NewGathered(t, spec).Cells)
	sys := c.Statement.Layout.System
	named := func(name string) relation.ID {
		return relation.ID(slices.IndexFunc(sys.Tensors, func(t relation.Tensor) bool { return t.Name == name }))
	}
	add := func(tables [][]fr.Element, id relation.ID, cell int, v fr.Element) {
		tables[id] = slices.Clone(tables[id])
		tables[id][cell].Add(&tables[id][cell], &v)
	}
	for name, lie := range map[string]func(tables [][]fr.Element){
		"rates": func(tables [][]fr.Element) { // λ(0) + 1: Z(c) + Σ_b Y(0,b,c)
			for cell, y := range tables[named("Y")][:2*4] {
				add(tables, named("Z"), cell%4, y)
			}
		},
		"P": func(tables [][]fr.Element) { // P(0) + 1: U(s,b,0) + Y(s,b,0)
			for cell, y := range tables[named("Y")] {
				if cell%4 == 0 {
					add(tables, named("U"), cell, y)
				}
			}
		},
		"square column 1": func(tables [][]fr.Element) { // (−2, 4 + 1)
			add(tables, named("S"), 0, fr.One())
		},
	} {
		tables := slices.Clone(c.Tables)
		add(tables, named(name), 0, fr.One())
		lie(tables)
		g := &prooftest.Game{Layout: c.Statement.Layout, Digest: fr.NewElement(7), Committed: tables}
		g.RefusedAt(t, name, "public tensor "+name, tables, nil)
	}
}

// TestGatheredGame: the honest story of a system with every kind of public
// tensor is accepted, and that of one false cell of any tensor is not.
func TestGatheredGame(t *testing.T) {
	gathered := prooftest.NewGathered(t, prooftest.NewSpec())
	c := prooftest.NewCase(t, gathered.System, gathered.Cells)
	g := &prooftest.Game{Layout: c.Statement.Layout, Digest: fr.NewElement(7), Committed: c.Tables}
	if _, m, _ := g.Tell(t, c.Tables, nil); !g.Accepts(m) {
		t.Fatalf("honest messages are refused at %q", g.Failures(m))
	}
	rng := rand.New(rand.NewPCG(35, 36))
	for name, id := range gathered.IDs {
		real := 0
		for !prooftest.IsReal(gathered.System.Tensor(id).Axes, real) {
			real = rng.IntN(len(c.Tables[id]))
		}
		g.Committed = slices.Clone(c.Tables)
		g.Committed[id] = plus1(c.Tables[id])
		if _, m, _ := g.Tell(t, g.Committed, nil); g.Accepts(m) {
			t.Errorf("a wrong cell of %s is accepted", name)
		}
	}
}
