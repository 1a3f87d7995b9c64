package poly

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

func randomVector(n int) fr.Vector {
	v := make(fr.Vector, n)
	v.MustSetRandom()
	return v
}

// naiveEvaluate is Σ_x T(x)·eq(r,x), bit by bit.
func naiveEvaluate(table fr.Vector, point []fr.Element) fr.Element {
	var sum fr.Element
	for x := range table {
		term := table[x]
		for i := range point {
			f := point[i]
			if x>>(len(point)-1-i)&1 == 0 {
				one := fr.One()
				f.Sub(&one, &f)
			}
			term.Mul(&term, &f)
		}
		sum.Add(&sum, &term)
	}
	return sum
}

func TestEvaluateAgreesWithDefinition(t *testing.T) {
	for n := 0; n <= 11; n++ {
		table, point := randomVector(1<<n), randomVector(n)
		want := naiveEvaluate(table, point)
		if got := Evaluate(table, point); !got.Equal(&want) {
			t.Errorf("Evaluate, %d variables: got %v want %v", n, got, want)
		}
		if got := table.InnerProduct(Eq(point)); !got.Equal(&want) {
			t.Errorf("Eq, %d variables: got %v want %v", n, got, want)
		}
		folded := append(fr.Vector(nil), table...)
		for i := range point {
			folded = Fold(folded, &point[i])
		}
		if !folded[0].Equal(&want) {
			t.Errorf("Fold, %d variables: got %v want %v", n, folded[0], want)
		}
	}
}

func randomInt32s(n int, extreme bool) []int32 {
	x := make([]int32, n)
	for i := range x {
		x[i] = int32(rand.Uint32())
		if extreme {
			x[i] = []int32{math.MinInt32, math.MaxInt32, 0, -1, 1}[i%5]
		}
	}
	return x
}

func TestContractAgreesWithField(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {4, 8, 1}, {1, 16, 8}, {2, 4, 512}, {8, 64, 4}, {1, 1024, 1}} {
		for _, extreme := range []bool{false, true} {
			outer, mid, inner := shape[0], shape[1], shape[2]
			cells := randomInt32s(outer*mid*inner, extreme)
			weight := randomVector(mid)
			field := make(fr.Vector, len(cells))
			embed(field, cells)
			got, want, naive := make(fr.Vector, outer*inner), make(fr.Vector, outer*inner), make(fr.Vector, outer*inner)
			Contract(got, cells, outer, weight, inner)
			ContractField(want, field, outer, weight, inner)
			for o := range outer {
				for m := range mid {
					for i := range inner {
						var p fr.Element
						p.Mul(&field[(o*mid+m)*inner+i], &weight[m])
						naive[o*inner+i].Add(&naive[o*inner+i], &p)
					}
				}
			}
			for i := range got {
				if !got[i].Equal(&naive[i]) || !want[i].Equal(&naive[i]) {
					t.Fatalf("shape %v cell %d: integers %v field %v want %v", shape, i, got[i], want[i], naive[i])
				}
			}
		}
	}
}

func BenchmarkDot(b *testing.B) {
	x, y := randomInt32s(1<<16, false), randomVector(1<<16)
	for b.Loop() {
		bias := biasOf(y)
		dot(x, y, &bias)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/cell")
}

func BenchmarkContractRows(b *testing.B) {
	x, y := randomInt32s(1<<20, false), randomVector(1<<10)
	out := make(fr.Vector, 1<<10)
	for b.Loop() {
		Contract(out, x, 1, y, 1<<10)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/cell")
}

func BenchmarkInnerProduct(b *testing.B) {
	x, y := randomVector(1<<16), randomVector(1<<16)
	for b.Loop() {
		x.InnerProduct(y)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)), "ns/cell")
}

func BenchmarkFold(b *testing.B) {
	x := randomVector(1 << 20)
	r := randomVector(1)
	for b.Loop() {
		Fold(x, &r[0])
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(x)/2), "ns/pair")
}
