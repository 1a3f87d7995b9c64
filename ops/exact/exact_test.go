package exact

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"pgregory.net/rapid"
)

// product of big integers: Σ_k x(i,k)·w(k,j), or Σ_k x(i,k)·w(j,k).
func bigProduct(x []int32, m int, w *WeightMatrix, transposed bool) []*big.Int {
	k, n := w.rows, w.cols
	at := func(i, j int) int64 { return w.cells[i*w.cols+j] }
	if transposed {
		k, n = n, k
		at = func(i, j int) int64 { return w.cells[j*w.cols+i] }
	}
	out := make([]*big.Int, m*n)
	var term big.Int
	for c := range out {
		out[c] = new(big.Int)
		for l := range k {
			out[c].Add(out[c], term.Mul(big.NewInt(int64(x[c/n*k+l])), big.NewInt(at(l, c%n))))
		}
	}
	return out
}

func compare(t interface{ Fatalf(string, ...any) }, what string, a *Accumulator, want []*big.Int) {
	if len(want) != a.rows*a.cols {
		t.Fatalf("%s: %d×%d cells, want %d", what, a.rows, a.cols, len(want))
	}
	for i, w := range want {
		if got := a.Value(i); got.Cmp(w) != 0 {
			t.Fatalf("%s: cell %d is %v, want %v", what, i, got, w)
		}
	}
}

// TestProductsAtTheBounds: all cells at the largest magnitude that the package
// takes, so that every bound on the number of pieces is met with equality or
// missed by one.
func TestProductsAtTheBounds(t *testing.T) {
	var a Accumulator
	for _, k := range []int{1, 7, 8, 1000} {
		for _, inputLog := range []int{0, 8, 15, 17} {
			for weightLog := 1; weightLog <= MaxWeightLog; weightLog++ {
				const m, n = 2, 3
				x, cells := make([]int32, m*k), make([]int64, k*n)
				for i := range x {
					x[i] = 1 << inputLog
					if i >= k {
						x[i] = -x[i]
					}
				}
				for i := range cells {
					cells[i] = 1<<weightLog - 1
					if i%n == 1 {
						cells[i] = -cells[i]
					}
					if i%n == 2 && weightLog < MaxWeightLog {
						cells[i] = 1 << weightLog
					}
				}
				w := NewWeightMatrix(k, n, cells)
				a.MulInto(x, m, w)
				compare(t, fmt.Sprintf("K=%d |x|=2^%d |w|=2^%d", k, inputLog, weightLog), &a, bigProduct(x, m, w, false))
			}
		}
	}
}

func TestFewestPieces(t *testing.T) {
	for _, test := range []struct {
		k         int
		input     uint64
		weightLog int
		want      int
	}{
		{784, 1 << 8, 34, 1}, {784, 1 << 8, 36, 2}, {1, 1, 53, 1}, {1, 1, 54, 2}, {512, 1 << 15, 29, 1}, {512, 1 << 15, 30, 2},
		{512, 1 << 15, 58, 2}, {512, 1 << 15, 61, 3},
	} {
		w := NewWeightMatrix(1, 2, []int64{1 << test.weightLog, -1 << test.weightLog})
		if got := w.prepare(test.k, test.input); got != test.want {
			t.Errorf("K=%d |x|=%d |w|=2^%d: %d pieces, want %d", test.k, test.input, test.weightLog, got, test.want)
		}
	}
}

// drawBits draws a width; rapid's own integers are mostly small.
func drawBits(t *rapid.T, name string, most int) int {
	widths := make([]int, most+1)
	for i := range widths {
		widths[i] = i
	}
	return rapid.SampledFrom(widths).Draw(t, name+" bits")
}

// drawSpread draws an integer of 64 bits whose width is uniform.
func drawSpread(t *rapid.T, name string) int64 {
	v := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, name+" seed"), 0)).Int64() >> drawBits(t, name, 62)
	if rapid.Bool().Draw(t, name+" negative") {
		return -v
	}
	return v
}

func drawInputs(t *rapid.T, name string, n int) []int32 {
	limit := int32(1) << drawBits(t, name, 17)
	return rapid.SliceOfN(rapid.Int32Range(-limit, limit), n, n).Draw(t, name)
}

func drawWeights(t *rapid.T, rows, cols int) *WeightMatrix {
	limit := int64(1)<<drawBits(t, "weight", MaxWeightLog) - 1
	return NewWeightMatrix(rows, cols, rapid.SliceOfN(rapid.Int64Range(-limit, limit), rows*cols, rows*cols).Draw(t, "weights"))
}

// TestProductsAgreeWithBigIntegers also reuses accumulator and weights, so
// stale memory would show.
func TestProductsAgreeWithBigIntegers(t *testing.T) {
	var a Accumulator
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 9)
		m, k, n := size.Draw(t, "m"), size.Draw(t, "k"), size.Draw(t, "n")
		x, d, w := drawInputs(t, "x", m*k), drawInputs(t, "d", m*n), drawWeights(t, k, n)
		a.MulInto(x, m, w)
		v := bigProduct(x, m, w, false)
		compare(t, "V", &a, v)

		limit := int64(1)<<drawBits(t, "bias", 62) - 1
		bias := rapid.SliceOfN(rapid.Int64Range(-limit, limit), n, n).Draw(t, "bias")
		scale := rapid.IntRange(0, 62).Draw(t, "scale")
		a.AddBias(bias, scale)
		for i := range v {
			b := big.NewInt(bias[i%n])
			v[i].Add(v[i], b.Lsh(b, uint(scale)))
		}
		compare(t, "V with bias", &a, v)

		a.MulTransposed(d, m, w)
		compare(t, "U", &a, bigProduct(d, m, w, true))
		a.MulInto(x, m, w)
		compare(t, "V again", &a, bigProduct(x, m, w, false))
	})
}

// TestLargeProducts: shapes beyond one block of rows, columns and tiles.
func TestLargeProducts(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const m, k, n = 150, 70, 260
	x, d, cells := make([]int32, m*k), make([]int32, m*n), make([]int64, k*n)
	for i := range x {
		x[i] = rng.Int32N(1<<16) - 1<<15
	}
	for i := range d {
		d[i] = rng.Int32N(1<<16) - 1<<15
	}
	for i := range cells {
		cells[i] = rng.Int64N(1<<41) - 1<<40
	}
	w := NewWeightMatrix(k, n, cells)
	var a Accumulator
	for _, procs := range []int{1, 2, 3} {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
		a.MulInto(x, m, w)
		compare(t, "V", &a, bigProduct(x, m, w, false))
		a.MulTransposed(d, m, w)
		compare(t, "U", &a, bigProduct(d, m, w, true))
		want := bigGradient(w, x, d, m, 77)
		if err := GradientStep(w, x, d, m, 77); err != nil {
			t.Fatal(err)
		}
		for i, c := range w.cells {
			if want[i].Cmp(big.NewInt(c)) != 0 {
				t.Fatalf("GOMAXPROCS %d: weight %d is %d, want %v", procs, i, c, want[i])
			}
		}
		if w.largest != largest64(w.cells) {
			t.Fatalf("largest weight %d, want %d", w.largest, largest64(w.cells))
		}
	}
}

// checkRescale compares Y and every limb with floor division of big integers.
func checkRescale(t interface{ Fatalf(string, ...any) }, a *Accumulator, shift int) {
	checkRescaleIn(t, a, shift, LimbBits)
	if width := Width(shift); width != LimbBits {
		checkRescaleIn(t, a, shift, width)
	}
}

func checkRescaleIn(t interface{ Fatalf(string, ...any) }, a *Accumulator, shift, width int) {
	cells := a.rows * a.cols
	values := make([]*big.Int, cells)
	for i := range values {
		values[i] = a.Value(i)
	}
	low, top := Limbs(shift, width)
	var limbs [][]int32
	if top > 0 {
		for range low + 1 {
			limbs = append(limbs, make([]int32, cells))
		}
	}
	y := make([]int32, cells)
	got := a.Rescale(shift, width, y, limbs)
	bad := -1
	for i, v := range values {
		// Y = ⌊(2V + 2^s) / 2^(s+1)⌋
		q := new(big.Int).Lsh(v, 1)
		q.Add(q, new(big.Int).Lsh(big.NewInt(1), uint(shift)))
		q.Rsh(q, uint(shift+1))
		if q.Cmp(big.NewInt(math.MinInt16)) < 0 || q.Cmp(big.NewInt(math.MaxInt16)) > 0 {
			if bad < 0 {
				bad = i
			}
			continue
		}
		if q.Cmp(big.NewInt(int64(y[i]))) != 0 {
			t.Fatalf("shift %d, V = %v: Y = %d, want %v", shift, v, y[i], q)
		}
		sum := q.Lsh(q, uint(shift))
		for l, limb := range limbs {
			cell, lowest, beyond := int64(limb[i]), int64(0), int64(1)<<width
			if l == low {
				lowest, beyond = -1<<(top-1), 1<<(top-1)
			}
			if cell < lowest || cell >= beyond {
				t.Fatalf("shift %d, V = %v: limb %d is %d", shift, v, l, cell)
			}
			sum.Add(sum, new(big.Int).Lsh(big.NewInt(cell), uint(l*width)))
		}
		if sum.Cmp(v) != 0 {
			t.Fatalf("shift %d: V = %v, limbs and Y make %v", shift, v, sum)
		}
	}
	if got != bad {
		t.Fatalf("shift %d: first bad cell %d, want %d", shift, got, bad)
	}
}

// Limbs of a shift, of 16 bits and of the width that saves one if any does.
func TestLimbs(t *testing.T) {
	for _, test := range []struct{ shift, low, top, width, wideLow, wideTop int }{
		{0, 0, 0, 16, 0, 0}, {1, 0, 1, 16, 0, 1}, {16, 0, 16, 16, 0, 16}, {17, 1, 1, 17, 0, 17}, {18, 1, 2, 18, 0, 18}, {19, 1, 3, 16, 1, 3},
		{32, 1, 16, 16, 1, 16}, {33, 2, 1, 17, 1, 16}, {34, 2, 2, 17, 1, 17}, {35, 2, 3, 18, 1, 17}, {36, 2, 4, 18, 1, 18}, {37, 2, 5, 16, 2, 5},
		{48, 2, 16, 16, 2, 16}, {49, 3, 1, 17, 2, 15}, {51, 3, 3, 17, 2, 17}, {52, 3, 4, 18, 2, 16}, {54, 3, 6, 18, 2, 18}, {55, 3, 7, 16, 3, 7},
		{68, 4, 4, 17, 3, 17}, {72, 4, 8, 18, 3, 18},
	} {
		if low, top := Limbs(test.shift, LimbBits); low != test.low || top != test.top {
			t.Errorf("shift %d: %d limbs and %d bits, want %d and %d", test.shift, low, top, test.low, test.top)
		}
		width := Width(test.shift)
		if low, top := Limbs(test.shift, width); width != test.width || low != test.wideLow || top != test.wideTop {
			t.Errorf("shift %d: %d limbs of %d bits and %d bits, want %d of %d and %d", test.shift, low, width, top, test.wideLow, test.width, test.wideTop)
		}
	}
}

// TestRescaleAtTies: V = 2^s·Y + r for Y at the ends of its format and r at
// the ends of its range, one beyond, and exactly half.
func TestRescaleAtTies(t *testing.T) {
	for shift := range 45 {
		var values []int64
		for _, y := range []int64{math.MinInt16 - 1, math.MinInt16, -1, 0, 1, math.MaxInt16, math.MaxInt16 + 1} {
			half := int64(1) << shift >> 1
			for _, r := range []int64{-half - 1, -half, -half + 1, -1, 0, 1, half - 1, half, half + 1} {
				values = append(values, y<<shift+r)
			}
		}
		for _, wide := range []bool{false, true} {
			var a Accumulator
			a.reset(1, len(values), 0)
			for i, v := range values {
				a.low[i] = uint64(v)
			}
			if wide {
				a.widen()
			}
			checkRescale(t, &a, shift)
		}
	}
}

func TestRoundHalfUp(t *testing.T) {
	var a Accumulator
	a.reset(1, 4, 0)
	for i, v := range []int64{8, -8, 7, -9} { // ±1/2, and just below each
		a.low[i] = uint64(v)
	}
	y, limb := make([]int32, 4), make([]int32, 4)
	if bad := a.Rescale(4, LimbBits, y, [][]int32{limb}); bad != -1 {
		t.Fatal(bad)
	}
	if fmt.Sprint(y, limb) != "[1 0 0 -1] [-8 -8 7 7]" {
		t.Errorf("got %v %v", y, limb)
	}
}

func TestRescaleAgreesWithBigIntegers(t *testing.T) {
	var a Accumulator
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 20).Draw(t, "n")
		shift := drawBits(t, "shift", MaxShift)
		a.reset(1, n, 0)
		if rapid.Bool().Draw(t, "wide") {
			a.widen()
		}
		for i := range n {
			// Values near the border of the format are drawn as often as others.
			v := big.NewInt(rapid.Int64Range(-1<<17, 1<<17).Draw(t, "y"))
			v.Lsh(v, uint(shift))
			v.Rsh(v, uint(drawBits(t, "down", 20)))
			v.Add(v, big.NewInt(drawSpread(t, "r")))
			if a.wide && v.BitLen() < 126 {
				low := new(big.Int).And(v, new(big.Int).SetUint64(math.MaxUint64))
				a.low[i], a.high[i] = low.Uint64(), new(big.Int).Rsh(v, 64).Int64()
			} else if !a.wide && v.BitLen() <= 62 {
				a.low[i] = uint64(v.Int64())
			} else {
				a.low[i] = uint64(i)
				if a.wide {
					a.high[i] = -1
				}
			}
		}
		checkRescale(t, &a, shift)
	})
}

// bigGradient returns W − n·XᵀdZ.
func bigGradient(w *WeightMatrix, x, d []int32, m int, n int64) []*big.Int {
	out := make([]*big.Int, len(w.cells))
	var term big.Int
	for c, cell := range w.cells {
		out[c] = new(big.Int)
		for b := range m {
			out[c].Add(out[c], term.Mul(big.NewInt(int64(x[b*w.rows+c/w.cols])), big.NewInt(int64(d[b*w.cols+c%w.cols]))))
		}
		out[c].Mul(out[c], big.NewInt(n))
		out[c].Sub(big.NewInt(cell), out[c])
	}
	return out
}

// firstOverflow returns the first of the wanted weights that is out of bounds.
func firstOverflow(want []*big.Int) int {
	for i, v := range want {
		if v.BitLen() > MaxWeightLog {
			return i
		}
	}
	return -1
}

func TestGradientStepAgreesWithBigIntegers(t *testing.T) {
	var a Accumulator
	overflows := 0
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 9)
		m, k, n := size.Draw(t, "m"), size.Draw(t, "k"), size.Draw(t, "n")
		x, d, w := drawInputs(t, "x", m*k), drawInputs(t, "d", m*n), drawWeights(t, k, n)
		rate := drawSpread(t, "rate")
		a.MulInto(x, m, w) // makes pieces, which the step must forget
		want := bigGradient(w, x, d, m, rate)
		first := firstOverflow(want)
		err := GradientStep(w, x, d, m, rate)
		if first >= 0 {
			overflows++
			var o *OverflowError
			if !errors.As(err, &o) || !errors.Is(err, fault.ErrOverflow) {
				t.Fatalf("weight %d becomes %v: %v", first, want[first], err)
			}
			if o.Cell != first || o.Value.Cmp(want[first]) != 0 {
				t.Fatalf("%v, want cell %d and %v", err, first, want[first])
			}
			return
		}
		if err != nil {
			t.Fatalf("no overflow, but %v", err)
		}
		for i, c := range w.cells {
			if want[i].Cmp(big.NewInt(c)) != 0 {
				t.Fatalf("weight %d is %d, want %v", i, c, want[i])
			}
		}
		a.MulInto(x, m, w)
		compare(t, "V after the step", &a, bigProduct(x, m, w, false))
	})
	if overflows == 0 {
		t.Error("no overflow was drawn")
	}
}

func TestBiasStepAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, n := rapid.IntRange(1, 6).Draw(t, "m"), rapid.IntRange(1, 40).Draw(t, "n")
		d := drawInputs(t, "d", m*n)
		rate := drawSpread(t, "rate")
		bias := drawWeights(t, 1, n).cells
		ones := make([]int32, m)
		for i := range ones {
			ones[i] = 1
		}
		want := bigGradient(NewWeightMatrix(1, n, bias), ones, d, m, rate)
		first := firstOverflow(want)
		err := BiasStep(bias, d, m, rate)
		var o *OverflowError
		if errors.As(err, &o) != (first >= 0) || first >= 0 && (o.Cell != first || o.Value.Cmp(want[first]) != 0) {
			t.Fatalf("%v, want cell %d", err, first)
		}
		for i, c := range bias {
			if first < 0 && want[i].Cmp(big.NewInt(c)) != 0 {
				t.Fatalf("bias %d is %d, want %v", i, c, want[i])
			}
		}
	})
}

// TestManyRows: more rows than one exact float64 sum can take.
func TestManyRows(t *testing.T) {
	const m = 1<<19 + 3
	x, d := make([]int32, m), make([]int32, m)
	for i := range m {
		x[i], d[i] = MaxInput, -MaxInput
	}
	x[m-1] = MaxInput - 1
	w := NewWeightMatrix(1, 1, []int64{-5})
	if err := GradientStep(w, x, d, m, 1); err != nil {
		t.Fatal(err)
	}
	if want := int64(-5 + m<<34 - 1<<17); w.cells[0] != want {
		t.Errorf("weight is %d, want %d", w.cells[0], want)
	}
}

func TestOverflowNamesTheCell(t *testing.T) {
	cells := make([]int64, 100*3)
	cells[70*3+2], cells[90*3+1] = 1<<62-10, 1<<62-10
	x, d := make([]int32, 100), []int32{0, 4, 4}
	for i := range x {
		x[i] = -2
	}
	err := GradientStep(NewWeightMatrix(100, 3, cells), x, d, 1, 2)
	const want = "cell 212 becomes 4611686018427387910, outside (−2^62, 2^62): overflow"
	if err == nil || err.Error() != want || !errors.Is(err, fault.ErrOverflow) {
		t.Errorf("got %v", err)
	}
}
