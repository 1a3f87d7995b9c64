package committed_test

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	. "github.com/zkaudit/zkaudit/relation"
)

const (
	proofs = 128
	parts  = 8 // of a field, see prooftest.Uneven
)

// ambiguous is a statement that two witnesses satisfy, with one of them.
type ambiguous struct {
	*example
	other Assignment
}

func newAmbiguous(t testing.TB, rowBits int) *ambiguous {
	t.Helper()
	setup, err := commitments.NewTransparent(rowBits, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	a := prooftest.NewAmbiguous(t)
	return &ambiguous{exampleOf(t, setup, a.System, a.Cells), a.Other}
}

// randomness is what hides a proof, in the order it is drawn.
type randomness map[string]io.Reader

var kinds = []string{"mask", "rows", "blinding of the mask", "blocks", "d", "D", "D'", "T0", "T1"}

// counts returns how many scalars of each kind there are.
func counts(l *proof.Layout) map[string]int {
	shape, rows := committed.ShapeOf(l), -1 // of the mask
	for _, n := range statement.WitnessRows(l) {
		rows += n
	}
	return map[string]int{
		"mask": 1 << l.RowLog, "rows": rows, "blinding of the mask": 1, // prover.Commit
		"blocks": shape.Blocks, "d": shape.Hidden, "D": 1, "D'": 1, "T0": 1, "T1": 1, // committed.Prove
	}
}

// reader cuts the randomness of one proof together.
func (r randomness) reader(l *proof.Layout) io.Reader {
	var all []io.Reader
	const wide = 64 // bytes of a scalar, see commitments.RandomScalars
	for _, k := range kinds {
		all = append(all, io.LimitReader(r[k], int64(wide*counts(l)[k])))
	}
	return io.MultiReader(all...)
}

// fresh returns the randomness of a proof, the same one for the same number.
func fresh(number uint64) randomness {
	r := randomness{}
	for i, k := range kinds {
		var seed [32]byte
		binary.LittleEndian.PutUint64(seed[:], uint64(i))
		binary.LittleEndian.PutUint64(seed[8:], number)
		r[k] = rand.NewChaCha8(seed)
	}
	return r
}

// off is randomness switched off.
type off struct{}

func (off) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func (e *example) proveWith(t testing.TB, rng io.Reader) *committed.Proof {
	t.Helper()
	secret := e.secret
	secret.Cells = slices.Clone(secret.Cells) // counts are filled in
	p, err := prover.ProveCommitted(context.Background(), e.setup, e.statement, secret, rng)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// published lists all that a proof consists of.
func published(p *committed.Proof) []prooftest.Sample {
	evaluation := p.Evaluation.(*commitments.InnerProductProof)
	return slices.Concat(
		prooftest.OfPoints("row", slices.Concat(p.Witness...)...),
		prooftest.OfPoints("block", p.Blocks...),
		prooftest.OfPoints("first message", p.First[:]...),
		prooftest.OfScalars("y", p.Value),
		prooftest.OfScalars("z", p.Z...),
		prooftest.OfScalars("blinding of the answer", p.Blinds[:]...),
		prooftest.OfScalars("blinding of the opened row", p.Blinding),
		prooftest.OfPoints("left", evaluation.Left...),
		prooftest.OfPoints("right", evaluation.Right...),
		prooftest.OfScalars("last cell", evaluation.Last))
}

// TestPublishedValuesAreUniform: over proofs of one statement by one witness,
// each point and each scalar is spread over its field; without randomness each
// stays where it is, and is noticed.
func TestPublishedValuesAreUniform(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many proofs")
	}
	e := newAmbiguous(t, 2)
	l := e.statement.Layout
	runs := make([][]prooftest.Sample, proofs)
	for i := range runs {
		p := e.proveWith(t, fresh(uint64(i)).reader(l))
		if runs[i] = published(p); i == 0 {
			if encoded := encode(t, p); len(encoded) != len(runs[i])*fr.Bytes {
				t.Fatalf("%d parts of a proof of %d bytes", len(runs[i]), len(encoded))
			}
		}
	}
	if bad := prooftest.Uneven(runs, parts); bad != nil {
		t.Errorf("not uniform: %q", bad)
	}
	for i := range runs {
		runs[i] = runs[0]
	}
	if bad := prooftest.Uneven(runs, parts); len(bad) != len(runs[0]) {
		t.Errorf("proofs that are all the same: only %q of %d parts are noticed", bad, len(runs[0]))
	}
}

// repeated returns what of q stands in p, too.
func repeated(p, q *committed.Proof) (names []string) {
	seen := map[string]bool{}
	for _, part := range published(p) {
		seen[part.Encoded] = true
	}
	for _, part := range published(q) {
		if seen[part.Encoded] {
			names = append(names, part.Name)
		}
	}
	return names
}

// TestTwoProofsShareNothing: of two proofs of one statement by one witness no
// point and no scalar is the same; without new randomness all of them are.
func TestTwoProofsShareNothing(t *testing.T) {
	e := newAmbiguous(t, 2)
	if again := repeated(e.prove(t), e.prove(t)); again != nil {
		t.Errorf("%q repeated", again)
	}
	l := e.statement.Layout
	p, q := e.proveWith(t, fresh(1).reader(l)), e.proveWith(t, fresh(1).reader(l))
	if again, all := repeated(p, q), len(published(p)); len(again) != all {
		t.Errorf("without new randomness %d of %d parts repeat", len(again), all)
	}
}

// guess is what the conversation of a proof is if somebody's witness made it.
func (e *example) guess(t testing.TB, p *committed.Proof, cells Assignment) *committed.Guess {
	t.Helper()
	l := e.statement.Layout
	peer, err := prover.New(l, cells, make(fr.Vector, 1<<l.RowLog), nil)
	if err != nil {
		t.Fatal(err)
	}
	g := committed.NewGuess(l, e.statement.Digest(p.Witness), peer, &p.Conversation)
	if !g.Holds() {
		t.Fatal("a witness does not satisfy the script")
	}
	return g
}

// traces returns the kinds of randomness that a guess at the witness shows to be
// missing. There are none in an honest proof: whatever the witness, there is
// randomness that makes the proof its own.
func (e *example) traces(t testing.TB, p *committed.Proof, cells Assignment) (names []string) {
	g := e.guess(t, p, cells)
	say := func(name string, found bool) {
		if found {
			names = append(names, name)
		}
	}
	say("mask", p.Value.Equal(&g.Unmasked))

	plain, all := e.plain(t, cells), slices.Concat(e.statement.External, p.Witness)
	found := false
	for i, id := range e.statement.Layout.System.Committed(Witness) {
		found = found || p.Witness[i][0].Equal(&plain[id])
	}
	say("rows", found)

	// Σ c_i·(C_i − Com(cells_i)) = (ρ_F − ρ_M)·H
	var sum bn254.G1Affine
	coefficients := proof.Combination(e.statement.Layout, g.Outcome)
	for i, id := range slices.Concat(e.statement.Layout.System.Committed(External), e.statement.Layout.System.Committed(Witness)) {
		if coefficients[id] == nil {
			continue
		}
		var blinding bn254.G1Affine
		blinding.Sub(&all[i][0], &plain[id])
		blinding.ScalarMultiplication(&blinding, coefficients[id][0].BigInt(new(big.Int)))
		sum.Add(&sum, &blinding)
	}
	known := e.setup.CommitScalar(new(fr.Element), &p.Blinding)
	say("blinding of the mask", sum.Equal(&known))

	from, bare := 0, 0
	for i, block := range g.Blocks {
		c, err := e.setup.CommitHashed(from, block, new(fr.Element))
		if err != nil {
			t.Fatal(err)
		}
		if from += len(block); c.Equal(&p.Blocks[i]) {
			bare++
		}
	}
	say("blocks", bare > 0)
	say("d", !slices.ContainsFunc(g.D(), func(d fr.Element) bool { return !d.IsZero() }))
	for i, c := range g.Unblinded(e.setup) {
		say([]string{"D", "D'", "T0", "T1"}[i], c.Equal(&p.First[i]))
	}
	return names
}

// plain returns commitments without blinding to tensors of one row.
func (e *example) plain(t testing.TB, cells Assignment) []bn254.G1Affine {
	t.Helper()
	list := make([]bn254.G1Affine, len(cells))
	for id, c := range cells {
		if c.Len() == 0 {
			continue
		}
		row := make(fr.Vector, c.Len())
		for i := range row {
			row[i] = c.Element(i)
		}
		rows, err := e.setup.CommitField(row, nil)
		if err != nil {
			t.Fatal(err)
		}
		list[id] = rows[0]
	}
	return list
}

// TestEachBlindingIsNeeded: with one kind of randomness switched off, whoever
// guesses the witness sees that the guess is right, and that another witness of
// the same statement is wrong. With all of it neither guess leaves a trace.
func TestEachBlindingIsNeeded(t *testing.T) {
	e := newAmbiguous(t, 2)
	for i, k := range append([]string{""}, kinds...) {
		r := fresh(uint64(i))
		var want []string
		if k != "" {
			r[k], want = off{}, []string{k}
		}
		p := e.proveWith(t, r.reader(e.statement.Layout))
		if got := e.traces(t, p, e.secret.Cells); !slices.Equal(got, want) {
			t.Errorf("without %q: the right guess shows %q, want %q", k, got, want)
		}
		if got := e.traces(t, p, e.other); got != nil {
			t.Errorf("without %q: a wrong guess shows %q", k, got)
		}
	}
}

// again is randomness that repeats itself, scalar by scalar.
type again struct{ of [64]byte }

func (a again) Read(b []byte) (int, error) { return copy(b, a.of[:]), nil }

// TestOneBlindingForAllBlocks: with one ρ in all blocks, which is uniform and
// hides each by itself, their differences show which of two witnesses made them.
func TestOneBlindingForAllBlocks(t *testing.T) {
	e := newAmbiguous(t, 2)
	differences := func(p *committed.Proof, cells Assignment) (bare int) {
		var first bn254.G1Affine
		from := 0
		for i, block := range e.guess(t, p, cells).Blocks {
			c, err := e.setup.CommitHashed(from, block, new(fr.Element))
			if err != nil {
				t.Fatal(err)
			}
			from += len(block)
			// C_i − Com(m_i) = ρ_i·H
			if c.Sub(&p.Blocks[i], &c); i == 0 {
				first = c
			} else if c.Equal(&first) {
				bare++
			}
		}
		return bare
	}
	reused, honest := fresh(50), fresh(51)
	reused["blocks"] = again{[64]byte{1, 2, 3}}
	p := e.proveWith(t, reused.reader(e.statement.Layout))
	if right, wrong := differences(p, e.secret.Cells), differences(p, e.other); right != len(p.Blocks)-1 || wrong != 0 {
		t.Errorf("with one blinding the right guess explains %d differences of %d, the wrong one %d", right, len(p.Blocks)-1, wrong)
	}
	p = e.proveWith(t, honest.reader(e.statement.Layout))
	if right := differences(p, e.secret.Cells); right != 0 {
		t.Errorf("a guess explains %d differences of an honest proof", right)
	}
}

// TestOneFirstMessageForTwoChallenges: d answers two e, as when a process is
// cloned after it drew d, and all that was hidden is known:
//
//	z − z' = (e − e')·m
func TestOneFirstMessageForTwoChallenges(t *testing.T) {
	e := newAmbiguous(t, 2)
	cloned := fresh(60)
	cloned["T1"] = fresh(61)["T1"] // drawn after d, and absorbed before e
	p, q := e.proveWith(t, fresh(60).reader(e.statement.Layout)), e.proveWith(t, cloned.reader(e.statement.Layout))
	g, h := e.guess(t, p, e.secret.Cells), e.guess(t, q, e.secret.Cells)
	if a, b := g.E(), h.E(); !p.First[0].Equal(&q.First[0]) || a.Equal(&b) {
		t.Fatal("not one D and two challenges")
	}
	for i, known := range committed.Extract(p.Z, q.Z, g.E(), h.E()) {
		if m := slices.Concat(g.Blocks...)[i]; !known.Equal(&m) {
			t.Fatalf("hidden value %d is not what two answers say", i)
		}
	}
	q = e.proveWith(t, fresh(62).reader(e.statement.Layout))
	for i, known := range committed.Extract(p.Z, q.Z, g.E(), e.guess(t, q, e.secret.Cells).E()) {
		if m := slices.Concat(g.Blocks...)[i]; known.Equal(&m) {
			t.Errorf("two honest proofs show hidden value %d", i)
		}
	}
}

// TestT1TellsTheWitness: t1 in the clear tells which of two witnesses has made a
// proof, so that it must be committed to.
func TestT1TellsTheWitness(t *testing.T) {
	e := newAmbiguous(t, 2)
	witnesses := []Assignment{e.secret.Cells, e.other}
	for made := range witnesses {
		e.secret.Cells = witnesses[made]
		p := e.prove(t)
		clear := e.guess(t, p, witnesses[made]).T1()
		if other := e.guess(t, p, witnesses[1-made]).T1(); other.Equal(&clear) {
			t.Errorf("t1 of a proof by witness %d fits the other one", made)
		}
	}
}

func TestProvingNeedsRandomness(t *testing.T) {
	e := newAmbiguous(t, 2)
	l, total := e.statement.Layout, int64(0)
	for _, n := range counts(l) {
		total += 64 * int64(n)
	}
	e.proveWith(t, io.LimitReader(crand.Reader, total))
	for name, rng := range map[string]io.Reader{"none": nil, "one byte too little": io.LimitReader(crand.Reader, total-1)} {
		if _, err := prover.ProveCommitted(context.Background(), e.setup, e.statement, e.secret, rng); !errors.Is(err, fault.ErrUsage) && !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
