package prover_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/reference"
)

// zeroing is a transcript one of whose challenges is 0.
type zeroing struct {
	proof.Transcript[fr.Element]
	drawn, at int
}

func (z *zeroing) Challenge() fr.Element {
	c := z.Transcript.Challenge()
	z.drawn++
	if z.drawn-1 == z.at {
		return fr.Element{}
	}
	return c
}

// TestLayersAreTheDefinitions: the lookup layers, in whatever form they are
// summed, say what the reference says, also where λ or a coordinate is 0.
func TestLayersAreTheDefinitions(t *testing.T) {
	for name, sizes := range map[string][]int{
		"numerators of 1, a lower half of two blocks":        {1 << 6, 1 << 6, 1 << 6},
		"padding in the lower half":                          {50, 1 << 6, 1 << 5},
		"0/1 in the upper half":                              {1 << 11, 3},
		"numerators of 1 in both quarters of the upper half": slices.Repeat([]int{1 << 10}, 7),
		"many": {1 << 10, 1 << 10, 1 << 9, 700, 1},
	} {
		l, cells := columns(t, 5, sizes...)
		tables, err := reference.Tables(l.System, cells)
		if err != nil {
			t.Fatal(err)
		}
		talk := func(peer proof.Peer[fr.Element], at int) (string, int) {
			tr := &zeroing{Transcript: prooftest.Transcript(l), at: at}
			r := &proof.Recorder{Peer: peer}
			var checks proof.Checks
			proof.ArgueLookups[fr.Element](l, &checks, tr, r)
			if err := checks.Err(); err != nil {
				t.Fatalf("%s, challenge %d is 0: %v", name, at, err)
			}
			return fmt.Sprint(r.Messages), tr.drawn
		}
		stride := 1 << max(0, l.Log-9) // the reference takes long
		for at, n := -1, 0; at < n; at += stride {
			ours, err := prover.New(l, cells, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := reference.New(l, tables, nil)
			if err != nil {
				t.Fatal(err)
			}
			said, drawn := talk(ours, at)
			want, _ := talk(theirs, at)
			if n = drawn; said != want {
				t.Errorf("%s, challenge %d of %d is 0: another conversation", name, at, n)
			}
		}
	}
}
