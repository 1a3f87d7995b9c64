package tables

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
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

// TestGolden: the digests were computed with Python's decimal module, or mpmath, at 60
// digits from the definitions, not with this package.
func TestGolden(t *testing.T) {
	want := map[string]string{
		"tanh.z8.a8.g14":           "7e5ba03559119e2a947d166dd09269fa085ec6ea23cf8b24392e87c91e0342fc",
		"tanh.z12.a14.g10":         "0c8a8230cb7d9c7fd79bb9a65d8e1ea7d6517bf7011f91e01e58e05d4fdbe7ca",
		"tanh.z0.a0.g0":            "99591414ae5927a4b9e180ee20d944df2af54951ff5147f6cb44f2058f98b518",
		"logistic.z8.a8.g14":       "38f7a534b395c96aafdffb0984e58a4dd9fe71ea3b6cce7d8ddc8a9052ccd270",
		"logistic.z10.a14.g14":     "33afcfa2cefc47640989d0d49584ee489e39a3b5b650fe272ab2b75d2c779146",
		"logistic.z16.a1.g2":       "4277aa6a44fbb01a3870d680a2b7f13359557598904c295575f0ce0eb32ad18b",
		"exp.z8.e15":               "ac8e6e72eae57c51e26beaf506bf8d981255688bb98d66f8802bd6cce66191e6",
		"exp.z12.e30":              "56ffab9be0b60e2374459d380fb2dd78b1c73293d920a2c9f2d4e22ec79590a6",
		"exp.z0.e0":                "6de95e98f0bddee14a3d9f09a16c2c1c3a4b69869b112183b0bfba48033bfed1",
		"exp.z16.e16":              "1eb16faa90a3ad6a8ba7709ceb0f0a230494ffe6e7a41ab9e601f6f22d4576b7",
		"relu":                     "24d9a64e6c8b0c3930ffd77308d181eb4194e8920dbfa7fb37d6dfda45810659",
		"clip.c1":                  "3982643d8b2a5e29c657059409314baa75b5f5b9a2d10fbed257fac057196ae2",
		"clip.c512":                "aec1730223af8c2385bcf6d6fed3b7f26bbff2662c62f9f78da1e0e517667508",
		"clip.c32767":              "1aa730d9650b8f456333c16838d1fd3b77a78af97180629180ab7c16f3ba6ad4",
		"relu6.z8":                 "4026492bedbe27406f2222e3214f78f3dc2a2fb4d3a20334996f4d01fefd3d7d",
		"relu6.z13":                "dd325ce29ea7676104badb89421ca4b08de9f77d3a3f16f9cb64ec23af291a50",
		"relu6.z0":                 "8623f1706bc5b29001011d968edec65756463a9ff6f00454b943351afc646c78",
		"relu_n1_to_1.z8":          "a8d35edbb22f4131da1c54753577d6344a0059df5a52905ed49830dccfb1b339",
		"relu_n1_to_1.z0":          "1c8f01172a34f4fd5146515ee9f3bbf299b34594edd3ebfed55d616bfb7c82bb",
		"relu_n1_to_1.z14":         "dfd2332a721d07decb1be126dbbf7da818887d4993f5c10013257b7fa58df102",
		"relu_n1_to_1.z16":         "a46ceb4dae2f60ec6921d67e6debe1f9a853af170e020f3af9fabcc848152865",
		"leaky_relu.3e99999a.g14":  "15fd83dd262ec4519805ff4538dfb0570834df2d3a5ebb10500f59a054c95707",
		"leaky_relu.3f000000.g14":  "018ff4fb13a418a426dddeef08eef6e8ac3d5e704e6bc287767041a97bb2569e",
		"leaky_relu.3c23d70a.g14":  "41b1b0a4ccd4a9d37255479d7582c5393fa4734a0729f2db1c0e756658a2418a",
		"leaky_relu.00000000.g1":   "af9acc599b31c8723df98ca01487b3f119535a2c7bcb3f16ac9a1b8acf3d7b03",
		"leaky_relu.3f800000.g0":   "9a175274bd22cad65ec255aa8314e7f57a833a59d42f59810c860b7ff5552bde",
		"hard_swish.z8.g14":        "30b083e3f0bb2bc12de4c8103e7f50dd9b9ab642f079ed69bf771339e749ee49",
		"hard_swish.z0.g0":         "e494345bb2ac901829fb427278cf27634c5deee4bfe4c582d04624d3e4339324",
		"hard_swish.z14.g14":       "65fbf0c5a3b5863e29e4e73e6fece776601999aac592e682621f50baaaa95996",
		"hard_swish.z12.g3":        "5a8de584264bec684fbc26a48530801ffa113887a33702acb932f6c6bf657376",
		"elu.z8.g14":               "bd14194d6b9be9e67ada8d01ce0422b3dd41e8220ac108c1b54fd14153a99665",
		"elu.z14.g14":              "0eedf07ebe31fbe54d8118736a3fb0dfe3327ddfd8dc335c1e00977053234e52",
		"elu.z11.g10":              "ed7b59d0079dcbeb337d7170b1c9f8897baf29e5ca3880f1dfe953ff7bf90a1f",
		"exponential.z8.a8":        "5ea16b0df21a9605cd73d6810a4290f9716526551e6986eaabb144383166acfd",
		"exponential.z0.a0":        "22eb57323f65c61b333d76ce9de3a74d17b843961b1df740ed79bd447434ca29",
		"exponential.z16.a14":      "031e29fb117f2b8d452980cfc631a31f494541b177443167752ecf51f41a67c1",
		"exponential.z12.a14":      "e23da05ea4b6993205226540c05a89795adf212bf2a62d60ce2f2b7cc28f0d56",
		"exponential.z11.a3":       "e73d75d8b3863e660dddd96d8810126a8b3a3545936bb24fe094c932bd8afc68",
		"abs":                      "d54153365bba593248cd90186fe410b2d56998640122e38b3a3ccdfe3e269b40",
		"gelu.z8.g14":              "dec3e2bfb4fd561bd95984a140ee16fdea1e71d02ae46dd476bf8fed9b52edae",
		"gelu_approximate.z8.g14":  "0d3e6a103e924a48ee2469f5f6f62a40f9980141b38044d713d9564335c31b60",
		"gelu.z14.g14":             "73e974970b0c742418ab8a06e05a76ac14e56006c76bd5dfbf82f1666f9cdef9",
		"gelu_approximate.z14.g14": "a795c4b1578d7ca95a60b6494703faae0f8be73491263ecfa124a6398a2dbee9",
		"gelu.z0.g0":               "4c6237db91b2e46b1fcadba105eb7fdc315a5a6ea21b675d84fe1ced80a6c802",
		"gelu_approximate.z0.g0":   "47487fba7b21668099aac50f03e88a6e069978b5267e6cdfeb502354d4280335",
		"gelu.z11.g9":              "a0abfc356e06c4413348efb1f0783b347118af8b5255388d3f24e2a4194c68b3",
		"gelu_approximate.z11.g9":  "44f243e151987e3854396053a8f68f490ecf8f6192b3b2c946e31780e56c5fcf",
	}
	ok := must(t)
	made := []Table{
		ok(Tanh(8, 8, 14)), ok(Tanh(12, 14, 10)), ok(Tanh(0, 0, 0)),
		ok(Logistic(8, 8, 14)), ok(Logistic(10, 14, 14)), ok(Logistic(16, 1, 2)),
		ok(Exp(8, 15)), ok(Exp(12, 30)), ok(Exp(0, 0)), ok(Exp(16, 16)),
		ReLU(), ok(ReLU6(8)), ok(ReLU6(13)), ok(ReLU6(0)),
		ok(ReLUN1To1(8)), ok(ReLUN1To1(0)), ok(ReLUN1To1(14)), ok(ReLUN1To1(16)),
		ok(LeakyReLU(0.3, 14)), ok(LeakyReLU(0.5, 14)), ok(LeakyReLU(0.01, 14)), ok(LeakyReLU(0, 1)), ok(LeakyReLU(1, 0)),
		ok(HardSwish(8, 14)), ok(HardSwish(0, 0)), ok(HardSwish(14, 14)), ok(HardSwish(12, 3)),
		ok(ELU(8, 14)), ok(ELU(14, 14)), ok(ELU(11, 10)),
		ok(Exponential(8, 8)), ok(Exponential(0, 0)), ok(Exponential(16, 14)), ok(Exponential(12, 14)), ok(Exponential(11, 3)), Abs(),
		ok(Clip(1)), ok(Clip(512)), ok(Clip(1<<15 - 1)),
		ok(GELU(8, 14)), ok(GELU(14, 14)), ok(GELU(0, 0)), ok(GELU(11, 9)),
		ok(GELUApproximate(8, 14)), ok(GELUApproximate(14, 14)), ok(GELUApproximate(0, 0)), ok(GELUApproximate(11, 9)),
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
		{ok(ELU(fz, fg)), []func(float64) float64{func(x float64) float64 { return max(x, math.Expm1(min(x, 0))) }, func(x float64) float64 { return math.Exp(min(x, 0)) }}},
		{ok(HardSwish(fz, fg)), []func(float64) float64{
			func(x float64) float64 { return x * min(max(x+3, 0), 6) / 6 },
			func(x float64) float64 {
				if x <= -3 || x >= 3 {
					return min(max(x, 0), 1)
				}
				return (2*x + 3) / 6
			},
		}},
		{ok(Exp(fz, fa)), []func(float64) float64{func(x float64) float64 { return math.Exp(-x) }}},
	}
	for _, tt := range tests {
		for row, input := range tt.table.Columns[0] {
			for c, function := range tt.functions {
				fraction := []int{fz, fg}[c]
				if name, _, _ := strings.Cut(tt.table.Name, "."); c == 0 && name != "elu" && name != "hard_swish" {
					fraction = fa
				}
				scaled := math.Ldexp(function(math.Ldexp(float64(input), -fz)), fraction)
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
	for _, table := range []Table{ok(Tanh(8, 8, 14)), ok(Logistic(8, 8, 14)), ReLU(), ok(ReLU6(8)), ok(ReLUN1To1(8)), ok(LeakyReLU(0.3, 14)), ok(ELU(8, 14))} {
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

func TestPiecewiseEdges(t *testing.T) {
	ok := must(t)
	type edges = [][3]int32 // z, value, derivative
	for _, tt := range []struct {
		table Table
		rows  edges
	}{
		{ok(ReLUN1To1(8)), edges{{-32768, -256, 0}, {-257, -256, 0}, {-256, -256, 0}, {-255, -255, 1}, {0, 0, 1}, {255, 255, 1}, {256, 256, 0}, {257, 256, 0}}},
		{ok(ReLUN1To1(16)), edges{{-32768, -32768, 1}, {32767, 32767, 1}}},
		{ok(LeakyReLU(0.5, 14)), edges{{-32768, -16384, 8192}, {-7, -4, 8192}, {-5, -2, 8192}, {-3, -2, 8192}, {-1, 0, 8192}, {0, 0, 8192}, {1, 1, 16384}, {32767, 32767, 16384}}},
		{ok(LeakyReLU(0, 14)), edges{{-32768, 0, 0}, {0, 0, 0}, {1, 1, 16384}}},
		{ok(LeakyReLU(1, 14)), edges{{-32768, -32768, 16384}, {0, 0, 16384}}},
		{ok(HardSwish(8, 14)), edges{{-32768, 0, 0}, {-769, 0, 0}, {-768, 0, 0}, {-767, 0, -8171}, {-384, -96, 0}, {0, 0, 8192}, {767, 767, 24555}, {768, 768, 16384}, {769, 769, 16384}, {32767, 32767, 16384}}},
		{ok(ELU(8, 14)), edges{{-32768, -256, 0}, {-256, -162, 6027}, {-1, -1, 16320}, {0, 0, 16384}, {1, 1, 16384}, {32767, 32767, 16384}}},
	} {
		for _, want := range tt.rows {
			if row := want[0] - MinInput; tt.table.Columns[1][row] != want[1] || tt.table.Columns[2][row] != want[2] {
				t.Errorf("%s: (%d, %d, %d), want %v", tt.table.Name, want[0], tt.table.Columns[1][row], tt.table.Columns[2][row], want)
			}
		}
	}
}

// TestQuotient compares with big rationals, ties and signs included.
func TestQuotient(t *testing.T) {
	for num := int64(-40); num <= 40; num++ {
		for den := int64(1); den <= 12; den++ {
			got := int64(quotient(num, den))
			distance := new(big.Rat).Sub(big.NewRat(num, den), big.NewRat(got, 1))
			if c := distance.Abs(distance).Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && got%2 != 0 {
				t.Errorf("%d/%d is rounded to %d", num, den, got)
			}
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
		"tanh fz":             func() (Table, error) { return Tanh(-1, 8, 8) },
		"tanh fz big":         func() (Table, error) { return Tanh(17, 8, 8) },
		"tanh fa":             func() (Table, error) { return Tanh(8, 15, 8) },
		"tanh fg":             func() (Table, error) { return Tanh(8, 8, -1) },
		"logistic":            func() (Table, error) { return Logistic(8, 8, 15) },
		"relu6":               func() (Table, error) { return ReLU6(17) },
		"clip to nothing":     func() (Table, error) { return Clip(0) },
		"clip beyond":         func() (Table, error) { return Clip(1 << 15) },
		"relu_n1_to_1":        func() (Table, error) { return ReLUN1To1(17) },
		"leaky_relu below":    func() (Table, error) { return LeakyReLU(-0.1, 14) },
		"leaky_relu above":    func() (Table, error) { return LeakyReLU(1.1, 14) },
		"leaky_relu none":     func() (Table, error) { return LeakyReLU(float32(math.NaN()), 14) },
		"leaky_relu fg":       func() (Table, error) { return LeakyReLU(0.1, 15) },
		"leaky_relu fg below": func() (Table, error) { return LeakyReLU(0.1, -1) },
		"hard_swish":          func() (Table, error) { return HardSwish(15, 14) },
		"gelu":                func() (Table, error) { return GELU(15, 14) },
		"gelu_approximate":    func() (Table, error) { return GELUApproximate(8, 15) },
		"elu":                 func() (Table, error) { return ELU(15, 14) },
		"exponential fz":      func() (Table, error) { return Exponential(17, 8) },
		"exponential fa":      func() (Table, error) { return Exponential(8, 15) },
		"exp fz":              func() (Table, error) { return Exp(17, 8) },
		"exp fe":              func() (Table, error) { return Exp(8, 31) },
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
