package circuit_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"
	"github.com/consensys/gnark/test"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
)

// verdicts is native arithmetic that keeps every assertion and which failed.
type verdicts struct {
	proof.Checks
	places []string // by call
	failed []int    // calls
}

func (v *verdicts) AssertEqual(a, b fr.Element, place string) {
	if !a.Equal(&b) {
		v.failed = append(v.failed, len(v.places))
	}
	v.places = append(v.places, place)
}

func (v *verdicts) AssertNonZero(a fr.Element, place string) {
	if a.IsZero() {
		v.failed = append(v.failed, len(v.places))
	}
	v.places = append(v.places, place)
}

// lie is an attempt to have something false accepted: false cells, told as
// they are, or true cells with one false answer.
type lie struct {
	name   string
	layout *proof.Layout
	cells  relation.Assignment
	tell   func(*liar) // nil: only the cells are false
	alpha  *collision  // of an unlucky transcript, or nil
}

// liar is the honest prover but for the answers a lie replaces.
type liar struct {
	proof.Peer[fr.Element]
	fractions func(layer int, f [4]fr.Element) [4]fr.Element
	layers    int // started
	sums      int
	falsify   string // the message whose first element is changed, once

	lambda fr.Element // of the current layer
}

func (l *liar) change(message string, first *fr.Element) {
	if l.falsify == message {
		first.Add(first, new(fr.Element).SetUint64(5))
		l.falsify = ""
	}
}

func (l *liar) Layer(k int, point []proof.Coord, lambda fr.Element) {
	l.layers++
	l.lambda = lambda
	l.Peer.Layer(k, point, lambda)
}

func (l *liar) Fractions(k int) [4]fr.Element {
	f := l.Peer.Fractions(k)
	if l.fractions != nil {
		f = l.fractions(k, f)
	}
	return f
}

func (l *liar) LayerRound() [2]fr.Element {
	m := l.Peer.LayerRound()
	l.change(fmt.Sprint("layer ", l.layers), &m[0])
	return m
}

func (l *liar) Sum(open []*proof.Instance[fr.Element], weights []fr.Element) {
	l.sums++
	l.Peer.Sum(open, weights)
}

func (l *liar) SumRound(degree int) []fr.Element {
	m := l.Peer.SumRound(degree)
	l.change(fmt.Sprint("sum ", l.sums), &m[0])
	return m
}

func (l *liar) OpeningRound() [2]fr.Element {
	m := l.Peer.OpeningRound()
	l.change("opening", &m[0])
	return m
}

// unlucky is a transcript whose first challenges are given.
type unlucky[E any] struct {
	proof.Transcript[E]
	first []E
}

func (u *unlucky[E]) Challenge() E {
	c := u.Transcript.Challenge()
	if len(u.first) > 0 {
		c, u.first = u.first[0], u.first[1:]
	}
	return c
}

// run tells the lie, and returns its messages and the verdicts on them.
func (l *lie) run(t testing.TB) ([]fr.Element, *verdicts) {
	t.Helper()
	if err := prooftest.Count(l.layout.System, l.cells); err != nil {
		t.Fatal(err)
	}
	peer := &liar{Peer: prooftest.Reference(t, l.layout, l.cells, nil)}
	if l.tell != nil {
		l.tell(peer)
	}
	rec := &proof.Recorder{Peer: peer}
	v := &verdicts{}
	proof.Argue(l.layout, v, l.unlucky(prooftest.Transcript(l.layout)), rec)
	return rec.Messages, v
}

func (l *lie) unlucky(tr proof.Transcript[fr.Element]) proof.Transcript[fr.Element] {
	if l.alpha == nil {
		return tr
	}
	return &unlucky[fr.Element]{tr, []fr.Element{l.alpha.of(l), l.alpha.beta()}}
}

// collision is a choice of α: the fingerprint of one looked-up tuple. If the
// tuple is false and there twice, it makes numerator and denominator of the
// tree's root zero.
type collision struct{ lookup, cell int }

func (collision) beta() fr.Element { return fr.NewElement(1234) }

// of returns Σ β^i·v_i + β^w·tag.
func (c collision) of(l *lie) fr.Element {
	k := l.layout.System.Lookups[c.lookup]
	beta := c.beta()
	alpha := fr.NewElement(uint64(k.Table + 1))
	for i := l.layout.Arity - 1; i >= 0; i-- {
		alpha.Mul(&alpha, &beta)
		if i < len(k.Columns) {
			v := l.cells[k.Columns[i]].Element(c.cell)
			alpha.Add(&alpha, &v)
		}
	}
	return alpha
}

// dropping is circuit arithmetic without one assertion.
type dropping struct {
	proof.Arith[frontend.Variable]
	call, drop int
}

func (d *dropping) dropped() bool {
	d.call++
	return d.call-1 == d.drop
}

func (d *dropping) AssertEqual(a, b frontend.Variable, place string) {
	if !d.dropped() {
		d.Arith.AssertEqual(a, b, place)
	}
}

func (d *dropping) AssertNonZero(a frontend.Variable, place string) {
	if !d.dropped() {
		d.Arith.AssertNonZero(a, place)
	}
}

// script is a circuit with nothing but messages.
type script struct {
	Messages []frontend.Variable
	define   *func(frontend.API, []frontend.Variable) // gnark compares circuits, and functions cannot be
}

func (s *script) Define(api frontend.API) error {
	(*s.define)(api, s.Messages)
	return nil
}

// accepted runs the circuit without assertion drop, or with all for drop < 0.
func (l *lie) accepted(messages []fr.Element, drop int) bool {
	witness := &script{Messages: make([]frontend.Variable, len(messages))}
	for i := range messages {
		witness.Messages[i] = messages[i]
	}
	define := func(api frontend.API, m []frontend.Variable) {
		var tr proof.Transcript[frontend.Variable] = circuit.NewTranscript(api, statement.Domain)
		proof.Begin(l.layout, tr, frontend.Variable(prooftest.StatementDigest()), nil)
		if l.alpha != nil {
			tr = &unlucky[frontend.Variable]{tr, []frontend.Variable{l.alpha.of(l), l.alpha.beta()}}
		}
		a := &dropping{Arith: circuit.Arith(api), drop: drop}
		proof.Argue[frontend.Variable](l.layout, a, tr, proof.NewReplay(m))
	}
	shape := &script{Messages: make([]frontend.Variable, len(messages)), define: &define}
	return test.IsSolved(shape, witness, ecc.BN254.ScalarField()) == nil
}

// TestNoAssertionIsRedundant: for every assertion of the script there is a lie
// that it alone catches. Without it the lie is accepted, natively and in the
// circuit.
func TestNoAssertionIsRedundant(t *testing.T) {
	for name, lies := range map[string][]lie{"tiny": tinyLies(t), "gathered": gatheredLies(t)} {
		caught := map[int]bool{}
		inCircuit := map[string]bool{}
		var places []string
		for _, l := range lies {
			messages, v := l.run(t)
			if len(v.failed) != 1 {
				t.Errorf("%s: %s: caught by %d assertions, want one", name, l.name, len(v.failed))
				for _, i := range v.failed {
					t.Logf("  %d: %s", i, v.places[i])
				}
				continue
			}
			places, caught[v.failed[0]] = v.places, true
			place := v.places[v.failed[0]]
			if inCircuit[place] || testing.Short() {
				continue // other calls at the place are the same line
			}
			inCircuit[place] = true
			if l.accepted(messages, -1) {
				t.Errorf("%s: %s: the circuit accepts", name, l.name)
			}
			if !l.accepted(messages, v.failed[0]) {
				t.Errorf("%s: %s: the circuit rejects without the assertion %q", name, l.name, place)
			}
		}
		for i, place := range places {
			if !caught[i] {
				t.Errorf("%s: no lie is caught by assertion %d, %q, alone", name, i, place)
			}
		}
	}
}

// sharedLies are those that any system's true cells allow: one false message
// in each sumcheck, and false fractions at the bottom of the lookup tree.
func sharedLies(t *testing.T, l *proof.Layout, cells relation.Assignment) []lie {
	lies := []lie{
		{name: "numerators", tell: func(p *liar) { p.fractions = falseNumerators(l.Log - 1) }},
		{name: "denominators", tell: func(p *liar) { p.fractions = p.falseDenominators(l.Log - 1) }},
		{name: "opening", tell: func(p *liar) { p.falsify = "opening" }},
	}
	honest := &liar{Peer: prooftest.Reference(t, l, counted(t, l, cells), nil)}
	proof.Argue(l, &verdicts{}, prooftest.Transcript(l), honest)
	for k := 1; k <= honest.layers; k++ {
		message := fmt.Sprint("layer ", k)
		lies = append(lies, lie{name: message, tell: func(p *liar) { p.falsify = message }})
	}
	for k := 1; k <= honest.sums; k++ {
		message := fmt.Sprint("sum ", k)
		lies = append(lies, lie{name: message, tell: func(p *liar) { p.falsify = message }})
	}
	for i := range lies {
		lies[i].layout, lies[i].cells = l, cells
	}
	return lies
}

func counted(t testing.TB, l *proof.Layout, cells relation.Assignment) relation.Assignment {
	t.Helper()
	if err := prooftest.Count(l.System, cells); err != nil {
		t.Fatal(err)
	}
	return cells
}

// falseNumerators keeps p0·q1 + p1·q0 and every denominator:
//
//	p0' = p0 + 3·q0,  p1' = p1 − 3·q1
func falseNumerators(last int) func(int, [4]fr.Element) [4]fr.Element {
	return func(k int, f [4]fr.Element) [4]fr.Element {
		if k == last {
			var d fr.Element
			three := fr.NewElement(3)
			f[0].Add(&f[0], d.Mul(&three, &f[2]))
			f[1].Sub(&f[1], d.Mul(&three, &f[3]))
		}
		return f
	}
}

// falseDenominators keeps the numerators and p0·q1 + p1·q0 + λ·q0·q1 = c:
//
//	q0' = q0 + 3,  q1' = (c − p1·q0')/(p0 + λ·q0')
func (l *liar) falseDenominators(last int) func(int, [4]fr.Element) [4]fr.Element {
	return func(k int, f [4]fr.Element) [4]fr.Element {
		if k != last {
			return f
		}
		var c, x, den fr.Element
		c.Mul(&f[0], &f[3])
		c.Add(&c, x.Mul(&f[1], &f[2]))
		c.Add(&c, x.Mul(&f[2], &f[3]).Mul(&x, &l.lambda))
		three := fr.NewElement(3)
		f[2].Add(&f[2], &three)
		den.Mul(&l.lambda, &f[2]).Add(&den, &f[0]).Inverse(&den)
		f[3].Sub(&c, x.Mul(&f[1], &f[2])).Mul(&f[3], &den)
		return f
	}
}

// change returns cells in which some of a tensor's are other ones.
func change(cells relation.Assignment, id relation.ID, to map[int]int32) relation.Assignment {
	changed := slices.Clone(cells)
	changed[id].Small = slices.Clone(cells[id].Small)
	for i, v := range to {
		changed[id].Small[i] = v
	}
	return changed
}

func tinyLies(t *testing.T) []lie {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	l := prooftest.Layout(t, ty.System, false)
	one, other := equalCells(t, ty)
	twins := change(ty.Cells, ty.IDs["A"], map[int]int32{one: 400, other: 400})
	return append(sharedLies(t, l, ty.Cells),
		lie{name: "an activation beside its table", layout: l, cells: change(ty.Cells, ty.IDs["A"], map[int]int32{0: 400})},
		lie{name: "denominators zero", layout: l, cells: twins, alpha: &collision{0, one}})
}

// equalCells returns two real cells that compute the same value.
func equalCells(t *testing.T, ty *prooftest.Tiny) (one, other int) {
	v := ty.System.Tensor(ty.IDs["V"])
	seen := map[int32]int{}
	for i, x := range ty.Cells[ty.IDs["V"]].Small {
		j, k := i%v.Axes[2].Padded(), i/v.Axes[2].Padded()%v.Axes[1].Padded()
		if j >= v.Axes[2].Size || k >= v.Axes[1].Size {
			continue
		}
		if at, twice := seen[x]; twice {
			return at, i
		}
		seen[x] = i
	}
	t.Fatal("no two equal values")
	return 0, 0
}

func gatheredLies(t *testing.T) []lie {
	spec := prooftest.NewSpec()
	g := prooftest.NewGathered(t, spec)
	l := prooftest.Layout(t, g.System, false)
	add := func(cells relation.Assignment, name string, cell int, d int32) relation.Assignment {
		return change(cells, g.IDs[name], map[int]int32{cell: cells[g.IDs[name]].Small[cell] + d})
	}
	// Y, and everything that follows from it, of the first slot's row.
	scaled := add(add(add(add(g.Cells, "Y", 0, 4), "Q", 0, 1), "U", 0, 4*int32(spec.Values[0])), "Z", 0, 4*int32(spec.Rates[0]))
	twins := change(change(g.Cells, g.IDs["A"], map[int]int32{0: 100, 1: 100}), g.IDs["S"], map[int]int32{0: 5, 1: 5})
	square := slices.IndexFunc(g.System.Lookups, func(k relation.Lookup) bool { return k.Columns[0] == g.IDs["A"] })
	return append(sharedLies(t, l, g.Cells),
		lie{name: "a square beside its table", layout: l, cells: add(g.Cells, "S", 2, 1)},
		lie{name: "other rows", layout: l, cells: scaled},
		lie{name: "a quotient", layout: l, cells: add(g.Cells, "Q", 0, 1)},
		lie{name: "denominators zero", layout: l, cells: twins, alpha: &collision{square, 0}})
}
