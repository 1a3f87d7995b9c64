package verifier_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/verifier"
)

// TestRestatements: a proof is refused under any other statement, whatever alone
// is changed in it. Package committed says the same of the circuit and of mode zk.
func TestRestatements(t *testing.T) {
	proofs := map[*prooftest.Case]*statement.Proof{}
	for _, r := range prooftest.Restatements(t) {
		if proofs[r.Honest] == nil {
			p := r.Honest.Clone().Forge(t)
			if err := r.Honest.Verify(t, p); err != nil {
				t.Fatalf("%s: what it began as: %v", r.Name, err)
			}
			proofs[r.Honest] = p
		}
		refused(t, r.Name, r.Of(t, r.Honest).Verify(t, proofs[r.Honest]), r.Wants)
	}
}

// TestEveryExternalIsChecked: the number of rows of each commitment, and every
// row, of which the digest holds one coordinate only.
func TestEveryExternalIsChecked(t *testing.T) {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(21, 22)))
	c := prooftest.NewCase(t, ty.System, ty.Cells)
	l, err := proof.NewLayout(ty.System, 3, false) // weights of 2^5 cells: 4 rows
	if err != nil {
		t.Fatal(err)
	}
	setup := c.Setup.Verifier()
	setup.RowBits = 3
	external := func() [][]bn254.G1Affine {
		return [][]bn254.G1Affine{slices.Clone(c.Setup.G1[1:5]), slices.Clone(c.Setup.G1[5:9])}
	}
	st := &statement.Statement{Layout: l, Setup: setup.ID, External: external()}
	if err := verifier.CheckStatement(setup, st); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		for _, rows := range []int{0, 1, 3, 5} {
			st.External = external()
			st.External[i] = c.Setup.G1[:rows]
			refused(t, "rows of a commitment", verifier.CheckStatement(setup, st), fault.ErrMalformed)
		}
		for row := range 4 {
			st.External = external()
			st.External[i][row].Y.Double(&st.External[i][row].Y)
			refused(t, "row off the curve", verifier.CheckStatement(setup, st), fault.ErrMalformed)
		}
	}
}

// TestEveryPublicClaimIsChecked: an outcome in which one claim on a public
// tensor is false.
func TestEveryPublicClaimIsChecked(t *testing.T) {
	g := prooftest.NewGathered(t, prooftest.NewSpec())
	c := prooftest.NewCase(t, g.System, g.Cells)
	l := c.Statement.Layout
	_, out, err := prooftest.Converse(l, prooftest.Transcript(l), prooftest.Reference(t, l, g.Cells, nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.CheckPublic(l, out); err != nil || len(out.Public) < 3 {
		t.Fatalf("%d claims: %v", len(out.Public), err)
	}
	one := fr.One()
	for i := range out.Public {
		v := &out.Public[i].Value
		v.Add(v, &one)
		refused(t, "public claim", verifier.CheckPublic(l, out), fault.ErrRejected)
		v.Sub(v, &one)
	}
}

// TestMaskedIsNotVerifiedInTheClear: without the salt, which only the prover
// has, a masked conversation says nothing to anybody.
func TestMaskedIsNotVerifiedInTheClear(t *testing.T) {
	_, c, p := tiny(t)
	l, err := proof.NewLayout(c.Statement.Layout.System, c.Statement.Layout.RowLog, true)
	if err != nil {
		t.Fatal(err)
	}
	c.Statement.Layout = l
	refused(t, "masked", verifier.Verify(c.Setup.Verifier(), c.Statement, prooftest.Encode(t, p)), fault.ErrUsage)
}

func TestOtherRowSize(t *testing.T) {
	ty, c, p := tiny(t)
	setup, err := commitments.NewDevelopment(7)
	if err != nil {
		t.Fatal(err)
	}
	d := c.Clone()
	d.Statement.Setup = setup.ID
	refused(t, "rows of another layout", verifier.Verify(setup.Verifier(), d.Statement, prooftest.Encode(t, p)), fault.ErrVersion)
	if d.Statement.Layout, err = proof.NewLayout(ty.System, 7, false); err != nil {
		t.Fatal(err)
	}
	refused(t, "other rows", verifier.Verify(setup.Verifier(), d.Statement, prooftest.Encode(t, p)), fault.ErrMalformed)
	if d.Statement.Layout, err = proof.NewLayout(ty.System, 6, true); err != nil {
		t.Fatal(err)
	}
	refused(t, "masked", d.Verify(t, p), fault.ErrVersion, fault.ErrUsage)
}

// TestProofsExchanged: two statements of one system, each refuses the proof of
// the other, whether they differ in a public value or in the cells.
func TestProofsExchanged(t *testing.T) {
	_, c, p := tiny(t)
	d := c.Clone()
	d.Statement.Public = []byte("another order")
	q := d.Forge(t)
	if err := d.Verify(t, q); err != nil {
		t.Fatal(err)
	}
	refused(t, "replayed", d.Verify(t, p), fault.ErrRejected)
	refused(t, "replayed back", c.Verify(t, q), fault.ErrRejected)
	mixed := prooftest.CloneProof(p)
	mixed.Evaluation = q.Evaluation
	refused(t, "evaluation proof of another proof", c.Verify(t, mixed), fault.ErrRejected)
	mixed = prooftest.CloneProof(p)
	mixed.Messages = q.Messages
	refused(t, "conversation of another proof", c.Verify(t, mixed), fault.ErrRejected)
	mixed = prooftest.CloneProof(p)
	mixed.Witness = q.Witness // the same cells, without blinding
	if err := c.Verify(t, mixed); err != nil {
		t.Errorf("same witness commitments: %v", err)
	}
}
