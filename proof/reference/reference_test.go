package reference_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"pgregory.net/rapid"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// TestTinyMessagesAgree: fast prover and reference send the same messages, on
// honest and on wrong witnesses, masked and not.
func TestTinyMessagesAgree(t *testing.T) {
	for _, test := range []struct {
		name   string
		masked bool
		wrong  string // tensor with a wrong cell
	}{{"plain", false, ""}, {"masked", true, ""}, {"wrong activation", false, "A"}, {"wrong weight", true, "WS"}} {
		t.Run(test.name, func(t *testing.T) {
			ty := prooftest.NewTiny(t, rand.New(rand.NewPCG(11, 12)))
			l := prooftest.Layout(t, ty.System, test.masked)
			var mask fr.Vector
			if test.masked {
				mask = make(fr.Vector, 1<<l.RowLog)
				mask.MustSetRandom()
			}
			if test.wrong != "" {
				if c := ty.Cells[ty.IDs[test.wrong]]; c.Small != nil {
					c.Small[1]++
				} else {
					c.Large[1]++
				}
			}
			compare(t, l, ty.Cells, mask, test.wrong == "")
		})
	}
}

// compare runs both provers: the same messages, accepted if and only if the
// claims are true.
func compare(t testing.TB, l *proof.Layout, cells relation.Assignment, mask fr.Vector, honest bool) {
	fast, out := prooftest.Prove(t, l, cells, mask)
	ref := prooftest.Reference(t, l, cells, mask)
	slow, refOut, err := prooftest.Converse(l, prooftest.Transcript(l), ref)
	if (err == nil) != honest {
		t.Fatalf("honest %v: %v", honest, err)
	}
	if len(fast) != len(slow) {
		t.Fatalf("%d messages, reference %d", len(fast), len(slow))
	}
	for i := range fast {
		if !fast[i].Equal(&slow[i]) {
			t.Fatalf("message %d of %d is %s, reference %s", i, len(fast), fast[i].String(), slow[i].String())
		}
	}
	if !out.Value.Equal(&refOut.Value) || !out.Sigma.Equal(&refOut.Sigma) {
		t.Fatal("the conversations end apart")
	}
	f := ref.Combined(out.Sigma)
	if y := poly.Evaluate(f, out.At(out.Point)); honest && !y.Equal(&out.Value) {
		t.Fatal("the reference's row does not open to the value")
	}
	for _, c := range out.Public {
		if v := public.Evaluate(l.System.Tensor(c.Tensor), out.At(c.Point)); !v.Equal(&c.Value) {
			t.Fatalf("public tensor %q does not have the claimed value", l.System.Tensor(c.Tensor).Name)
		}
	}
}

// TestRandomSystemsMessagesAgree: on random systems and cells the script accepts
// the true messages exactly where package naive finds every claim true.
func TestRandomSystemsMessagesAgree(t *testing.T) {
	kinds := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		g := newGenerator(rt)
		sys, cells := g.generate()
		l, err := proof.NewLayout(sys, rapid.IntRange(1, 6).Draw(rt, "row log"), false)
		if err != nil {
			rt.Fatal(err)
		}
		for k := range g.used {
			kinds[k]++
		}
		compare(quiet{t, rt}, l, cells, nil, g.honest)
	})
	for _, k := range []string{"einsum", "broadcast", "two terms", "three factors", "axis map", "selection", "filter",
		"garbage in the padding", "trajectory", "bias", "convolution", "kernel used twice", "axis of size 1", "lookup", "wrong equation", "scalar", "axes of one name"} {
		if kinds[k] == 0 && !testing.Short() { // which draws a fifth of the systems
			t.Errorf("no random system had: %s", k)
		}
	}
	t.Log(fmt.Sprint(kinds))
}

// quiet is a testing.TB whose failures go to rapid, for shrinking.
type quiet struct {
	testing.TB
	rt *rapid.T
}

func (q quiet) Helper()                           {}
func (q quiet) Error(args ...any)                 { q.rt.Error(args...) }
func (q quiet) Errorf(format string, args ...any) { q.rt.Errorf(format, args...) }
func (q quiet) Fatal(args ...any)                 { q.rt.Fatal(args...) }
func (q quiet) Fatalf(format string, args ...any) { q.rt.Fatalf(format, args...) }
