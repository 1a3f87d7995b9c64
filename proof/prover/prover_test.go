package prover_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
)

func TestHonestProofVerifies(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, masked := range []bool{false, true} {
		ty := prooftest.NewTiny(t, rng)
		l := prooftest.Layout(t, ty.System, masked)
		var mask fr.Vector
		if masked {
			mask = make(fr.Vector, 1<<l.RowLog)
			mask.MustSetRandom()
		}
		m, _ := prooftest.Prove(t, l, ty.Cells, mask)
		if len(m) != proof.Length(l) {
			t.Errorf("proof has %d elements, Length says %d", len(m), proof.Length(l))
		}
		if err := prooftest.Verify(l, m); err != nil {
			t.Errorf("masked %v: %v", masked, err)
		}
	}
}

func TestWrongCellIsRejected(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, name := range []string{"X", "E", "A", "G", "D", "W0", "WS"} {
		ty := prooftest.NewTiny(t, rng)
		l := prooftest.Layout(t, ty.System, false)
		if c := ty.Cells[ty.IDs[name]]; c.Small != nil {
			c.Small[0]++
			if name == "E" { // an error counts only where the gate is open
				for i := range c.Small {
					c.Small[i]++
				}
			}
		} else {
			c.Large[0]++
		}
		m, _ := prooftest.Prove(t, l, ty.Cells, nil)
		if err := prooftest.Verify(l, m); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryMessageMatters(t *testing.T) {
	ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(5, 6)))
	l := prooftest.Layout(t, ty.System, false)
	honest, _ := prooftest.Prove(t, l, ty.Cells, nil)
	one := fr.One()
	for i := range honest {
		m := append([]fr.Element(nil), honest...)
		m[i].Add(&m[i], &one)
		if err := prooftest.Verify(l, m); !errors.Is(err, fault.ErrRejected) && i < len(honest)-1 {
			t.Errorf("message %d of %d changed: %v", i, len(honest), err)
		}
	}
	if err := prooftest.Verify(l, honest[:len(honest)-1]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("short proof: %v", err)
	}
	if err := prooftest.Verify(l, append(honest, one)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("long proof: %v", err)
	}
}
