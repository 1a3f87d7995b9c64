package transpile_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// typed gives the last value another type.
func (b *model) typed(t tflite.DType) *model {
	b.m.Subgraphs[0].Tensors[b.last].Type = t
	return b
}

// cast appends a cast of the last value.
func (b *model) cast(to tflite.DType) *model {
	t := b.m.Subgraphs[0].Tensors[b.last]
	return b.op(tflite.OpCast, tflite.CastOptions{In: t.Type, Out: to}, t.Shape).typed(to)
}

// gather looks the last value up in a table of so many rows of two cells, v and
// −v/2 in row v.
func (b *model) gather(rows int32, o tflite.GatherOptions, out tflite.Shape) *model {
	g := &b.m.Subgraphs[0]
	b.op(tflite.OpGather, o, out, b.table(rows))
	in := g.Operators[len(g.Operators)-1].Inputs
	in[0], in[1] = in[1], in[0]
	return b
}

func (b *model) table(rows int32) int32 {
	cells := make([]float32, 2*rows)
	for v := range rows {
		cells[2*v], cells[2*v+1] = float32(v), -float32(v)/2
	}
	return b.tensor(tflite.Shape{rows, 2}, cells)
}

// words tells sentences of 6 tokens of 60 apart by the sum of their tokens'
// scores: an embedding of 4 cells, one of positions, a layer of 2 units, and softmax.
func words() *tflite.Model {
	rng := rand.New(rand.NewPCG(5, 7))
	b := newModel(1, 6).cast(tflite.Int32)
	b.op(tflite.OpEmbeddingLookup, nil, tflite.Shape{1, 6, 4}, b.tensor(tflite.Shape{60, 4}, floats(rng, 240, 0.3)))
	b.positions(tflite.Shape{1, 6, 4}, tflite.Shape{6, 4}, floats(rng, 24, 0.1), 0, 1, 2, 3, 4, 5)
	b.reshape(tflite.Shape{1, 24})
	b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{}, tflite.Shape{1, 2}, b.tensor(tflite.Shape{2, 24}, floats(rng, 48, 0.4)), b.tensor(tflite.Shape{2}, floats(rng, 2, 0.1)))
	b.op(tflite.OpSoftmax, tflite.SoftmaxOptions{Beta: 1}, tflite.Shape{1, 2})
	return b.m
}

// positions adds rows of a table, named by constants, to the last value.
func (b *model) positions(out, shape tflite.Shape, cells []float32, indices ...int32) *model {
	x := b.last
	b.last = b.tensor(shape, cells)
	b.op(tflite.OpGather, tflite.GatherOptions{}, tflite.Shape{int32(len(indices)), shape[1]}, b.dims(indices...))
	table := b.last
	b.last = x
	return b.op(tflite.OpAdd, tflite.AddOptions{}, out, table)
}

// sentences are rows of tokens, and whether most are of the upper half.
func sentences(n int) string {
	rng := rand.New(rand.NewPCG(8, 10))
	var text strings.Builder
	for kept := 0; kept < n; {
		line, upper := "", 0
		for range 6 {
			v := rng.IntN(60)
			if v >= 30 {
				upper++
			}
			line += fmt.Sprintf("%d,", v)
		}
		if upper == 3 {
			continue
		}
		kept++
		fmt.Fprintln(&text, line+[]string{"lower", "upper"}[upper/4])
	}
	return text.String()
}

// TestWordsAreWhatThisWrites is TestStrokesAreWhatThisWrites for token models.
func TestWordsAreWhatThisWrites(t *testing.T) {
	m, err := tflite.Marshal(words())
	if err != nil {
		t.Fatal(err)
	}
	checkTestdata(t, map[string][]byte{"words.tflite": m, "words.csv": []byte(sentences(400))})
}

func integers(batch int) transpile.Options {
	o := options(batch)
	o.Formats.Feature = 0
	return o
}

func TestGather(t *testing.T) {
	x := []float64{2, 0, 11}
	for name, build := range map[string]func() *model{
		"of integers": func() *model {
			return newModel(1, 3).typed(tflite.Int32).gather(12, tflite.GatherOptions{}, tflite.Shape{1, 3, 2})
		},
		"of long integers": func() *model {
			return newModel(1, 3).typed(tflite.Int64).gather(12, tflite.GatherOptions{}, tflite.Shape{1, 3, 2})
		},
		"of reals that are cast": func() *model {
			return newModel(1, 3).cast(tflite.Int32).gather(12, tflite.GatherOptions{}, tflite.Shape{1, 3, 2})
		},
		"by an embedding lookup": func() *model {
			b := newModel(1, 3).cast(tflite.Int32)
			return b.op(tflite.OpEmbeddingLookup, nil, tflite.Shape{1, 3, 2}, b.table(12))
		},
		"of one digit": func() *model {
			return newModel(1, 3).cast(tflite.Int32).gather(13, tflite.GatherOptions{}, tflite.Shape{1, 3, 2})
		},
		"of integers with two axes": func() *model {
			return newModel(1, 3, 1).typed(tflite.Int32).gather(12, tflite.GatherOptions{}, tflite.Shape{1, 3, 1, 2})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := build().reshape(tflite.Shape{1, 6}).dense(6)
			r, err := transpile.Transpile(b.m, integers(1))
			if err != nil {
				t.Fatal(err)
			}
			got := predict(t, r, b.m, x, r.Program.Loss.Logits)
			for j := range got {
				want := 0.0
				for i, v := range x {
					want += v*float64((6*j+2*i)%3)/2 - v/2*float64((6*j+2*i+1)%3)/2
				}
				if math.Abs(got[j]-want) > 0.03 {
					t.Errorf("output %d: %v, want %v", j, got[j], want)
				}
			}
			exportsItsTable(t, b.m, r)
		})
	}
}

// exportsItsTable checks that the table's cells lie in the program in their order
// in the file.
func exportsItsTable(t *testing.T, m *tflite.Model, r *transpile.Result) {
	t.Helper()
	initial, err := r.Initial(m)
	if err != nil {
		t.Fatal(err)
	}
	cells, f := initial[r.Weights[0].Tensor], r.Program.Tensor(r.Weights[0].Tensor).Format.Fraction
	for i, v := range cells {
		if want := []float64{float64(i / 2), -float64(i/2) / 2}[i%2]; math.Ldexp(float64(v), -f) != want {
			t.Errorf("cell %d of the table is %d at %d fraction bits, want %v", i, v, f, want)
		}
	}
}

// A single index for each sample, as LiteRT's gather has it.
func TestGatherOfOneIndex(t *testing.T) {
	axis := 0
	b := newModel(2).typed(tflite.Int32).gather(12, tflite.GatherOptions{}, tflite.Shape{2, 2})
	o := integers(3)
	o.BatchAxis = &axis
	r, err := transpile.Transpile(b.m, o)
	if err != nil {
		t.Fatal(err)
	}
	got := predict(t, r, b.m, []float64{7, 0, 3}, r.Program.Loss.Logits)
	for i, want := range []float64{7, -3.5, 0, 0, 3, -1.5} {
		if got[i] != want {
			t.Errorf("cell %d: %v, want %v", i, got[i], want)
		}
	}
}

// Positions are a weight: their table is trained, and exported again.
func TestPositions(t *testing.T) {
	cells := []float32{0.5, 1, -1, 0, 2, -0.25}
	out := tflite.Shape{1, 3, 2}
	b := newModel(1, 3).cast(tflite.Int32).gather(12, tflite.GatherOptions{}, out).positions(out, tflite.Shape{3, 2}, cells, 0, 1, 2)
	b.reshape(tflite.Shape{1, 6}).identity(6, tflite.Shape{1, 6})
	r, err := transpile.Transpile(b.m, integers(1))
	if err != nil {
		t.Fatal(err)
	}
	got := predict(t, r, b.m, []float64{2, 0, 11}, r.Program.Loss.Logits)
	for i, want := range []float64{2.5, 0, -1, 0, 13, -5.75} {
		if math.Abs(got[i]-want) > 0.01 {
			t.Errorf("cell %d: %v, want %v", i, got[i], want)
		}
	}
	if len(r.Weights) != 3 || r.Program.Tensor(r.Weights[1].Tensor).Role != graph.Weight || r.Program.Tensor(r.Weights[1].Tensor).Size() != 6 {
		t.Errorf("weights %+v", r.Weights)
	}
}

// head appends a layer whose weights are the table that the model's first gather
// reads, with a bias or none (−1).
func (b *model) head(out tflite.Shape, bias int32) *model {
	g := &b.m.Subgraphs[0]
	at := slices.IndexFunc(g.Operators, func(o tflite.Operator) bool { return b.m.Codes[o.Code].Builtin == tflite.OpGather })
	return b.op(tflite.OpFullyConnected, tflite.FullyConnectedOptions{KeepNumDims: true}, out, g.Operators[at].Inputs[0], bias)
}

// A head shares its embedding's table: one weight, exported as one.
func TestTiedHead(t *testing.T) {
	b := newModel(1, 3).cast(tflite.Int32).gather(12, tflite.GatherOptions{}, tflite.Shape{1, 3, 2}).head(tflite.Shape{1, 3, 12}, -1)
	b.reshape(tflite.Shape{1, 36}).identity(36, tflite.Shape{1, 36})
	r, err := transpile.Transpile(b.m, integers(1))
	if err != nil {
		t.Fatal(err)
	}
	x := []float64{2, 0, 7}
	got := predict(t, r, b.m, x, r.Program.Loss.Logits)
	for i := range got {
		if want := x[i/12] * float64(i%12) * 1.25; math.Abs(got[i]-want) > 0.01 {
			t.Errorf("position %d, unit %d: %v, want %v", i/12, i%12, got[i], want)
		}
	}
	if len(r.Weights) != 2 {
		t.Errorf("weights %+v", r.Weights)
	}
	exportsItsTable(t, b.m, r)
	biased := newModel(1, 3).cast(tflite.Int32).gather(12, tflite.GatherOptions{}, tflite.Shape{1, 3, 2})
	biased.head(tflite.Shape{1, 3, 12}, biased.tensor(tflite.Shape{12}, make([]float32, 12))).reshape(tflite.Shape{1, 36}).identity(36, tflite.Shape{1, 36})
	if _, err := transpile.Transpile(biased.m, integers(1)); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "a bias beside weights that are a table, too") {
		t.Errorf("with a bias: %v", err)
	}
}

func TestPositionRefusals(t *testing.T) {
	out, shape := tflite.Shape{1, 3, 2}, tflite.Shape{3, 2}
	cells := make([]float32, 8)
	embedded := func() *model { return newModel(1, 3).cast(tflite.Int32).gather(12, tflite.GatherOptions{}, out) }
	for name, c := range map[string]struct {
		build func() *model
		want  string
	}{
		"another order":  {func() *model { return embedded().positions(out, shape, cells[:6], 0, 2, 1) }, "name row 2 of a table of 3 after 1 others"},
		"a row twice":    {func() *model { return embedded().positions(out, shape, cells[:6], 0, 1, 1) }, "name row 1 of a table of 3 after 2 others"},
		"too few":        {func() *model { return embedded().positions(out, tflite.Shape{4, 2}, cells, 0, 1, 2) }, "name 3 of 4 rows"},
		"beyond":         {func() *model { return embedded().positions(out, tflite.Shape{2, 2}, cells[:4], 0, 1, 2) }, "name 3 of 2 rows"},
		"another length": {func() *model { return embedded().positions(out, tflite.Shape{1, 2}, cells[:2], 0) }, "a table of shape [1×2] is added to samples of shape [3 2]"},
		"multiplied": {func() *model {
			b := embedded().positions(out, shape, cells[:6], 0, 1, 2)
			g := &b.m.Subgraphs[0]
			b.m.Codes[g.Operators[len(g.Operators)-1].Code].Builtin = tflite.OpMul
			g.Operators[len(g.Operators)-1].Options = tflite.MulOptions{}
			return b
		}, "is a constant"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := transpile.Transpile(c.build().reshape(tflite.Shape{1, 6}).dense(6).m, integers(2))
			if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want unsupported with %q", err, c.want)
			}
		})
	}
}

func TestGatherRefusals(t *testing.T) {
	out := tflite.Shape{1, 3, 2}
	ids := func() *model { return newModel(1, 3).cast(tflite.Int32) }
	for name, c := range map[string]struct {
		build   func() *model
		options transpile.Options
		want    string
	}{
		"indices with fraction bits": {func() *model { return ids().gather(12, tflite.GatherOptions{}, out) }, options(2), "set formats.feature to 0"},
		"a cast of features with fraction bits": {func() *model {
			return newModel(1, 6).cast(tflite.Int32).cast(tflite.Float32).reshape(out)
		}, options(2), "set formats.feature to 0"},
		"another axis":  {func() *model { return ids().gather(12, tflite.GatherOptions{Axis: 1}, out) }, integers(2), "it reads axis 1"},
		"batches":       {func() *model { return ids().gather(12, tflite.GatherOptions{BatchDims: 1}, out) }, integers(2), "1 axes of batches"},
		"another shape": {func() *model { return ids().gather(12, tflite.GatherOptions{}, tflite.Shape{1, 2, 3}) }, integers(2), "it makes samples of shape [3 2]"},
		"real indices":  {func() *model { return newModel(1, 3).gather(12, tflite.GatherOptions{}, out) }, integers(2), "cast them to int32"},
		"indices that are computed": {func() *model {
			return newModel(1, 3).identity(3, tflite.Shape{1, 3}).cast(tflite.Int32).gather(12, tflite.GatherOptions{}, out)
		}, integers(2), "its indices are computed"},
		"integers in sums": {func() *model {
			b := ids()
			return b.op(tflite.OpAdd, tflite.AddOptions{}, tflite.Shape{1, 3}, b.last).cast(tflite.Float32).op(tflite.OpNeg, nil, tflite.Shape{1, 3}).reshape(tflite.Shape{1, 3}).identity(3, tflite.Shape{1, 3})
		}, integers(2), "holds int32"},
		"a table that is computed": {func() *model {
			b := newModel(1, 3).identity(3, tflite.Shape{1, 3})
			table := b.last
			b.last = b.m.Subgraphs[0].Inputs[0]
			ids := b.cast(tflite.Int32).last
			b.last = table
			return b.op(tflite.OpGather, tflite.GatherOptions{}, out, ids)
		}, integers(2), "its table is computed"},
		"a table of a large prime": {func() *model { return ids().gather(2053, tflite.GatherOptions{}, out) }, integers(2), "append rows that nothing names: 1"},
		"a table of too many rows": {func() *model { return ids().gather(1<<15+1, tflite.GatherOptions{}, out) }, integers(2), "use a smaller vocabulary"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := transpile.Transpile(c.build().reshape(tflite.Shape{1, 6}).dense(6).m, c.options)
			if !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want unsupported with %q", err, c.want)
			}
		})
	}
}
