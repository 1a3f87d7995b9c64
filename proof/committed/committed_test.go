package committed_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/committed"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
	. "github.com/zkaudit/zkaudit/relation"
)

// example is a masked statement with what proves it.
type example struct {
	setup     *commitments.Setup
	statement *statement.Statement
	secret    prover.Secret
	layer     *prooftest.Tiny
}

const rowBits = 5

func setups(t testing.TB) []*commitments.Setup {
	t.Helper()
	transparent, err := commitments.NewTransparent(rowBits, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	development, err := commitments.NewDevelopment(rowBits)
	if err != nil {
		t.Fatal(err)
	}
	return []*commitments.Setup{transparent, development}
}

// newExample commits to the external tensors of the small layer.
func newExample(t testing.TB, setup *commitments.Setup) *example {
	t.Helper()
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(21, 22)))
	e := exampleOf(t, setup, ty.System, ty.Cells)
	e.layer = ty
	return e
}

// exampleOf commits to the external tensors of a system, which have large cells.
func exampleOf(t testing.TB, setup *commitments.Setup, sys *System, cells Assignment) *example {
	t.Helper()
	l, err := proof.NewLayout(sys, setup.RowBits, true)
	if err != nil {
		t.Fatal(err)
	}
	e := &example{setup: setup, secret: prover.Secret{Cells: cells}}
	e.statement = &statement.Statement{Kind: "test", Public: []byte("public values"), Layout: l, Setup: setup.ID}
	for _, id := range sys.Committed(External) {
		row := cells[id].Large
		blind, err := commitments.RandomScalars(crand.Reader, setup.Rows(len(row)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := setup.CommitInt64(row, blind)
		if err != nil {
			t.Fatal(err)
		}
		e.statement.External = append(e.statement.External, rows)
		e.secret.External = append(e.secret.External, blind)
	}
	return e
}

func (e *example) prove(t testing.TB) *committed.Proof {
	t.Helper()
	p, err := prover.ProveCommitted(context.Background(), e.setup, e.statement, e.secret, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func encode(t testing.TB, p *committed.Proof) []byte {
	t.Helper()
	b, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (e *example) verify(b []byte) error {
	return verifier.VerifyCommitted(e.setup.Verifier(), e.statement, b)
}

func TestHonestProof(t *testing.T) {
	for _, setup := range setups(t) {
		e := newExample(t, setup)
		b := encode(t, e.prove(t))
		shape := committed.ShapeOf(e.statement.Layout)
		t.Logf("%s: %d hidden values in %d blocks, %d bytes", setup.Kind, shape.Hidden, shape.Blocks, len(b))
		if err := e.verify(b); err != nil {
			t.Errorf("%s: %v", setup.Kind, err)
		}
		read, err := committed.Unmarshal(e.statement.Layout, setup.Kind, b)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encode(t, read), b) {
			t.Errorf("%s: a proof read is another one", setup.Kind)
		}
	}
}

// TestFalseStatement: one wrong cell of each tensor.
func TestFalseStatement(t *testing.T) {
	for _, setup := range setups(t) {
		for _, name := range []string{"X", "A", "G", "D", "W0", "WS"} {
			e := newExample(t, setup)
			cells := e.layer.Cells[e.layer.IDs[name]]
			if cells.Small != nil {
				cells.Small[0] ^= 1
			} else {
				cells.Large[0] ^= 1
			}
			_, err := prover.ProveCommitted(context.Background(), setup, e.statement, e.secret, crand.Reader)
			if !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrOverflow) {
				t.Errorf("%s, %s: proven: %v", setup.Kind, name, err)
			}
			p, err := forger.ProveCommitted(context.Background(), setup, e.statement, e.secret, crand.Reader)
			if err != nil {
				if name == "W0" || name == "WS" {
					continue // the commitment holds another cell: the row does not open
				}
				t.Fatalf("%s, %s: %v", setup.Kind, name, err)
			}
			if err := e.verify(encode(t, p)); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s, %s: verified: %v", setup.Kind, name, err)
			}
		}
	}
}

// TestShortestRows: the conversation is longer than a row, so its generators are
// more than those of rows, which are the first of them.
func TestShortestRows(t *testing.T) {
	e := newAmbiguous(t, commitments.MinRowBits)
	if n := committed.ShapeOf(e.statement.Layout).Hidden; n <= e.setup.RowCells() {
		t.Fatalf("a conversation of %d values tests nothing", n)
	}
	if err := e.verify(encode(t, e.prove(t))); err != nil {
		t.Error(err)
	}
	for id := range e.secret.Cells {
		if c := e.secret.Cells[id].Small; len(c) > 0 {
			c[0] ^= 1
			break
		}
	}
	p, err := forger.ProveCommitted(context.Background(), e.setup, e.statement, e.secret, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.verify(encode(t, p)); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("false: %v", err)
	}
}

// TestEveryByteMatters flips bits over the whole proof.
func TestEveryByteMatters(t *testing.T) {
	rng := rand.New(rand.NewPCG(23, 24))
	for _, test := range []struct {
		*example
		tries int
	}{
		{newAmbiguous(t, commitments.MinRowBits).example, 300}, // short, with all that a proof has
		{newExample(t, setups(t)[0]), 60},
		{newExample(t, setups(t)[1]), 60},
	} {
		e, setup, tries := test.example, test.setup, test.tries
		honest := encode(t, e.prove(t))
		for k := range tries {
			i := k*len(honest)/tries + rng.IntN(len(honest)/tries)
			b := bytes.Clone(honest)
			b[i] ^= 1 << rng.IntN(8)
			if err := e.verify(b); !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s: byte %d flipped: %v", setup.Kind, i, err)
			}
		}
		for _, b := range [][]byte{nil, honest[:len(honest)-1], append(bytes.Clone(honest), 0), honest[fr.Bytes:]} {
			if err := e.verify(b); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: %d bytes of %d: %v", setup.Kind, len(b), len(honest), err)
			}
		}
	}
}

// TestLongConversationsAreRefused: before anything is computed, by both sides.
func TestLongConversationsAreRefused(t *testing.T) {
	b := NewBuilder("long")
	terms := make([]Term, 1<<14-1) // each claimed at three points
	for i := range terms {
		terms[i] = Times(Int(1), At(b.External(fmt.Sprint("x", i), Axis{Name: "i", Size: 2}), "i"))
	}
	for _, name := range []string{"i", "j", "k"} {
		b.Equation("sum over "+name, []Axis{{Name: name, Size: 2}}, []Label{"i"}, terms...)
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, rowBits, true)
	if err != nil {
		t.Fatal(err)
	}
	setup := setups(t)[0]
	rows, err := setup.CommitInt32([]int32{0, 0}, nil)
	if err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "test", Layout: l, Setup: setup.ID, External: slices.Repeat([][]bn254.G1Affine{rows}, len(terms))}
	if _, err := prover.ProveCommitted(context.Background(), setup, st, prover.Secret{}, crand.Reader); !errors.Is(err, fault.ErrResources) {
		t.Errorf("proven: %v", err)
	}
	if err := verifier.VerifyCommitted(setup.Verifier(), st, nil); !errors.Is(err, fault.ErrResources) {
		t.Errorf("verified: %v", err)
	}
}

// TestShapeOfConversation: blocks, answer and y are those of the statement, and
// an evaluation proof that is none is refused where it is read.
func TestShapeOfConversation(t *testing.T) {
	e := newExample(t, setups(t)[0])
	l, honest := e.statement.Layout, e.prove(t)
	verify := func(of committed.Conversation) error {
		batch := e.setup.Verifier().NewBatch(crand.Reader)
		if _, _, err := committed.Verify(batch, "test", l, e.statement.Digest(honest.Witness), &of, honest.Blinding); err != nil {
			return err
		}
		return batch.Check()
	}
	if err := verify(honest.Conversation); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(c *committed.Conversation)
		want   error
	}{
		"a block less":   {func(c *committed.Conversation) { c.Blocks = c.Blocks[:len(c.Blocks)-1] }, fault.ErrMalformed},
		"a block more":   {func(c *committed.Conversation) { c.Blocks = append(slices.Clone(c.Blocks), c.Blocks[0]) }, fault.ErrMalformed},
		"an answer less": {func(c *committed.Conversation) { c.Z = c.Z[:len(c.Z)-1] }, fault.ErrMalformed},
		"an answer more": {func(c *committed.Conversation) { c.Z = append(slices.Clone(c.Z), fr.Element{}) }, fault.ErrMalformed},
		"another y":      {func(c *committed.Conversation) { c.Value.Double(&c.Value) }, fault.ErrRejected},
		"blocks in exchange": {func(c *committed.Conversation) {
			c.Blocks = slices.Clone(c.Blocks)
			c.Blocks[0], c.Blocks[1] = c.Blocks[1], c.Blocks[0]
		}, fault.ErrRejected},
	} {
		of := honest.Conversation
		test.change(&of)
		if err := verify(of); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := encode(t, honest)
	for i := range fr.Bytes { // no canonical scalar
		b[len(b)-1-i] = 0xff
	}
	if _, err := committed.Unmarshal(l, e.setup.Kind, b); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("an evaluation proof that is none: %v", err)
	}
}
