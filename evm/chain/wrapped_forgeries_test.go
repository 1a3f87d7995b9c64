package chain_test

import (
	"context"
	crand "crypto/rand"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
)

// everyKindCase is everyKind's statement for a prover who controls all cells.
func everyKindCase(t *testing.T, public publicValues) *prooftest.Case {
	t.Helper()
	sys, cells := smallSystem(t, public)
	return prooftest.NewCase(t, sys, cells)
}

// TestWrappedForgeries: what has a true SNARK, by keys whose secrets nobody knows, and must
// be refused for what is outside of it. Of PLONK, of which only the SNARK is different,
// fewer are tried.
func TestWrappedForgeries(t *testing.T) {
	courts := []*court{newCourt(t, smallBits, wrap.Groth16{}), newCourt(t, smallBits, wrap.PLONK{})}
	of := everyKindCase(t, usualValues()).Masked(t, courts[0].setup)
	groth16, plonk := courts[0].proven(t, "groth16", of), courts[1].proven(t, "plonk", of)
	courts[0].falsePublic(t, groth16, "rows read", "filter", "rates", "cells", "table", "momentum")
	courts[1].falsePublic(t, plonk, "table")
	courts[0].mixtures(t, groth16, "public values", "other public values")
	courts[1].mixtures(t, plonk, "other public values")
	courts[0].otherMode(t, groth16, plonk, courts[1])
	courts[1].otherMode(t, plonk, groth16, courts[0])
}

// otherMode presents the proof of a statement in another mode as one of this mode.
func (c *court) otherMode(t *testing.T, own, other *honest, court *court) {
	t.Helper()
	what := "a proof of mode " + court.system.Name() + " in " + c.system.Name()
	call := *court.call(t, own.Statement, other.proof)
	call.Class = c.class(t, own.Statement).ID
	if got := reason(t, what, c.verify(&call)); got != "ProofLength" {
		t.Errorf("%s: %q", what, got)
	}
	p := *other.proof
	p.System, p.Key, p.SNARK = own.proof.System, own.proof.Key, own.proof.SNARK
	what += ", with a SNARK of this one"
	c.hear(t, what, own.Statement, &p).refused(t, what, c.system.Name()+" proof: ", "PairingsDiffer")
}

// falsePublic proves about other public tensors, one of each kind at a time. The script
// accepts all that is said of them.
func (c *court) falsePublic(t *testing.T, h *honest, tensors ...string) {
	t.Helper()
	for _, f := range []struct {
		tensor string
		chain  string
		change func(v *publicValues)
	}{
		{"rows read", "PublicTensor", func(v *publicValues) { v.read = []int32{3, 4, 5, 6, 7, 0, 1, 3} }},
		{"filter", "PublicTensor", func(v *publicValues) { v.filter = []int64{4, 4, 4, 4} }},
		{"rates", "PublicTensor", func(v *publicValues) { v.rates = []int64{2, 2, 2, 2} }},
		{"cells", "PublicTensor", func(v *publicValues) { v.cells[1]++ }},
		{"table", "PairingsDiffer", func(v *publicValues) { v.table[100]-- }},
		{"momentum", "PairingsDiffer", func(v *publicValues) { v.momentum[0] = 7 }},
	} {
		if !slices.Contains(tensors, f.tensor) {
			continue
		}
		v := usualValues()
		f.change(&v)
		other := everyKindCase(t, v)
		forged := h.Clone()
		forged.Tables = other.Tables
		forged.Commit(t)
		p := c.wrap(t, forged.Statement, forged.Converse(t))
		if native := c.native(forged.Statement, p); native == nil || !strings.HasPrefix(native.Error(), fmt.Sprintf("public tensor %q", f.tensor)) {
			t.Errorf("%s: off the chain: %v", f.tensor, native)
		}

		// What is opened is opened as the other tensor. Whoever takes the class of the other
		// system for that of the head is told that all is well: nothing else is wrong.
		class := *c.class(t, other.Masked(t, c.setup).Statement)
		class.Layout = h.Statement.Layout
		for id, want := range map[[32]byte]string{class.ID: "", c.class(t, h.Statement).ID: f.chain} {
			class.ID = id
			call, err := class.Call(forged.Statement, prooftest.Encode(t, p))
			if err != nil {
				t.Fatalf("%s: %v", f.tensor, err)
			}
			if got := reason(t, f.tensor, c.verify(call)); got != want {
				t.Errorf("%s: %q, want %q", f.tensor, got, want)
			}
		}
	}
}

// mixtures puts the parts of a proof and of another together in all ways; that is about the
// same commitments and the given public values. Only what is all of one proof of the statement is
// accepted.
func (c *court) mixtures(t *testing.T, h *honest, public ...string) {
	t.Helper()
	for _, values := range public {
		other := h.Clone()
		other.Statement.Public = []byte(values)
		second := c.wrap(t, other.Statement, other.Converse(t))
		c.hear(t, values, other.Statement, second).accepted(t, values)
		last := len(second.Witness) - 1
		parts := []func(p *wrap.Proof){
			func(p *wrap.Proof) { p.Witness = append(slices.Clone(second.Witness[:last]), p.Witness[last]) },
			func(p *wrap.Proof) { p.Witness = append(slices.Clone(p.Witness[:last]), second.Witness[last]) },
			func(p *wrap.Proof) { p.Exposed = second.Exposed },
			func(p *wrap.Proof) { p.Seal = second.Seal },
			func(p *wrap.Proof) { p.Blinding = second.Blinding },
			func(p *wrap.Proof) { p.Evaluation = second.Evaluation },
			func(p *wrap.Proof) { p.SNARK = second.SNARK },
		}
		all := 1<<len(parts) - 1
		for mixture := range all + 1 {
			p := *h.proof
			for i, take := range parts {
				if mixture>>i&1 == 1 {
					take(&p)
				}
			}
			v := c.hear(t, fmt.Sprintf("%s, mixture %b", values, mixture), h.Statement, &p)
			own := mixture == 0 || mixture == all && values == string(h.Statement.Public)
			if own != (v.native == nil) {
				t.Errorf("%s, mixture %b: %v", values, mixture, v.native)
			}
		}
	}
}

// TestAnotherSigma: all that is outside of the SNARK is about another σ than the script's,
// and agrees with it. A SNARK of it, which only known keys give, would be accepted; that
// of the true σ, for the base that the verifier draws or one for which both sums agree, is
// none of it.
func TestAnotherSigma(t *testing.T) {
	c, e := newCourt(t, smallBits, knownKeys{}), everyKind(t, knownKeys{}, wrap.NewCache(""))
	ctx, l := context.Background(), e.st.Layout
	a, err := prover.Commit(ctx, e.setup, e.st, e.secret, crand.Reader) // everyKind has counted
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Argue(ctx); err != nil {
		t.Fatal(err)
	}
	made, err := a.Evaluate()
	if err != nil {
		t.Fatal(err)
	}
	c.hear(t, "the true σ", e.st, c.wrap(t, e.st, made)).accepted(t, "the true σ")
	out, said, one := made.Outcome, made.Outcome.Exposed(l), fr.One()
	honest := circuit.NewPublicInputs(made.Digest, made.Seal, said)
	out.Sigma.Add(&out.Sigma, &one)
	rows := made.Messages[len(made.Messages)-1-len(out.Groups):] // w_1 … w_G, then the mask's
	out.Value = fr.Element{}
	for _, w := range slices.Backward(rows[:len(out.Groups)]) {
		out.Value.Add(&out.Value, &w).Mul(&out.Value, &out.Sigma)
	}
	out.Value.Add(&out.Value, &rows[len(out.Groups)])
	if made, err = a.Evaluate(); err != nil {
		t.Fatal(err)
	}
	p := c.wrap(t, e.st, made)
	c.hear(t, "another σ", e.st, p).accepted(t, "another σ")

	chosen, n := honest, len(said)
	// σ and y differ, and come last: (σ' − σ) + θ·(y' − y) = 0.
	chosen.Base.Sub(&p.Exposed[n-1], &said[n-1]).Inverse(&chosen.Base).Neg(&chosen.Base)
	chosen.Sum = proof.SumOfPowers(&proof.Checks{}, chosen.Base, said)
	if lied := proof.SumOfPowers(&proof.Checks{}, chosen.Base, p.Exposed); lied != chosen.Sum || slices.Equal(p.Exposed, said) {
		t.Fatal("the sums differ, or the values do not")
	}
	for what, public := range map[string]circuit.PublicInputs{"the true σ's SNARK": honest, "a base of the prover's": chosen} {
		p.SNARK = simulate(public.Vector())
		c.hear(t, what, e.st, p).bySNARK(t, what)
	}
}

// TestChecksOutside: every value of a proof, changed alone, with a SNARK of what it is then.
// None of them is left to the SNARK but the seal, of which nothing else knows.
func TestChecksOutside(t *testing.T) {
	p := everyKind(t, knownKeys{}, wrap.NewCache(""))
	c := newCourt(t, smallBits, knownKeys{})
	reasons := map[string]int{}
	for _, m := range p.mutations() {
		q := clone(p.proof)
		m.native(q)
		if slices.ContainsFunc(slices.Concat(q.Witness...), func(p bn254.G1Affine) bool { return p.IsInfinity() }) {
			continue // no encoding
		}
		v := c.hear(t, m.name, p.st, c.simulated(p.st, q))
		if (v.native == nil) != (m.name == "seal plus 1") {
			t.Errorf("%s: %v", m.name, v.native)
		}
		reasons[v.chain]++
	}
	t.Log(reasons)
	for _, name := range []string{"PublicTensor", "FoldsEndElsewhere", "PairingsDiffer", ""} {
		if reasons[name] == 0 {
			t.Errorf("%q is the reason of no refusal", name)
		}
	}
}

// TestEdges: true statements at the edges, which both accept by keys whose secrets nobody
// knows: smallest systems, garbage in the padding, cells in a row after its tensor's,
// commitments without blinding, infinity where it is allowed.
func TestEdges(t *testing.T) {
	c := newCourt(t, 6, wrap.Groth16{})
	for _, s := range prooftest.NewSmallest(t) {
		c.honest(t, s.Right.Name, prooftest.NewCase(t, s.Right, prooftest.SmallestCells(s.Right)))
	}
	a := prooftest.NewAmbiguous(t)
	at := map[string]relation.ID{}
	for id := range a.System.Tensors {
		at[a.System.Tensors[id].Name] = relation.ID(id)
	}
	usual := func() *prooftest.Case { return prooftest.NewCase(t, a.System, a.Cells).Masked(t, c.setup) }
	accepted := func(what string, x *prooftest.Case) {
		t.Helper()
		c.hear(t, what, x.Statement, c.wrap(t, x.Statement, x.Converse(t))).accepted(t, what)
	}
	accepted("another witness", prooftest.NewCase(t, a.System, a.Other).Masked(t, c.setup))

	garbage := usual()
	y, z, sum := &garbage.Tables[at["Y"]][3], &garbage.Tables[at["Z"]][3], &garbage.Tables[at["A"]][3]
	y.MustSetRandom()
	z.MustSetRandom()
	sum.Add(y, z)
	garbage.Commit(t)
	accepted("garbage in the padding", garbage)

	hidden := usual()
	after := map[relation.ID][]fr.Element{at["A"]: {fr.NewElement(7), fr.NewElement(8), {}, fr.NewElement(9)}}
	hidden.Hide(t, after)
	c.hear(t, "cells after the tensor's", hidden.Statement, c.wrap(t, hidden.Statement, hidden.ConverseHidden(t, after))).accepted(t, "cells after the tensor's")

	bare := usual()
	for i := range bare.Blinding {
		clear(bare.Blinding[i])
	}
	bare.Commit(t)
	accepted("external commitments without blinding", bare)
	clear(bare.Mask)
	accepted("a mask of zeros", bare)

	nothing := c.zeros(t)
	accepted("nothing but zeros", nothing)
	for _, rows := range nothing.Statement.External {
		if !rows[0].IsInfinity() {
			t.Error("an external commitment to zeros is not infinity")
		}
	}
}

// zeros is a statement of which all cells are 0, those of the mask row as well, its external
// commitment without blinding: the combined row is 0, and all points of its evaluation
// proof are infinity.
func (c *court) zeros(t *testing.T) *prooftest.Case {
	t.Helper()
	b := relation.NewBuilder("zeros")
	axis := relation.Axis{Name: "j", Size: 4}
	given, copied := b.External("B", axis), b.Witness("E", axis)
	b.Equation("copied", []relation.Axis{axis}, []relation.Label{"j"},
		relation.Times(relation.Int(-1), relation.At(copied, "j")), relation.Times(relation.Int(1), relation.At(given, "j")))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	cells := relation.NewAssignment(sys)
	cells[given].Small, cells[copied].Small = make([]int32, 4), make([]int32, 4)
	x := prooftest.NewCase(t, sys, cells).Masked(t, c.setup)
	clear(x.Mask)
	for i := range x.Blinding {
		clear(x.Blinding[i])
	}
	x.Commit(t)
	return x
}
