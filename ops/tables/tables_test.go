package tables

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

func must(t testing.TB) func(Table, error) Table {
	return func(table Table, err error) Table {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
}

// TestGolden: the digests were computed with Python's decimal module at 60
// digits from the definitions, not with this package.
func TestGolden(t *testing.T) {
	want := map[string]string{
		"tanh.z8.a8.g14":       "7e5ba03559119e2a947d166dd09269fa085ec6ea23cf8b24392e87c91e0342fc",
		"tanh.z12.a14.g10":     "0c8a8230cb7d9c7fd79bb9a65d8e1ea7d6517bf7011f91e01e58e05d4fdbe7ca",
		"tanh.z0.a0.g0":        "99591414ae5927a4b9e180ee20d944df2af54951ff5147f6cb44f2058f98b518",
		"logistic.z8.a8.g14":   "38f7a534b395c96aafdffb0984e58a4dd9fe71ea3b6cce7d8ddc8a9052ccd270",
		"logistic.z10.a14.g14": "33afcfa2cefc47640989d0d49584ee489e39a3b5b650fe272ab2b75d2c779146",
		"logistic.z16.a1.g2":   "4277aa6a44fbb01a3870d680a2b7f13359557598904c295575f0ce0eb32ad18b",
		"exp.z8.e15":           "ac8e6e72eae57c51e26beaf506bf8d981255688bb98d66f8802bd6cce66191e6",
		"exp.z12.e30":          "56ffab9be0b60e2374459d380fb2dd78b1c73293d920a2c9f2d4e22ec79590a6",
		"exp.z0.e0":            "6de95e98f0bddee14a3d9f09a16c2c1c3a4b69869b112183b0bfba48033bfed1",
		"exp.z16.e16":          "1eb16faa90a3ad6a8ba7709ceb0f0a230494ffe6e7a41ab9e601f6f22d4576b7",
		"relu":                 "24d9a64e6c8b0c3930ffd77308d181eb4194e8920dbfa7fb37d6dfda45810659",
		"relu6.z8":             "4026492bedbe27406f2222e3214f78f3dc2a2fb4d3a20334996f4d01fefd3d7d",
		"relu6.z13":            "dd325ce29ea7676104badb89421ca4b08de9f77d3a3f16f9cb64ec23af291a50",
		"relu6.z0":             "8623f1706bc5b29001011d968edec65756463a9ff6f00454b943351afc646c78",
	}
	ok := must(t)
	made := []Table{
		ok(Tanh(8, 8, 14)), ok(Tanh(12, 14, 10)), ok(Tanh(0, 0, 0)),
		ok(Logistic(8, 8, 14)), ok(Logistic(10, 14, 14)), ok(Logistic(16, 1, 2)),
		ok(Exp(8, 15)), ok(Exp(12, 30)), ok(Exp(0, 0)), ok(Exp(16, 16)),
		ReLU(), ok(ReLU6(8)), ok(ReLU6(13)), ok(ReLU6(0)),
	}
	for _, table := range made {
		digest := table.digest()
		if got := hex.EncodeToString(digest[:]); got != want[table.Name] {
			t.Errorf("%s: digest %s, want %q", table.Name, got, want[table.Name])
		}
		delete(want, table.Name)
	}
	for name := range want {
		t.Errorf("%s: not made", name)
	}
}

func TestDigestBindsEverything(t *testing.T) {
	tables := []Table{
		{Name: "a", Columns: [][]int32{{1, 2}, {3}}},
		{Name: "b", Columns: [][]int32{{1, 2}, {3}}},
		{Name: "a", Columns: [][]int32{{1}, {2, 3}}},
		{Name: "a", Columns: [][]int32{{1, 2, 3}}},
		{Name: "a", Columns: [][]int32{{1, 2}, {-3}}},
		{Name: "a", Columns: [][]int32{{2, 1}, {3}}},
	}
	seen := map[[32]byte]int{}
	for i, table := range tables {
		if j, ok := seen[table.digest()]; ok {
			t.Errorf("tables %d and %d have one digest", i, j)
		}
		seen[table.digest()] = i
	}
}

// TestFloat compares every row with the float64 function: the integer is the
// nearest one wherever float64 can tell.
func TestFloat(t *testing.T) {
	sigma := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	const fz, fa, fg = 9, 13, 14
	ok := must(t)
	tests := []struct {
		table     Table
		functions []func(x float64) float64
	}{
		{ok(Tanh(fz, fa, fg)), []func(float64) float64{math.Tanh, func(x float64) float64 { return 1 / (math.Cosh(x) * math.Cosh(x)) }}},
		{ok(Logistic(fz, fa, fg)), []func(float64) float64{sigma, func(x float64) float64 { return sigma(x) * sigma(-x) }}},
		{ok(Exp(fz, fa)), []func(float64) float64{func(x float64) float64 { return math.Exp(-x) }}},
	}
	for _, tt := range tests {
		for row, input := range tt.table.Columns[0] {
			for c, function := range tt.functions {
				scaled := math.Ldexp(function(math.Ldexp(float64(input), -fz)), []int{fa, fg}[c])
				got := float64(tt.table.Columns[1+c][row])
				if distance := math.Abs(got - scaled); distance > 0.5+1e-9 {
					t.Fatalf("%s: row %d column %d is %v, float64 gives %v", tt.table.Name, row, 1+c, got, scaled)
				}
			}
		}
	}
}

// TestDecimal compares samples with apd's exponential at 60 digits.
func TestDecimal(t *testing.T) {
	ctx := apd.BaseContext.WithPrecision(60)
	ctx.Rounding = apd.RoundHalfEven
	const fz, fa, fg, fe = 8, 14, 13, 29
	ok := must(t)
	tanh, logistic, exponential := ok(Tanh(fz, fa, fg)), ok(Logistic(fz, fa, fg)), ok(Exp(fz, fe))
	one, two, four := apd.New(1, 0), apd.New(2, 0), apd.New(4, 0)
	check := func(table Table, row, column, fraction int, num, den *apd.Decimal) {
		t.Helper()
		want, err := number.RoundQuotient(num, den, fraction)
		if err != nil || int64(table.Columns[column][row]) != want {
			t.Errorf("%s: row %d column %d is %d, want %d, %v", table.Name, row, column, table.Columns[column][row], want, err)
		}
	}
	arithmetic := apd.MakeErrDecimal(ctx)
	for z := 1; z < 1<<15; z += 1 + z/4 {
		x := apd.New(int64(z), 0)
		arithmetic.Quo(x, x, apd.New(1<<fz, 0))
		u, u2, sum, sum2, square, num := new(apd.Decimal), new(apd.Decimal), new(apd.Decimal), new(apd.Decimal), new(apd.Decimal), new(apd.Decimal)
		arithmetic.Neg(x, x)
		arithmetic.Exp(u, x)
		check(exponential, z, 1, fe, u, one)

		arithmetic.Add(sum, one, u)
		arithmetic.Mul(square, sum, sum)
		check(logistic, z-MinInput, 1, fa, one, sum)
		check(logistic, -z-MinInput, 1, fa, u, sum)
		check(logistic, z-MinInput, 2, fg, u, square)
		check(logistic, -z-MinInput, 2, fg, u, square)

		arithmetic.Mul(x, x, two)
		arithmetic.Exp(u2, x)
		arithmetic.Add(sum2, one, u2)
		arithmetic.Mul(square, sum2, sum2)
		arithmetic.Sub(num, one, u2)
		check(tanh, z-MinInput, 1, fa, num, sum2)
		arithmetic.Mul(num, four, u2)
		check(tanh, z-MinInput, 2, fg, num, square)
		check(tanh, -z-MinInput, 2, fg, num, square)
	}
	if err := arithmetic.Err(); err != nil {
		t.Fatal(err)
	}
}

func TestShape(t *testing.T) {
	ok := must(t)
	for _, table := range []Table{ok(Tanh(8, 8, 14)), ok(Logistic(8, 8, 14)), ReLU(), ok(ReLU6(8))} {
		z, y, g := table.Columns[0], table.Columns[1], table.Columns[2]
		if len(z) != Rows || z[0] != MinInput || z[Rows-1] != 1<<15-1 || len(y) != Rows || len(g) != Rows {
			t.Fatalf("%s: rows %d, %d, %d, z from %d to %d", table.Name, len(z), len(y), len(g), z[0], z[len(z)-1])
		}
		if !slices.IsSorted(y) {
			t.Errorf("%s: not monotone", table.Name)
		}
		format := number.Format{Bits: 16}
		for i := range z {
			if int(z[i]) != MinInput+i || !format.Contains(int64(y[i])) || !format.Contains(int64(g[i])) {
				t.Fatalf("%s: row %d = (%d, %d, %d)", table.Name, i, z[i], y[i], g[i])
			}
		}
	}
	tanh, logistic := ok(Tanh(8, 9, 14)), ok(Logistic(8, 9, 14))
	for x := 1; x < 1<<15; x++ {
		plus, minus := x-MinInput, -x-MinInput
		if tanh.Columns[1][plus] != -tanh.Columns[1][minus] || tanh.Columns[2][plus] != tanh.Columns[2][minus] {
			t.Fatalf("tanh is not odd at %d", x)
		}
		if logistic.Columns[1][plus]+logistic.Columns[1][minus] != 1<<9 || logistic.Columns[2][plus] != logistic.Columns[2][minus] {
			t.Fatalf("σ(-x) is not 1 - σ(x) at %d", x)
		}
	}
	exponential := ok(Exp(8, 15)).Columns[1]
	slices.Reverse(exponential)
	if !slices.IsSorted(exponential) || exponential[Rows-1] != 1<<15 {
		t.Errorf("exp: monotone %t, e^0 = %d", slices.IsSorted(exponential), exponential[Rows-1])
	}
}

func TestReLU6Edges(t *testing.T) {
	table := must(t)(ReLU6(8))
	for _, tt := range []struct{ z, y, g int32 }{
		{-1, 0, 0}, {0, 0, 0}, {1, 1, 1}, {1535, 1535, 1}, {1536, 1536, 0}, {1537, 1536, 0}, {32767, 1536, 0},
	} {
		if row := tt.z - MinInput; table.Columns[1][row] != tt.y || table.Columns[2][row] != tt.g {
			t.Errorf("relu6(%d) = (%d, %d), want (%d, %d)", tt.z, table.Columns[1][row], table.Columns[2][row], tt.y, tt.g)
		}
	}
}

// TestAmbiguousEntries: with few bits nearly every entry is ambiguous at first
// and takes the way up the ladder; the table must come out the same.
func TestAmbiguousEntries(t *testing.T) {
	value := curve{step: 1, atZero: 0.5, of: (*exponential).logistic}
	want := value.column(8, 8, 3000, startPrecision)
	for _, precision := range []uint{16, 29, 36, 40} {
		if got := value.column(8, 8, 3000, precision); !slices.Equal(got, want) {
			t.Errorf("starting with %d bits gives another column", precision)
		}
	}
}

// TestRoundMargin puts values on, and one beyond, the edge of the margin.
func TestRoundMargin(t *testing.T) {
	e := newExponential(8, 64)
	half := new(big.Int).Lsh(big.NewInt(1), 64-1) // 1/2
	margin := e.margin()
	for _, tt := range []struct {
		offset *big.Int
		want   int32
		ok     bool
	}{
		{big.NewInt(0), 0, false},
		{margin, 0, false},
		{new(big.Int).Neg(margin), 0, false},
		{new(big.Int).Add(margin, big.NewInt(1)), 1, true},
		{new(big.Int).Sub(big.NewInt(-1), margin), 0, true},
	} {
		if got, ok := e.round(new(big.Int).Add(half, tt.offset), 0); got != tt.want || ok != tt.ok {
			t.Errorf("1/2 + %d units: %d, %t; want %d, %t", tt.offset, got, ok, tt.want, tt.ok)
		}
	}
}

// TestErrorBound compares low-precision values with high-precision ones: the
// distance stays within the bound that the margin rests on.
func TestErrorBound(t *testing.T) {
	for _, fz := range []int{0, 1, 8, 16} {
		low, high := newExponential(fz, 64), newExponential(fz, 256)
		bound := new(big.Int).Lsh(big.NewInt(64+3), 17)
		for m := 0; m <= 1<<16; m += 17 {
			exact := new(big.Int).Rsh(high.at(m), 256-64)
			if distance := exact.Sub(exact, low.at(m)); distance.CmpAbs(bound) > 0 {
				t.Fatalf("fz %d, m %d: error of %d units, bound %d", fz, m, distance, bound)
			}
		}
	}
}

func TestUsage(t *testing.T) {
	for name, call := range map[string]func() (Table, error){
		"tanh fz":     func() (Table, error) { return Tanh(-1, 8, 8) },
		"tanh fz big": func() (Table, error) { return Tanh(17, 8, 8) },
		"tanh fa":     func() (Table, error) { return Tanh(8, 15, 8) },
		"tanh fg":     func() (Table, error) { return Tanh(8, 8, -1) },
		"logistic":    func() (Table, error) { return Logistic(8, 8, 15) },
		"relu6":       func() (Table, error) { return ReLU6(17) },
		"exp fz":      func() (Table, error) { return Exp(17, 8) },
		"exp fe":      func() (Table, error) { return Exp(8, 31) },
	} {
		if _, err := call(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkTanh(b *testing.B) {
	for b.Loop() {
		if _, err := Tanh(8, 8, 14); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExp(b *testing.B) {
	for b.Loop() {
		if _, err := Exp(8, 15); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleTanh() {
	table, err := Tanh(8, 8, 14)
	if err != nil {
		fmt.Println(err)
		return
	}
	row := 128 - MinInput // z = 0.5
	fmt.Println(table.Name, table.Columns[0][row], table.Columns[1][row], table.Columns[2][row])
	// Output: tanh.z8.a8.g14 128 118 12885
}
