package chain_test

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/evm/chain/chaintest"
	"github.com/zkaudit/zkaudit/proof/public"
	"github.com/zkaudit/zkaudit/relation"
)

// publicTensors are tensors that a chain evaluates, at the edges of what their sources
// can be.
func publicTensors() map[string]*relation.Tensor {
	tensors := map[string]*relation.Tensor{}
	add := func(name string, src relation.Source, sizes ...int) {
		t := &relation.Tensor{Name: name, Kind: relation.Public, Source: src}
		for i, n := range sizes {
			t.Axes = append(t.Axes, relation.Axis{Name: fmt.Sprint("axis ", i), Size: n})
		}
		tensors[name] = t
	}
	add("one cell", &relation.Values{Cells: []int64{-7}})
	add("cells of both signs", &relation.Values{Cells: []int64{1, -2, 1 << 62, -1 << 63}}, 3)
	add("cells on two axes", &relation.Values{Cells: []int64{5, 4, 3, 0, -9, 8, 7, 0}}, 2, 3)
	for _, steps := range []int{1, 2, 3, 4, 5, 7, 8, 10, 11, 13} {
		for _, rate := range []int64{1, -3, 1 << 40} {
			rates := make([]int64, steps)
			for i := range rates {
				rates[i] = rate
			}
			name := fmt.Sprintf("%d steps at rate %d", steps, rate)
			add("filter of "+name, &relation.Filter{Rates: rates}, steps, steps)
			add("rates of "+name, &relation.Filter{Rates: rates}, steps)
		}
	}
	for name, s := range map[string]struct {
		batch, steps, rows int
		read               func(slot int) int
	}{
		"all rows in order":            {4, 4, 16, func(k int) int { return k }},
		"rows from a place on":         {4, 4, 64, func(k int) int { return k + 21 }},
		"rows of a later place":        {2, 8, 5, func(k int) int { return max(-1, min(k-6, 5)-5*(k/11)) }},
		"fewer slots than places":      {4, 3, 32, func(k int) int { return k + 3 }},
		"two epochs":                   {4, 4, 8, func(k int) int { return k % 8 }},
		"an epoch that wraps":          {4, 4, 11, func(k int) int { return (k + 7) % 11 }},
		"some rows of this part alone": {8, 2, 7, func(k int) int { return map[bool]int{true: k - 5, false: -1}[k >= 5 && k < 11] }},
		"fewer slots, which carry":     {4, 4, 32, func(k int) int { return map[bool]int{true: k + 7, false: -1}[k < 10] }},
		"one slot":                     {1, 1, 9, func(int) int { return 8 }},
		"one row":                      {2, 1, 1, func(k int) int { return -k }},
		"nothing":                      {2, 2, 4, func(int) int { return -1 }},
	} {
		sel := &relation.Selection{Batch: s.batch}
		for k := range s.batch * s.steps {
			row := s.read(k)
			if row >= s.rows {
				row = -1
			}
			sel.Rows = append(sel.Rows, int32(row))
		}
		add("selection of "+name, sel, s.steps, s.batch, s.rows)
	}
	return tensors
}

// publicClass is a descriptor of one claim on a tensor at a point of the first exposed
// values, its program beginning with the claim.
func publicClass(t *testing.T, tensor *relation.Tensor, places []int) []byte {
	t.Helper()
	record, ok := evm.PublicRecord(tensor)
	if !ok {
		t.Fatalf("%s is not evaluated", tensor.Name)
	}
	head := make([]byte, 448)
	binary.BigEndian.PutUint16(head[2:], uint16(len(places)))
	binary.BigEndian.PutUint16(head[4:], 1)
	b := append(head, record...)
	for _, p := range places {
		b = binary.BigEndian.AppendUint16(b, uint16(p))
	}
	return b
}

// Points at which a tensor is evaluated: random ones first, then cells that are not 0.
const randomPoints, cellPoints = 2, 6

// pointOf returns a point, as often as asked another one; the last is the first cell.
func pointOf(tensor *relation.Tensor, round int, rng *rand.Rand) []fr.Element {
	point := make([]fr.Element, tensor.Log())
	if round < randomPoints {
		for i := range point {
			point[i].MustSetRandom()
		}
	}
	if round < randomPoints || round == randomPoints+cellPoints {
		return point
	}
	for range 1000 { // a tensor may have no other cells
		for i := range point {
			point[i].SetUint64(rng.Uint64N(2))
		}
		if v := public.Evaluate(tensor, point); !v.IsZero() {
			break
		}
	}
	return point
}

// TestPublicTensors: the chain's closed forms are the tensors' extensions, at random
// points, at cells, and at points with the constant 0 and with a coordinate twice.
func TestPublicTensors(t *testing.T) {
	h := chaintest.NewHarness(t, "PublicTensorsHarness")
	rng := rand.New(rand.NewPCG(1, 2))
	tensors := publicTensors()
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		tensor := tensors[name]
		for round := range randomPoints + cellPoints + 1 {
			point, places := pointOf(tensor, round, rng), make([]int, tensor.Log())
			values := []*big.Int{new(big.Int)}
			for i := range point {
				places[i] = i + 1
				values = append(values, point[i].BigInt(new(big.Int)))
			}
			if round == 1 && len(point) > 1 {
				point[0].SetZero()
				places[0] = 0
				point[len(point)-1] = point[len(point)/2]
				places[len(point)-1] = places[len(point)/2]
			}
			want := public.Evaluate(tensor, point)
			descriptor := publicClass(t, tensor, places)
			if _, err := h.Invoke(t, "check", descriptor, append(values, want.BigInt(new(big.Int)))); err != nil {
				t.Errorf("%s, round %d: %v", name, round, err)
			}
			one := fr.One()
			want.Add(&want, &one)
			_, err := h.Invoke(t, "check", descriptor, append(values, want.BigInt(new(big.Int))))
			wantRevert(t, err, "PublicTensor")
		}
	}
}

// TestPublicDescriptors: what contradicts itself is refused.
func TestPublicDescriptors(t *testing.T) {
	h := chaintest.NewHarness(t, "PublicTensorsHarness")
	tensor := &relation.Tensor{Source: &relation.Values{Cells: []int64{5}}}
	values := []*big.Int{new(big.Int), big.NewInt(5)}
	good := publicClass(t, tensor, nil)
	if _, err := h.Invoke(t, "check", good, values); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(b []byte) []byte
		revert string
	}{
		"too short":                       {func(b []byte) []byte { return b[:447] }, "InvalidDescriptor"},
		"a key beyond its end":            {func(b []byte) []byte { b[14] = 1; return b }, "InvalidDescriptor"},
		"tables beyond its end":           {func(b []byte) []byte { b[9] = 1; return b }, "InvalidDescriptor"},
		"another kind":                    {func(b []byte) []byte { b[448] = 9; return b }, "UnknownKind"},
		"an opened claim that is missing": {func(b []byte) []byte { b[7] = 1; return b }, "InvalidDescriptor"},
		"an opened claim too many":        {func(b []byte) []byte { return append(b[:448], 5, 0, 0, 0) }, "InvalidDescriptor"},
	} {
		_, err := h.Invoke(t, "check", c.change(append([]byte(nil), good...)), values)
		t.Run(name, func(t *testing.T) { wantRevert(t, err, c.revert) })
	}
}
