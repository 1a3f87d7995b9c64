package circuit_test

import (
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark/frontend"

	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/prooftest"
)

// TestBaseByHand: θ is what the protocol says it is, byte for byte, for whoever
// computes it elsewhere.
func TestBaseByHand(t *testing.T) {
	b := append([]byte{23, 0, 0, 0, 0, 0, 0, 0}, "zkaudit/wrap/exposed/v1"...)
	minus := fr.NewElement(1)
	minus.Neg(&minus)
	values := []fr.Element{fr.NewElement(258), minus, fr.NewElement(0), fr.NewElement(5)}
	for _, e := range values {
		big := e.Bytes() // 32, the most significant first
		b = append(b, big[:]...)
	}
	hash := sha256.Sum256(b)
	var want fr.Element
	want.SetBytes(hash[:31])
	if got := circuit.NewPublicInputs(values[0], values[1], values[2:]); got.Base != want {
		t.Errorf("θ is %s, want %s", got.Base.String(), want.String())
	}
}

// TestListsHaveTheirOwnBase: in another order, cut elsewhere, longer by a 0 or shorter
// by one, a list is another list, though sums of some are equal for one θ.
func TestListsHaveTheirOwnBase(t *testing.T) {
	list := func(values ...uint64) []fr.Element {
		var l []fr.Element
		for _, v := range values {
			l = append(l, fr.NewElement(v))
		}
		return l
	}
	seen := map[fr.Element][]fr.Element{}
	for _, l := range [][]fr.Element{list(1, 2, 3, 4), list(2, 1, 3, 4), list(1, 2, 4, 3), list(1, 3, 2, 4), list(1, 2, 3), list(1, 2, 3, 0), list(1, 2, 3, 0, 0), list(0, 1, 2, 3), list(1, 2, 3<<8), list(1, 2)} {
		p := circuit.NewPublicInputs(l[0], l[1], l[2:])
		if other, again := seen[p.Base]; again {
			t.Errorf("%v and %v have one base", l, other)
		}
		seen[p.Base] = l
	}
}

// TestVectorIsInTheCircuitsOrder: a verifier gives a proof system the values in the
// order in which the circuit declares them, and no others are public.
func TestVectorIsInTheCircuitsOrder(t *testing.T) {
	l := prooftest.Layout(t, prooftest.NewSmallest(t)[0].Right, true)
	p := circuit.PublicInputs{Digest: fr.NewElement(1), Seal: fr.NewElement(2), Base: fr.NewElement(3), Sum: fr.NewElement(4)}
	w := circuit.Assign(l, p, fr.NewElement(5), make([]fr.Element, len(circuit.New(l).Messages)))
	public, err := frontend.NewWitness(w, ecc.BN254.ScalarField(), frontend.PublicOnly())
	if err != nil {
		t.Fatal(err)
	}
	if got := public.Vector().(fr.Vector); !slices.Equal(got, p.Vector()) || len(got) != circuit.PublicCount {
		t.Errorf("the circuit's public inputs are %v, the vector %v", got, p.Vector())
	}
}

// TestSmallestSystemsAreSealed: without lookups, without groups, without claims on
// public tensors, whatever is exposed and the seal are those of the messages.
func TestSmallestSystemsAreSealed(t *testing.T) {
	one := fr.One()
	for _, s := range prooftest.NewSmallest(t) {
		l := prooftest.Layout(t, s.Right, true)
		cells := prooftest.SmallestCells(s.Right)
		if err := prooftest.Count(s.Right, cells); err != nil {
			t.Fatal(err)
		}
		messages, _ := prooftest.Prove(t, l, cells, prooftest.MaskRow(l))
		exposed, seal := replay(l, messages)
		accepts := func(seal fr.Element, exposed []fr.Element, messages []fr.Element) bool {
			return solved(l, circuit.NewPublicInputs(prooftest.StatementDigest(), seal, exposed), messages)
		}
		if !accepts(seal, exposed, messages) {
			t.Errorf("%s: an honest conversation is refused", s.Right.Name)
		}
		for i := range exposed {
			other := slices.Clone(exposed)
			other[i].Add(&other[i], &one)
			if accepts(seal, other, messages) {
				t.Errorf("%s: another value %d is accepted", s.Right.Name, i)
			}
		}
		// The value of the mask row is what the script has no equation about.
		other := slices.Clone(messages)
		other[len(other)-1].Add(&other[len(other)-1], &one)
		exposed, moved := replay(l, other)
		if !accepts(moved, exposed, other) {
			t.Errorf("%s: another mask is refused under its own seal", s.Right.Name)
		}
		if accepts(seal, exposed, other) {
			t.Errorf("%s: another mask, and what it exposes, is accepted under the seal of the first", s.Right.Name)
		}
	}
}
