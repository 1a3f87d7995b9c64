package prooftest

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
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

// Game is a statement about committed tables, and what the verifier forgets.
// Commitments are ideal: a combination of rows opens to its true value.
type Game struct {
	Layout    *proof.Layout
	Digest    fr.Element // of the statement, commitments included
	Committed [][]fr.Element
	Mask      []fr.Element // of a masked layout
	Forgets   transcript.Kind
	// Over holds the script with a peer; nil: over field elements.
	Over func(g *Game, d *Differences, p proof.Peer[fr.Element]) *proof.Outcome[fr.Element]
}

// argue holds the script with a peer.
func (g *Game) argue(d *Differences, p proof.Peer[fr.Element]) *proof.Outcome[fr.Element] {
	if g.Over != nil {
		return g.Over(g, d, p)
	}
	return proof.Argue(g.Layout, d, g.Transcript(), p)
}

// Transcript returns the one of field elements, which has absorbed the statement.
func (g *Game) Transcript() proof.Transcript[fr.Element] {
	tr := deaf{transcript.NewNative(statement.Domain), g.Forgets}
	proof.Begin[fr.Element](g.Layout, tr, g.Digest, fr.Element{})
	return tr
}

// Differences is arithmetic that keeps how far each assertion is from holding.
type Differences struct {
	proof.Checks
	Of     []fr.Element
	Places []string
}

// AssertEqual is part of proof.Arith.
func (d *Differences) AssertEqual(a, b fr.Element, place string) {
	d.Of, d.Places = append(d.Of, d.Sub(a, b)), append(d.Places, place)
}

// Verify runs the whole verifier and returns the differences of all its
// checks: those of the script, of public claims, and of the evaluation proof.
func (g *Game) Verify(messages []fr.Element) *Differences {
	d := &Differences{}
	g.Check(d, g.argue(d, proof.NewReplay(messages)))
	return d
}

// Check is what the verifier does outside the script.
func (g *Game) Check(d *Differences, out *proof.Outcome[fr.Element]) {
	for _, c := range out.Public {
		t := g.Layout.System.Tensor(c.Tensor)
		d.AssertEqual(c.Value, public.Evaluate(t, out.At(c.Point)), "public tensor "+t.Name)
	}
	row := make([]fr.Element, 1<<g.Layout.RowLog)
	copy(row, g.Mask)
	for id, weights := range proof.Combination(g.Layout, out) {
		for i, w := range weights {
			for j := range min(len(row), len(g.Committed[id])) {
				var v fr.Element
				v.Mul(&w, &g.Committed[id][i<<g.Layout.RowLog+j])
				row[j].Add(&row[j], &v)
			}
		}
	}
	d.AssertEqual(out.Value, naive.Evaluate(row, out.At(out.Point)), "evaluation proof")
}

// Accepts reports whether the verifier accepts a conversation.
func (g *Game) Accepts(messages []fr.Element) bool {
	d := g.Verify(messages)
	for i := range d.Of {
		if !d.Of[i].IsZero() {
			return false
		}
	}
	return d.Err() == nil
}

// Solve changes the messages at the given places so that every check of the
// verifier holds, if its differences are affine in them.
func (g *Game) Solve(messages []fr.Element, unknowns ...int) []fr.Element {
	base := g.Verify(messages).Of
	columns := make([][]fr.Element, len(unknowns))
	one := fr.One()
	for k, u := range unknowns {
		m := slices.Clone(messages)
		m[u].Add(&m[u], &one)
		columns[k] = g.Verify(m).Of
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

// Failures returns the places of the checks that fail.
func (g *Game) Failures(messages []fr.Element) []string {
	d := g.Verify(messages)
	var places []string
	for i := range d.Of {
		if !d.Of[i].IsZero() {
			places = append(places, d.Places[i])
		}
	}
	if d.Err() != nil {
		places = append(places, d.Err().Error())
	}
	return places
}

// Converse holds the script with a peer, and returns the peer's messages.
func (g *Game) Converse(p proof.Peer[fr.Element]) ([]fr.Element, *proof.Outcome[fr.Element]) {
	rec := &proof.Recorder{Peer: p}
	out := g.argue(&Differences{}, rec)
	return rec.Messages, out
}

// Tell holds the conversation about a story, with other fractions of the root if
// root is given, and returns who told it and the messages.
func (g *Game) Tell(t testing.TB, story [][]fr.Element, root func([4]fr.Element) [4]fr.Element) (*Teller, []fr.Element, *proof.Outcome[fr.Element]) {
	t.Helper()
	p := g.Teller(t, story)
	p.Root = root
	messages, out := g.Converse(p)
	return p, messages, out
}

// Teller returns who tells a story about the committed tables.
func (g *Game) Teller(t testing.TB, story [][]fr.Element) *Teller {
	t.Helper()
	a, err := reference.New(g.Layout, story, g.Mask)
	if err != nil {
		t.Fatal(err)
	}
	b, err := reference.New(g.Layout, g.Committed, g.Mask)
	if err != nil {
		t.Fatal(err)
	}
	return &Teller{Peer: a, truth: b, log: g.Layout.Log, At: map[string]int{}}
}

// RefusedAt holds a conversation about committed tables, with a story of
// others, and expects it to be refused at one place alone.
func (g *Game) RefusedAt(t testing.TB, what, place string, story [][]fr.Element, change func(*Teller)) *Teller {
	t.Helper()
	p := g.Teller(t, story)
	if change != nil {
		change(p)
	}
	messages, _ := g.Converse(p)
	if got := g.Failures(messages); !slices.Equal(got, []string{place}) {
		t.Errorf("%s: refused at %q, want %q", what, got, place)
	}
	return p
}
