package wrap_test

import (
	"context"
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

const (
	conversations = 512
	parts         = 16 // of a field, see prooftest.Uneven
)

// randomness is what a conversation is hidden by, in the order it is drawn.
type randomness struct{ mask, blinding, maskBlinding, salt io.Reader }

// reader cuts the randomness of one conversation together.
func (r randomness) reader(l *proof.Layout) io.Reader {
	rows := -1 // of the mask
	for _, n := range statement.WitnessRows(l) {
		rows += n
	}
	const wide = 64 // bytes of a scalar, see commitments.RandomScalars
	return io.MultiReader(io.LimitReader(r.mask, wide<<l.RowLog), io.LimitReader(r.blinding, int64(wide*rows)),
		io.LimitReader(r.maskBlinding, wide), io.LimitReader(r.salt, wide))
}

// stream is a source of randomness, the same one for the same numbers.
func stream(what, conversation uint64) io.Reader {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], what)
	binary.LittleEndian.PutUint64(seed[8:], conversation)
	return rand.NewChaCha8(seed)
}

// off is randomness switched off.
type off struct{}

func (off) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// repeat holds many conversations, on all processors.
func repeat(t *testing.T, converse func(i uint64) []prooftest.Sample) [][]prooftest.Sample {
	t.Helper()
	runs := make([][]prooftest.Sample, conversations)
	var all sync.WaitGroup
	const workers = 2
	for w := range workers {
		all.Go(func() {
			for i := w; i < conversations; i += workers {
				runs[i] = converse(uint64(i))
			}
		})
	}
	all.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return runs
}

// converse holds one masked conversation about a statement.
func (e *example) converse(t *testing.T, r randomness) *prover.Conversation {
	secret := e.secret
	secret.Cells = append(secret.Cells[:0:0], secret.Cells...) // counts are filled in
	c, err := prover.Converse(context.Background(), e.Setup, e.Statement, secret, r.reader(e.Statement.Layout))
	if err != nil {
		t.Error(err)
	}
	return c
}

// revealed are the field elements of a conversation that are published.
func (e *example) revealed(c *prover.Conversation) []prooftest.Sample {
	evaluation := c.Evaluation.(*commitments.PairingProof)
	return slices.Concat(
		prooftest.OfScalars("exposed", c.Outcome.Exposed(e.Statement.Layout)...),
		prooftest.OfScalars("seal", c.Seal),
		prooftest.OfScalars("blinding", c.Blinding),
		prooftest.OfScalars("evaluation proof at β", evaluation.Pos...),
		prooftest.OfScalars("evaluation proof at −β", evaluation.Neg...),
		prooftest.OfScalars("evaluation proof at β²", evaluation.Square))
}

// committed are the points of a conversation that are published.
func committed(c *prover.Conversation) (list []prooftest.Sample) {
	evaluation := c.Evaluation.(*commitments.PairingProof)
	for i, rows := range c.Witness {
		list = append(list, prooftest.OfPoints(fmt.Sprintf("commitment %d, row", i), rows...)...)
	}
	list = append(list, prooftest.OfPoints("fold", evaluation.Folds...)...)
	return append(list, prooftest.OfPoints("quotient, witness", evaluation.Quotient, evaluation.Witness)...)
}

// TestPublishedValuesAreUniform: over conversations about one witness, each
// published value is spread over its field. Each kind of randomness is also
// tried alone, the others frozen, on what it has to hide; switched off, it
// leaves every one of these values where it is.
func TestPublishedValuesAreUniform(t *testing.T) {
	if testing.Short() {
		t.Skip("holds many conversations")
	}
	tiny, small := newTiny(t, 5), newSmall(t, small{})
	frozen := func() randomness {
		return randomness{stream(1, 0), stream(2, 0), stream(3, 0), stream(4, 0)}
	}
	for _, c := range []struct {
		name    string
		e       *example
		set     func(r *randomness, i uint64)
		off     func(r *randomness)
		publish func(c *prover.Conversation) []prooftest.Sample
	}{
		{"everything", tiny, func(r *randomness, i uint64) {
			*r = randomness{stream(5, i), stream(6, i), stream(7, i), stream(8, i)}
		}, func(r *randomness) {
			*r = randomness{off{}, off{}, off{}, off{}}
		}, func(c *prover.Conversation) []prooftest.Sample { return append(tiny.revealed(c), committed(c)...) }},

		// With commitments given, challenges and what follows from them.
		{"salt", small, func(r *randomness, i uint64) { r.salt = stream(7, i) },
			func(r *randomness) { r.salt = off{} }, small.revealed},

		{"blinding", small, func(r *randomness, i uint64) { r.blinding, r.maskBlinding = stream(6, i), stream(8, i) },
			func(r *randomness) { r.blinding, r.maskBlinding = off{}, off{} },
			func(c *prover.Conversation) []prooftest.Sample {
				return append(committed(c), prooftest.OfScalars("blinding", c.Blinding)...)
			}},
	} {
		t.Run(c.name, func(t *testing.T) {
			runs := repeat(t, func(i uint64) []prooftest.Sample {
				r := frozen()
				c.set(&r, i)
				return c.publish(c.e.converse(t, r))
			})
			if bad := prooftest.Uneven(runs, parts); bad != nil {
				t.Errorf("not uniform: %q", bad)
			}
			r := frozen()
			c.off(&r)
			without := c.publish(c.e.converse(t, r))
			for i := range runs {
				runs[i] = without
			}
			if bad := prooftest.Uneven(runs, parts); len(bad) != len(without) {
				t.Errorf("switched off, only %q of %d values are noticed", bad, len(without))
			}
		})
	}
}

// given is a transcript whose challenges do not depend on anything said.
type given struct{ rng io.Reader }

func (given) Absorb(transcript.Kind, ...fr.Element) {}

func (g given) Challenge() fr.Element {
	v, err := commitments.RandomScalars(g.rng, 1)
	if err != nil {
		panic(err) // a ChaCha8 stream does not end
	}
	return v[0]
}

// TestMaskHidesTheOpenedRow: with all challenges given, the mask row alone
// spreads the value opened and every cell of the opened row.
func TestMaskHidesTheOpenedRow(t *testing.T) {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	if err := prover.Count(ty.System, ty.Cells); err != nil {
		t.Fatal(err)
	}
	l := prooftest.Layout(t, ty.System, true)
	opened := func(source io.Reader) []prooftest.Sample {
		mask, err := commitments.RandomScalars(source, 1<<l.RowLog)
		if err != nil {
			t.Error(err)
			return nil
		}
		peer, err := prover.New(l, ty.Cells, mask, nil)
		if err != nil {
			t.Error(err)
			return nil
		}
		var checks proof.Checks
		out := proof.Argue[fr.Element](l, &checks, given{stream(9, 0)}, peer)
		if err := checks.Err(); err != nil {
			t.Error(err)
		}
		return append(prooftest.OfScalars("cell", peer.Combined(out.Sigma)...), prooftest.OfScalars("value", out.Value)...)
	}
	runs := repeat(t, func(i uint64) []prooftest.Sample { return opened(stream(5, i)) })
	if bad := prooftest.Uneven(runs, parts); bad != nil {
		t.Errorf("not uniform: %q", bad)
	}
	without := opened(off{})
	for i := range runs {
		runs[i] = without
	}
	if bad := prooftest.Uneven(runs, parts); len(bad) != len(without) {
		t.Errorf("switched off, only %q of %d values are noticed", bad, len(without))
	}
}

// published are the bytes of everything in a proof that could repeat.
func published(p *wrap.Proof) map[string]string {
	parts := map[string]string{}
	add := func(name string, b []byte) { parts[string(b)] = name }
	for i, rows := range p.Witness {
		for k := range rows {
			add(fmt.Sprintf("commitment %d, row %d", i, k), commitments.AppendPoints(nil, rows[k:k+1]))
		}
	}
	for i := range p.Exposed {
		add(fmt.Sprint("exposed value ", i), commitments.AppendScalars(nil, p.Exposed[i:i+1]))
	}
	add("seal", commitments.AppendScalars(nil, []fr.Element{p.Seal}))
	add("blinding", commitments.AppendScalars(nil, []fr.Element{p.Blinding}))
	evaluation := p.Evaluation.(*commitments.PairingProof)
	for i, points := range [][]bn254.G1Affine{evaluation.Folds, {evaluation.Quotient, evaluation.Witness}} {
		for k := range points {
			add(fmt.Sprint("evaluation proof, point ", i, k), commitments.AppendPoints(nil, points[k:k+1]))
		}
	}
	for i, values := range [][]fr.Element{evaluation.Pos, evaluation.Neg, {evaluation.Square}} {
		for k := range values {
			add(fmt.Sprint("evaluation proof, scalar ", i, k), commitments.AppendScalars(nil, values[k:k+1]))
		}
	}
	for i := 0; i < len(p.SNARK); i += 32 {
		add(fmt.Sprint("SNARK at ", i), p.SNARK[i:i+32])
	}
	return parts
}

// repeated returns what of q stands in p, too.
func repeated(p, q *wrap.Proof) (names []string) {
	parts := published(p)
	for b, name := range published(q) {
		if _, again := parts[b]; again {
			names = append(names, name)
		}
	}
	return names
}

// TestTwoProofsShareNothing: of two proofs of one statement by one witness, no
// point and no scalar is the same; what they share is their system's ID and
// their length. With all randomness of the conversation switched off, only the
// SNARK still differs.
func TestTwoProofsShareNothing(t *testing.T) {
	e := newSmall(t, small{})
	for _, s := range systems {
		p, q := e.prove(t, s, shared(), crand.Reader), e.prove(t, s, shared(), crand.Reader)
		if again := repeated(p, q); again != nil {
			t.Errorf("%s: %q repeated", s.Name(), again)
		}
		if a, b := encode(t, p), encode(t, q); len(a) != len(b) || a[0] != b[0] {
			t.Errorf("%s: %d and %d bytes", s.Name(), len(a), len(b))
		}
		p, q = e.prove(t, s, shared(), stream(1, 2)), e.prove(t, s, shared(), stream(1, 2))
		if again, parts := repeated(p, q), len(published(p)); len(again) != parts-len(p.SNARK)/32 {
			t.Errorf("%s: without new randomness %d of %d parts repeat, want all but the SNARK's", s.Name(), len(again), parts)
		}
	}
}

// TestWitnessesLookAlike: proofs by different witnesses have one length.
func TestWitnessesLookAlike(t *testing.T) {
	if testing.Short() {
		t.Skip("proves a larger circuit")
	}
	var lengths []int
	for seed := range uint64(2) {
		lengths = append(lengths, len(encode(t, newTiny(t, seed).prove(t, wrap.Groth16{}, shared(), crand.Reader))))
	}
	if lengths[0] != lengths[1] {
		t.Errorf("proofs of %d bytes", lengths)
	}
}

func TestProvingNeedsRandomness(t *testing.T) {
	e := newSmall(t, small{})
	for name, rng := range map[string]io.Reader{"none": nil, "too little": io.LimitReader(crand.Reader, 100)} {
		if _, err := wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, wrap.PLONK{}, shared(), rng); err == nil {
			t.Errorf("%s: proven", name)
		}
	}
}
