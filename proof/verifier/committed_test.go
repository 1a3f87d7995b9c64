package verifier_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
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
	"github.com/zkaudit/zkaudit/proof/verifier"
	"github.com/zkaudit/zkaudit/relation"
)

// overTransparent is the small layer over the transparent setup, and what proves
// it. Its evaluation proofs are decided by the batch, not by what puts them there.
func overTransparent(t *testing.T, masked bool) (*commitments.Setup, *statement.Statement, prover.Secret) {
	t.Helper()
	setup, err := commitments.NewTransparent(6, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	return layerOver(t, setup, masked)
}

// layerOver is the small layer over a setup, and what proves it.
func layerOver(t *testing.T, setup *commitments.Setup, masked bool) (*commitments.Setup, *statement.Statement, prover.Secret) {
	t.Helper()
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(21, 22)))
	l, err := proof.NewLayout(ty.System, setup.RowBits, masked)
	if err != nil {
		t.Fatal(err)
	}
	if err := prooftest.Count(ty.System, ty.Cells); err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "test", Layout: l, Setup: setup.ID}
	secret := prover.Secret{Cells: ty.Cells}
	for _, id := range ty.System.Committed(relation.External) {
		cells := ty.Cells[id].Large
		blind, err := commitments.RandomScalars(crand.Reader, setup.Rows(len(cells)))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := setup.CommitInt64(cells, blind)
		if err != nil {
			t.Fatal(err)
		}
		st.External, secret.External = append(st.External, rows), append(secret.External, blind)
	}
	return setup, st, secret
}

// increased returns encoded with 1 added to the last byte of a scalar.
func increased(encoded []byte, scalar int) []byte {
	b := bytes.Clone(encoded)
	b[scalar+fr.Bytes-1] ^= 1
	return b
}

// TestEvaluationOverTransparentSetup: the equation of an evaluation proof is left to the
// batch, and counts.
func TestEvaluationOverTransparentSetup(t *testing.T) {
	setup, st, secret := overTransparent(t, false)
	p, err := prover.Prove(context.Background(), setup, st, secret)
	if err != nil {
		t.Fatal(err)
	}
	encoded := prooftest.Encode(t, p)
	if err := verifier.Verify(setup.Verifier(), st, encoded); err != nil {
		t.Fatal(err)
	}
	refused(t, "another evaluation proof", verifier.Verify(setup.Verifier(), st, increased(encoded, len(encoded)-fr.Bytes)), fault.ErrRejected)
}

// TestCommittedProof: an honest one is accepted; each of its parts is read, and
// its equations and its evaluation proof count.
func TestCommittedProof(t *testing.T) {
	setup, st, secret := overTransparent(t, true)
	p, err := prover.ProveCommitted(context.Background(), setup, st, secret, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	check := func(st *statement.Statement, encoded []byte) error {
		return verifier.VerifyCommitted(setup.Verifier(), st, encoded)
	}
	if err := check(st, encoded); err != nil {
		t.Fatal(err)
	}
	evaluation := len(encoded) - commitments.EvaluationProofBytes(commitments.Transparent, setup.RowBits)
	refused(t, "another answer", check(st, increased(encoded, evaluation-8*fr.Bytes)), fault.ErrRejected)
	refused(t, "another evaluation proof", check(st, increased(encoded, len(encoded)-fr.Bytes)), fault.ErrRejected)
	refused(t, "nothing", check(st, nil), fault.ErrMalformed)
	refused(t, "truncated", check(st, encoded[:len(encoded)-1]), fault.ErrMalformed)
	refused(t, "extended", check(st, append(bytes.Clone(encoded), 0)), fault.ErrMalformed)

	other := *st
	other.Setup[0] ^= 1
	refused(t, "about another setup", check(&other, encoded), fault.ErrVersion)
	other = *st
	other.External = [][]bn254.G1Affine{st.External[1], st.External[0]}
	refused(t, "about other commitments", check(&other, encoded), fault.ErrRejected)
	other = *st
	if other.Layout, err = proof.NewLayout(st.Layout.System, st.Layout.RowLog, false); err != nil {
		t.Fatal(err)
	}
	refused(t, "not masked", check(&other, encoded), fault.ErrUsage)
}

// TestEvaluationOfCommittedProofCounts: with equations that all hold, and an evaluation proof
// of another row. Pairings are decided at once, inner products by the batch.
func TestEvaluationOfCommittedProofCounts(t *testing.T) {
	transparent, err := commitments.NewTransparent(6, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	development, err := commitments.NewDevelopment(6)
	if err != nil {
		t.Fatal(err)
	}
	for _, setup := range []*commitments.Setup{transparent, development} {
		setup, st, secret := layerOver(t, setup, true)
		p, err := prover.ProveCommitted(context.Background(), setup, st, secret, crand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		again, err := prover.ProveCommitted(context.Background(), setup, st, secret, crand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		p.Evaluation = again.Evaluation
		encoded, err := p.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		err = verifier.VerifyCommitted(setup.Verifier(), st, encoded)
		refused(t, "the evaluation proof of another proof", err, fault.ErrRejected)
	}
}

// TestLongConversationIsRefused: before anything of a proof is read. Its limit is
// what bounds a verifier's time.
func TestLongConversationIsRefused(t *testing.T) {
	b := relation.NewBuilder("long")
	b.External("x", relation.Axis{Name: "a", Size: 64})
	table := b.Table("bits", 0, 2)
	for i := range 16370 { // each said at two points
		axes := []relation.Axis{{Name: "b", Size: 2}}
		w := b.Witness(fmt.Sprint("w", i), axes...)
		b.LookUp(table, w)
		b.Equation(fmt.Sprint("w", i, " = 0"), axes, []relation.Label{"b"}, relation.Times(relation.Int(1), relation.At(w, "b")))
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 6, true)
	if err != nil {
		t.Fatal(err)
	}
	if n := proof.Length(l); n <= 1<<15 {
		t.Fatalf("%d messages are not too many", n)
	}
	setup, err := commitments.NewTransparent(6, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "test", Layout: l, Setup: setup.ID, External: [][]bn254.G1Affine{setup.G1[:1]}}
	refused(t, "too long", verifier.VerifyCommitted(setup.Verifier(), st, nil), fault.ErrResources)
}

// TestManyPointsAreRefused: a filter that is claimed at many points takes a verifier
// minutes. Whatever the mode, it is refused before anything is read.
func TestManyPointsAreRefused(t *testing.T) {
	const steps = 1 << 16
	ones := slices.Repeat([]int64{1}, steps)
	b := relation.NewBuilder("many points")
	filter := b.Public("filter", &relation.Filter{Rates: ones, Response: ones[:1<<10], Restart: steps}, relation.Axis{Name: "step", Size: steps})
	for i := range 64 {
		axis := relation.Axis{Name: fmt.Sprint("steps ", i), Size: steps}
		b.Equation(fmt.Sprint("equation ", i), []relation.Axis{axis}, []relation.Label{"s"},
			relation.Times(relation.Int(1), relation.At(b.Witness(fmt.Sprint("x", i), axis), "s")), relation.Times(relation.Int(-1), relation.At(filter, "s")))
	}
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	setup, err := commitments.NewTransparent(6, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	for _, masked := range []bool{true, false} {
		l, err := proof.NewLayout(sys, 6, masked)
		if err != nil {
			t.Fatal(err)
		}
		st, verify := &statement.Statement{Kind: "test", Layout: l, Setup: setup.ID}, verifier.Verify
		if masked {
			verify = verifier.VerifyCommitted
		}
		refused(t, "too many points", verify(setup.Verifier(), st, nil), fault.ErrResources)
	}
}

// TestFalseInPublic: a statement that its public tensors alone contradict is
// refused by the script, whoever hides what.
func TestFalseInPublic(t *testing.T) {
	b := relation.NewBuilder("public alone")
	b.External("x", relation.Axis{Name: "a", Size: 64})
	five := b.Public("5", &relation.Values{Cells: []int64{5}})
	seven := b.Public("7", &relation.Values{Cells: []int64{7}})
	b.Equation("5 = 7", nil, nil, relation.Times(relation.Int(1), relation.At(five)), relation.Times(relation.Int(-1), relation.At(seven)))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	l, err := proof.NewLayout(sys, 6, true)
	if err != nil {
		t.Fatal(err)
	}
	setup, err := commitments.NewTransparent(6, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "test", Layout: l, Setup: setup.ID, External: [][]bn254.G1Affine{setup.G1[:1]}}
	shape := committed.ShapeOf(l)
	anything := setup.G1[1]
	p := &committed.Proof{Witness: [][]bn254.G1Affine{{anything}}} // the mask
	p.Blocks = slices.Repeat([]bn254.G1Affine{anything}, shape.Blocks)
	p.First = [4]bn254.G1Affine{anything, anything, anything, anything}
	p.Z = make([]fr.Element, shape.Hidden)
	if p.Evaluation, err = setup.ProveEvaluation(make([]fr.Element, 64), commitments.Claim{Point: make([]fr.Element, 6)}, [32]byte{}); err != nil {
		t.Fatal(err)
	}
	encoded, err := p.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.VerifyCommitted(setup.Verifier(), st, encoded); !errors.Is(err, fault.ErrRejected) || !strings.HasPrefix(err.Error(), "5 = 7") {
		t.Error(err)
	}
}
