package proof_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// deaf is a transcript that does not absorb one kind of message.
type deaf struct {
	proof.Transcript[fr.Element]
	to transcript.Kind
}

func (d deaf) Absorb(k transcript.Kind, m ...fr.Element) {
	if k != d.to {
		d.Transcript.Absorb(k, m...)
	}
}

// game is a statement about committed tables, and what the verifier forgets.
// Commitments are ideal: a combination of rows opens to its true value.
type game struct {
	layout    *proof.Layout
	digest    fr.Element // of the statement, commitments included
	committed [][]fr.Element
	mask      []fr.Element // of a masked layout
	forgets   transcript.Kind
}

func (g *game) transcript() proof.Transcript[fr.Element] {
	tr := deaf{transcript.NewNative(statement.Domain), g.forgets}
	proof.Begin[fr.Element](g.layout, tr, g.digest, fr.Element{})
	return tr
}

// differences is arithmetic that keeps how far each assertion is from holding.
type differences struct {
	proof.Checks
	of     []fr.Element
	places []string
}

func (d *differences) AssertEqual(a, b fr.Element, place string) {
	d.of, d.places = append(d.of, d.Sub(a, b)), append(d.places, place)
}

// verify runs the whole verifier and returns the differences of all its
// checks: those of the script, of public claims, and of the opening.
func (g *game) verify(messages []fr.Element) *differences {
	d := &differences{}
	g.check(d, proof.Argue[fr.Element](g.layout, d, g.transcript(), proof.NewReplay(messages)))
	return d
}

// check is what the verifier does outside the script.
func (g *game) check(d *differences, out *proof.Outcome[fr.Element]) {
	for _, c := range out.Public {
		t := g.layout.System.Tensor(c.Tensor)
		d.AssertEqual(c.Value, public.Evaluate(t, out.At(c.Point)), "public tensor "+t.Name)
	}
	row := make([]fr.Element, 1<<g.layout.RowLog)
	copy(row, g.mask)
	for id, weights := range proof.Combination(g.layout, out) {
		for i, w := range weights {
			for j := range min(len(row), len(g.committed[id])) {
				var v fr.Element
				v.Mul(&w, &g.committed[id][i<<g.layout.RowLog+j])
				row[j].Add(&row[j], &v)
			}
		}
	}
	d.AssertEqual(out.Value, naive.Evaluate(row, out.At(out.Point)), "opening")
}

func (g *game) accepts(messages []fr.Element) bool {
	d := g.verify(messages)
	for i := range d.of {
		if !d.of[i].IsZero() {
			return false
		}
	}
	return d.Err() == nil
}

// solve changes the messages at the given places so that every check of the
// verifier holds, if its differences are affine in them.
func (g *game) solve(messages []fr.Element, unknowns ...int) []fr.Element {
	base := g.verify(messages).of
	columns := make([][]fr.Element, len(unknowns))
	one := fr.One()
	for k, u := range unknowns {
		m := slices.Clone(messages)
		m[u].Add(&m[u], &one)
		columns[k] = g.verify(m).of
		for i := range columns[k] {
			columns[k][i].Sub(&columns[k][i], &base[i])
		}
	}
	solved := slices.Clone(messages)
	for k, x := range eliminate(columns, base) {
		solved[unknowns[k]].Sub(&solved[unknowns[k]], &x)
	}
	return solved
}

// eliminate solves Σ_k x_k·columns[k] = right by Gauss's elimination; what is
// left undetermined is 0, contradictions are left to the caller.
func eliminate(columns [][]fr.Element, right []fr.Element) []fr.Element {
	n := len(columns)
	rows := make([][]fr.Element, len(right))
	for i := range rows {
		for k := range columns {
			rows[i] = append(rows[i], columns[k][i])
		}
		rows[i] = append(rows[i], right[i])
	}
	x := make([]fr.Element, n)
	used := 0
	pivots := make([]int, n)
	for k := range n {
		pivots[k] = -1
		for i := used; i < len(rows); i++ {
			if rows[i][k].IsZero() {
				continue
			}
			rows[used], rows[i] = rows[i], rows[used]
			pivots[k] = used
			used++
			break
		}
		if pivots[k] < 0 {
			continue
		}
		pivot := rows[pivots[k]]
		inverse := *new(fr.Element).Inverse(&pivot[k])
		for j := range pivot {
			pivot[j].Mul(&pivot[j], &inverse)
		}
		for i := range rows {
			if i == pivots[k] {
				continue
			}
			factor := rows[i][k]
			for j := range pivot {
				var t fr.Element
				t.Mul(&factor, &pivot[j])
				rows[i][j].Sub(&rows[i][j], &t)
			}
		}
	}
	for k := range n {
		if pivots[k] >= 0 {
			x[k] = rows[pivots[k]][n]
		}
	}
	return x
}

// liar tells the story of some tables until the opening, which it answers
// about others: those that are committed.
type liar struct {
	*reference.Peer
	truth *reference.Peer
	// lookups, if set, tells another story about the lookups.
	lookups *reference.Peer
	leaves  int // 1: the bottom of the tree is said; 2: its columns are; 3: after
	// root, if set, replaces the fractions of the root.
	root func([4]fr.Element) [4]fr.Element
	// columns makes values of tensors true where the story of the lookup tree
	// is not.
	columns bool
	// term, sumRound and openingRound, if set, change the first message of
	// their kind.
	term         func(*fr.Element)
	sumRound     func([]fr.Element)
	openingRound func(*[2]fr.Element)

	log  int            // of the lookup tree
	said int            // messages so far
	at   map[string]int // where each message starts, by name and number

	// What the script has told.
	coords  []fr.Element
	lambdas []fr.Element
	sums    []toldSum
	gamma   []fr.Element // the weights of the first group's claims
	delta   []fr.Element // those of the groups
}

// toldSum is one batched sumcheck as the script starts it.
type toldSum struct {
	instances []*proof.Instance[fr.Element]
	weights   []fr.Element
}

func (p *liar) note(kind string, n int) {
	for i := 0; ; i++ {
		key := fmt.Sprint(kind, " ", i)
		if _, ok := p.at[key]; !ok {
			p.at[key] = p.said
			break
		}
	}
	p.said += n
}

func (p *liar) Drawn(c proof.Coord, v fr.Element) {
	p.coords = append(p.coords, v)
	p.Peer.Drawn(c, v)
	p.truth.Drawn(c, v)
	if p.lookups != nil {
		p.lookups.Drawn(c, v)
	}
	if p.leaves > 0 {
		p.leaves++
	}
}

func (p *liar) Fractions(k int) [4]fr.Element {
	p.note("fractions", 4)
	f := p.tree().Fractions(k)
	if k == p.log-1 {
		p.leaves = 1
	}
	if k == 0 && p.root != nil {
		f = p.root(f)
	}
	return f
}

func (p *liar) LayerRound() [2]fr.Element {
	p.note("layer round", 2)
	return p.tree().LayerRound()
}

// tree tells the story of the lookups.
func (p *liar) tree() *reference.Peer {
	if p.lookups != nil && p.leaves < 3 {
		return p.lookups
	}
	return p.Peer
}

func (p *liar) Lookups(alpha, beta fr.Element) { p.tree().Lookups(alpha, beta) }

func (p *liar) LayerBind(r fr.Element) { p.tree().LayerBind(r) }

func (p *liar) Evaluate(id relation.ID, point []proof.Coord) fr.Element {
	p.note(fmt.Sprint("value of ", id), 1)
	if p.columns {
		return p.truth.Evaluate(id, point)
	}
	return p.tree().Evaluate(id, point)
}

func (p *liar) Layer(k int, point []proof.Coord, lambda fr.Element) {
	p.lambdas = append(p.lambdas, lambda)
	p.tree().Layer(k, point, lambda)
}

func (p *liar) TermValue(i *proof.Instance[fr.Element]) fr.Element {
	p.note("term", 1)
	v := p.Peer.TermValue(i)
	if p.term != nil {
		p.term(&v)
		p.term = nil
	}
	return v
}

func (p *liar) Sum(instances []*proof.Instance[fr.Element], weights []fr.Element) {
	p.sums = append(p.sums, toldSum{instances, weights})
	p.Peer.Sum(instances, weights)
}

func (p *liar) SumRound(degree int) []fr.Element {
	p.note("sum round", degree)
	m := p.Peer.SumRound(degree)
	if p.sumRound != nil {
		p.sumRound(m)
		p.sumRound = nil
	}
	return m
}

func (p *liar) Opening(groups []*proof.Group[fr.Element], weights []fr.Element) {
	if len(groups) > 0 {
		p.gamma, p.delta = groups[0].Weights, weights
	}
	p.truth.Opening(groups, weights)
}

func (p *liar) OpeningRound() [2]fr.Element {
	p.note("opening round", 2)
	m := p.truth.OpeningRound()
	if p.openingRound != nil {
		p.openingRound(&m)
		p.openingRound = nil
	}
	return m
}

func (p *liar) OpeningBind(r fr.Element) { p.truth.OpeningBind(r) }

func (p *liar) Openings(n int) []fr.Element {
	p.note("openings", n)
	return p.truth.Openings(n)
}

// tell runs the conversation about a story and returns its messages and where
// they start.
func (g *game) tell(t *testing.T, story [][]fr.Element, root func([4]fr.Element) [4]fr.Element) (*liar, []fr.Element, *proof.Outcome[fr.Element]) {
	t.Helper()
	p := g.liar(t, story)
	p.root = root
	messages, out, _ := prooftest.Converse(g.layout, g.transcript(), p)
	return p, messages, out
}

func (g *game) liar(t *testing.T, story [][]fr.Element) *liar {
	t.Helper()
	a, err := reference.New(g.layout, story, g.mask)
	if err != nil {
		t.Fatal(err)
	}
	b, err := reference.New(g.layout, g.committed, g.mask)
	if err != nil {
		t.Fatal(err)
	}
	return &liar{Peer: a, truth: b, log: g.layout.Log, at: map[string]int{}}
}

// setting is the small layer with honest tables and with one wrong cell.
type setting struct {
	ids    map[string]relation.ID
	layout *proof.Layout
	honest [][]fr.Element
}

func newSetting(t *testing.T) *setting {
	t.Helper()
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(31, 32)))
	c := prooftest.NewCase(t, ty.System, ty.Cells)
	return &setting{ids: ty.IDs, layout: c.Statement.Layout, honest: c.Tables}
}

// wrong returns the tables with 1 added to a cell of one tensor.
func (s *setting) wrong(name string, cell int) [][]fr.Element {
	tables := slices.Clone(s.honest)
	id := s.ids[name]
	tables[id] = slices.Clone(tables[id])
	one := fr.One()
	tables[id][cell].Add(&tables[id][cell], &one)
	return tables
}

// balanced makes the numerator of the root zero.
func balanced(f [4]fr.Element) [4]fr.Element {
	// p0·q1 + p1·q0 = 0
	f[0].Mul(&f[1], &f[2])
	f[0].Neg(&f[0])
	f[0].Div(&f[0], &f[3])
	return f
}
