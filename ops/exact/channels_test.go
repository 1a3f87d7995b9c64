package exact

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// picture is a tensor of samples of rows×columns×channels cells that kernels of
// 2×2 read at every other position, some cells more than once.
func picture(rng *rand.Rand, samples, rows, columns, channels int, largest int32) *Channels {
	x := &Channels{Count: channels, Samples: samples}
	x.Cells = make([]int32, samples*rows*columns*channels)
	for i := range x.Cells {
		x.Cells[i] = rng.Int32N(2*largest+1) - largest
	}
	x.Cells[0] = -largest
	for b := range samples {
		for h := 0; h+1 < rows; h++ {
			for w := 0; w+1 < columns; w += 2 {
				x.Rows = append(x.Rows, ((b*rows+h)*columns+w)*channels)
			}
		}
	}
	for k := range 4 {
		x.Columns = append(x.Columns, (k/2*columns+k%2)*channels)
	}
	return x
}

// TestChannels: products of channels apart, their transposes and gradient steps
// against their definitions, with weights as wide as they may be.
func TestChannels(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 42))
	for _, shape := range [][5]int{{1, 2, 2, 1, 1}, {2, 3, 5, 3, 1}, {1, 9, 8, 70, 1}, {3, 4, 4, 5, 2}, {1, 6, 4, 40, 3}} {
		for _, weightLog := range []int{3, 40, 44, 45, MaxWeightLog} {
			x := picture(rng, shape[0], shape[1], shape[2], shape[3], MaxInput)
			multiple, rows := shape[4], len(x.Rows)
			cols := x.Count * multiple
			cells := make([]int64, len(x.Columns)*cols)
			for i := range cells {
				cells[i] = rng.Int64N(1<<weightLog) - 1<<(weightLog-1)
			}
			cells[0], cells[len(cells)-1] = 1<<weightLog-1, -1<<weightLog+1
			d := make([]int32, rows*cols)
			for i := range d {
				d[i] = rng.Int32N(2*MaxInput+1) - MaxInput
			}
			w := NewWeightMatrix(len(x.Columns), cols, cells)
			v, u, g := sums(rows*cols), sums(len(x.Cells)), sums(len(cells))
			each(x, multiple, func(input, row, weight int) {
				v[row].Add(v[row], product64(int64(x.Cells[input]), cells[weight]))
				u[input].Add(u[input], product64(int64(d[row]), cells[weight]))
				g[weight].Add(g[weight], product64(int64(x.Cells[input]), int64(d[row])))
			})
			var a Accumulator
			a.MulChannels(x, w)
			compare(t, "V", &a, v)
			a.MulChannelsTransposed(x, len(x.Cells), d, w)
			compare(t, "U", &a, u)
			places := []int{0, len(x.Cells) - 1}
			a.Keep(places, 1)
			compare(t, "kept", &a, []*big.Int{u[0], u[len(u)-1]})
			if weightLog == MaxWeightLog {
				continue
			}
			before := append([]int64(nil), cells...)
			if err := ChannelStep(w, x, d, 3); err != nil {
				t.Fatal(err)
			}
			for i := range cells {
				if want := before[i] - 3*g[i].Int64(); cells[i] != want {
					t.Fatalf("weight %d is %d, want %d", i, cells[i], want)
				}
			}
			if want := largest64(cells); w.largest != want {
				t.Errorf("largest weight %d, want %d", w.largest, want)
			}
			a.MulChannels(x, w) // with the weights as they are now
			if got := a.Value(0); len(x.Columns) > 0 && got.Cmp(valueOf(x, cells, cols)) != 0 {
				t.Errorf("after a step: %v", got)
			}
		}
	}
}

// each lists the cells of input, row and weight that belong together.
func each(x *Channels, multiple int, do func(input, row, weight int)) {
	cols := x.Count * multiple
	for i, row := range x.Rows {
		for k, column := range x.Columns {
			for c := range cols {
				do(row+column+c/multiple, i*cols+c, k*cols+c)
			}
		}
	}
}

// valueOf is the first cell of V.
func valueOf(x *Channels, cells []int64, cols int) *big.Int {
	v := new(big.Int)
	for k, column := range x.Columns {
		v.Add(v, product64(int64(x.Cells[x.Rows[0]+column]), cells[k*cols]))
	}
	return v
}

func sums(n int) []*big.Int {
	list := make([]*big.Int, n)
	for i := range list {
		list[i] = new(big.Int)
	}
	return list
}

func product64(a, b int64) *big.Int { return new(big.Int).Mul(big.NewInt(a), big.NewInt(b)) }

// A weight that leaves its range is named.
func TestChannelStepOverflows(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 44))
	x := picture(rng, 1, 2, 2, 3, 1)
	x.Cells[1] = 1
	cells := make([]int64, 12)
	cells[1] = 1<<MaxWeightLog - 1
	w := NewWeightMatrix(4, 3, cells)
	err := ChannelStep(w, x, []int32{0, -1, 0}, 1)
	var overflow *OverflowError
	if !errors.As(err, &overflow) || overflow.Cell != 1 || overflow.Value.Cmp(new(big.Int).Lsh(big.NewInt(1), MaxWeightLog)) != 0 || !errors.Is(err, fault.ErrOverflow) {
		t.Errorf("%v", err)
	}
}

// What fits no weights, or is too large, is refused loudly.
func TestChannelsRefuse(t *testing.T) {
	rng := rand.New(rand.NewPCG(45, 46))
	w := NewWeightMatrix(4, 6, make([]int64, 24))
	var a Accumulator
	for name, do := range map[string]func(){
		"channels": func() { a.MulChannels(picture(rng, 1, 2, 2, 4, 1), w) },
		"offsets":  func() { x := picture(rng, 1, 2, 2, 3, 1); x.Columns = x.Columns[:3]; a.MulChannels(x, w) },
		"samples":  func() { x := picture(rng, 1, 2, 2, 3, 1); x.Samples = 2; a.MulChannels(x, w) },
		"input":    func() { a.MulChannels(picture(rng, 1, 2, 2, 3, MaxInput+1), w) },
		"errors": func() {
			a.MulChannelsTransposed(picture(rng, 1, 2, 2, 3, 1), 12, []int32{MaxInput + 1, 0, 0, 0, 0, 0}, w)
		},
		"step":       func() { _ = ChannelStep(w, picture(rng, 1, 2, 2, 3, 1), make([]int32, 5), 1) },
		"step input": func() { _ = ChannelStep(w, picture(rng, 1, 2, 2, 3, MaxInput+1), make([]int32, 6), 1) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			do()
		}()
	}
}
