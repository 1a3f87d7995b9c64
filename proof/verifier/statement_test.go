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

func gathered(t testing.TB, change func(*prooftest.Spec)) (*prooftest.Gathered, *prooftest.Case) {
	t.Helper()
	spec := prooftest.NewSpec()
	if change != nil {
		change(&spec)
	}
	g := prooftest.NewGathered(t, spec)
	return g, prooftest.NewCase(t, g.System, g.Cells)
}

// TestSystemChangedAlone: a proof is refused under any other public value of
// the system, commitments and everything else the same.
func TestSystemChangedAlone(t *testing.T) {
	g, c := gathered(t, nil)
	p := c.Fast(t, g.Cells)
	if err := c.Verify(t, p); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*prooftest.Spec){
		"constant":        func(s *prooftest.Spec) { s.Coefficient = 6 },
		"sign":            func(s *prooftest.Spec) { s.Coefficient = -5 },
		"rate":            func(s *prooftest.Spec) { s.Rates[1] = 2 },
		"rates swapped":   func(s *prooftest.Spec) { s.Rates[0], s.Rates[2] = s.Rates[2], s.Rates[0] },
		"fewer rates":     func(s *prooftest.Spec) { s.Rates = s.Rates[:2] },
		"row":             func(s *prooftest.Spec) { s.Rows[2] = 2 },
		"rows swapped":    func(s *prooftest.Spec) { s.Rows[0], s.Rows[1] = s.Rows[1], s.Rows[0] },
		"row repeated":    func(s *prooftest.Spec) { s.Rows[4] = s.Rows[0] },
		"row dropped":     func(s *prooftest.Spec) { s.Rows[0] = -1 },
		"no row replaced": func(s *prooftest.Spec) { s.Rows[5] = 0 },
		"public cell":     func(s *prooftest.Spec) { s.Values[2] = 2 },
		"public padding":  func(s *prooftest.Spec) { s.Values[3] = 1 },
		"table cell":      func(s *prooftest.Spec) { s.Square = 5 },
		"name":            func(s *prooftest.Spec) { s.Name = "other" },
		"range dropped":   func(s *prooftest.Spec) { s.FreeQ = true },
	} {
		spec := prooftest.NewSpec()
		change(&spec)
		l, err := proof.NewLayout(prooftest.NewGathered(t, spec).System, c.Statement.Layout.RowLog, false)
		if err != nil {
			t.Fatal(err)
		}
		other := c.Clone()
		other.Statement.Layout = l
		refused(t, name, other.Verify(t, p), fault.ErrRejected, fault.ErrMalformed)
	}
}

// TestStatementChangedAlone is the same for what is not the system.
func TestStatementChangedAlone(t *testing.T) {
	_, c, p := tiny(t)
	one := func(rows []bn254.G1Affine) []bn254.G1Affine {
		rows = slices.Clone(rows)
		rows[0].Add(&rows[0], &c.Setup.H)
		return rows
	}
	for name, change := range map[string]func(st *statement.Statement){
		"kind":            func(st *statement.Statement) { st.Kind = "tests" },
		"no kind":         func(st *statement.Statement) { st.Kind = "" },
		"public values":   func(st *statement.Statement) { st.Public = []byte("public valueS") },
		"more public":     func(st *statement.Statement) { st.Public = append(slices.Clone(st.Public), 0) },
		"no public":       func(st *statement.Statement) { st.Public = nil },
		"other weights":   func(st *statement.Statement) { st.External[0] = one(st.External[0]) },
		"other result":    func(st *statement.Statement) { st.External[1] = one(st.External[1]) },
		"externals apart": func(st *statement.Statement) { slices.Reverse(st.External) },
		"infinity":        func(st *statement.Statement) { st.External[0] = make([]bn254.G1Affine, 1) },
	} {
		d := c.Clone()
		d.Statement.External = slices.Clone(d.Statement.External)
		change(d.Statement)
		refused(t, name, d.Verify(t, p), fault.ErrRejected)
	}
	d := c.Clone()
	d.Statement.Setup[0]++
	refused(t, "setup", d.Verify(t, p), fault.ErrVersion)

	d = c.Clone()
	d.Statement.External = d.Statement.External[:1]
	refused(t, "missing external", d.Verify(t, p), fault.ErrMalformed)
	d.Statement.External = [][]bn254.G1Affine{c.Statement.External[0], append(slices.Clone(c.Statement.External[1]), c.Setup.H)}
	refused(t, "external with a row more", d.Verify(t, p), fault.ErrMalformed)
	off := []bn254.G1Affine{c.Statement.External[1][0]}
	off[0].Y.Double(&off[0].Y)
	d.Statement.External = [][]bn254.G1Affine{c.Statement.External[0], off}
	refused(t, "external off the curve", d.Verify(t, p), fault.ErrMalformed)
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
	g, c := gathered(t, nil)
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
	mixed.Opening = q.Opening
	refused(t, "opening of another proof", c.Verify(t, mixed), fault.ErrRejected)
	mixed = prooftest.CloneProof(p)
	mixed.Messages = q.Messages
	refused(t, "conversation of another proof", c.Verify(t, mixed), fault.ErrRejected)
	mixed = prooftest.CloneProof(p)
	mixed.Witness = q.Witness // the same cells, without blinding
	if err := c.Verify(t, mixed); err != nil {
		t.Errorf("same witness commitments: %v", err)
	}
}
