package ops_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// linear is one layer of inputs × units on batches of the given size.
func linear(t *testing.T, batch, inputs, units int) *graph.Program {
	n := newNet(t, coarse(), batch, inputs)
	return n.train(n.dense(n.Program().Input, units), graph.SoftmaxCrossEntropy)
}

// A layer of 5 inputs on 3 rows. Ten steps move a weight by at most
// 255·10·3·2^30, and a bias by 2^23 in the place of 2^30; an accumulator is
// 5·2^15 weights and 2^8 biases.
func TestAccumulatorBits(t *testing.T) {
	p := linear(t, 3, 5, 2)
	for _, c := range []struct {
		bits  int
		steps int64
		want  int
	}{
		{1, 1, 57},    // 5·2^15·(2 + 255·3·2^30): 2.5·2^15·1.494·2^40
		{20, 10, 61},  // 5·2^15·(2^20 + 7650·2^30)
		{60, 10, 78},  // 5·2^15·2^60·(1 + …)
		{20, 1e6, 77}, // 255·10^6·3·2^30 is 1.39·2^59
		{240, 1, 258}, // 5·2^255 and 2^248
		{1, 1 << 40, 97},
	} {
		if got := ops.AccumulatorBits(p, c.bits, c.steps); got != c.want {
			t.Errorf("%d bits of weights, %d steps: %d bits, want %d", c.bits, c.steps, got, c.want)
		}
	}
	// One input and one row: 2^15·(2^38 + 255·2^30) is below 2^54, and reaches it with what
	// the bias adds, 2^8·(2^38 + 255·2^23).
	if got := ops.AccumulatorBits(linear(t, 1, 1, 2), 38, 1); got != 55 {
		t.Errorf("with the bias: %d bits, want 55", got)
	}
	// A second layer reads more than the first.
	n := newNet(t, coarse(), 3, 2)
	wide := n.train(n.dense(n.dense(n.Program().Input, 1<<10), 2), graph.SoftmaxCrossEntropy)
	if got := ops.AccumulatorBits(wide, 60, 1); got != 86 { // 2^10·2^15·2^60·(1 + …)
		t.Errorf("of 2^10 cells: %d bits, want 86", got)
	}
	for _, c := range []struct {
		bits  int
		steps int64
		kind  error
	}{{20, 10, nil}, {0, 1, fault.ErrUsage}, {1, 0, fault.ErrUsage}, {232, 1, nil}, {233, 1, fault.ErrUnsupported}} {
		if err := ops.CheckBounds(p, c.bits, c.steps); !errors.Is(err, c.kind) {
			t.Errorf("%d bits of weights, %d steps: %v, want %v", c.bits, c.steps, err, c.kind)
		}
	}
}

// How far steps move a weight of the same layer, and a bias; one that decays may have
// gone through all that it started with as well. Nothing else is moved.
func TestLargestChanges(t *testing.T) {
	p := linear(t, 3, 5, 2)
	for _, decay := range []*graph.Decay{nil, {N: 1, Shift: 4, Every: 2}} {
		p.Optimizer.Decay = decay
		more := int64(0)
		if decay != nil {
			more = 1 << 21
		}
		var moved []int64
		for i, x := range ops.LargestChanges(p, 20, 10) {
			if trained := p.Tensors[i].Role == graph.Weight; trained != (x.Sign() > 0) {
				t.Errorf("tensor %q moves by %v", p.Tensors[i].Name, x)
			} else if trained {
				moved = append(moved, x.Int64()-more)
			}
		}
		if want := []int64{7650 << 30, 7650 << 23}; !slices.Equal(moved, want) {
			t.Errorf("decay %v: weights move by %d, want %d", decay, moved, want)
		}
	}
}

// Rows that act on a weight and weights that a cell is a sum of count; a second
// use counts for all. A program at the limits of graph.Validate, with 2^12 uses
// of each weight more, stays below the field.
func TestAccumulatorsGrowWithWhatIsAddedUp(t *testing.T) {
	at := func(batch, inputs int) int { return ops.AccumulatorBits(linear(t, batch, inputs, 2), 1, 1<<40) }
	if one, many := at(1, 1), at(1<<10, 1); many != one+10 {
		t.Errorf("%d bits for one row, %d for 2^10", one, many)
	}
	if one, many := at(1, 1), at(1, 1<<10); many < one+9 || many > one+10 {
		t.Errorf("%d bits for one input, %d for 2^10", one, many)
	}
	once, twice := shared(t, coarse(), 1), shared(t, coarse(), 2)
	if a, b := ops.AccumulatorBits(once, 1, 1<<40), ops.AccumulatorBits(twice, 1, 1<<40); b != a+1 {
		t.Errorf("%d bits with one use of a weight, %d with two", a, b)
	}
	largest := linear(t, 1<<10, 1<<20, 2)
	if bits := ops.AccumulatorBits(largest, 64, 1<<63-1); bits+12+20+22 > ops.FieldBits {
		t.Errorf("%d bits at the limits of a program", bits)
	}
}

// An operator that reads weights and does not say what it adds up would be in
// no bound: shape rules keep such operators from weights today, and so would
// Validate.
func TestWhoReadsWeightsSaysWhatIsAddedUp(t *testing.T) {
	p := linear(t, 3, 5, 2)
	for i := range p.Nodes {
		n := &p.Nodes[i]
		if err := ops.ValidateReading(p, n, n.Kind); err != nil {
			t.Error(err)
		}
		if n.Kind == ops.KindFullyConnected {
			for _, inputs := range [][]graph.TensorID{n.Inputs, {n.Inputs[0], n.Inputs[1]}, {n.Inputs[1], n.Inputs[0]}} {
				m := &graph.Node{Name: n.Name, Kind: ops.KindMul, Inputs: inputs}
				if err := ops.ValidateReading(p, m, ops.KindMul); !errors.Is(err, fault.ErrMalformed) {
					t.Errorf("weights among %v read by an operator that states nothing: %v", inputs, err)
				}
			}
		}
	}
}

// A bias that decays is multiplied by its share, which may be more than what its layer adds
// up, where the matrix is frozen: 255·(2 + 255·2^40·3·2^23), and a sign, for 2^8 of it.
func TestDecayOfABias(t *testing.T) {
	n := newNet(t, coarse(), 3, 5)
	z := n.dense(n.Program().Input, 2)
	for i := range n.Program().Tensors {
		if w := &n.Program().Tensors[i]; w.Name == "w" {
			w.Role = graph.Frozen
		}
	}
	p := n.train(z, graph.SoftmaxCrossEntropy)
	if got := ops.AccumulatorBits(p, 1, 1<<40); got != 81 {
		t.Errorf("as it is: %d bits, want 81", got)
	}
	p.Optimizer.Decay = &graph.Decay{N: 255, Shift: 8, Every: 1}
	if got := ops.AccumulatorBits(p, 1, 1<<40); got != 82 {
		t.Errorf("with decay: %d bits, want 82", got)
	}
}

// The weights of a layer are read by its own operator: inputs and units of each.
func TestFans(t *testing.T) {
	n := newNet(t, coarse(), 3, 5)
	p := n.train(n.dense(n.dense(n.Program().Input, 4), 3), graph.SoftmaxCrossEntropy)
	want := [][2]int{{5, 4}, {}, {4, 3}, {}}
	for i, w := range p.OfRole(graph.Weight) {
		in, out, ok := ops.Fans(p, w)
		if in != want[i][0] || out != want[i][1] || ok != (i%2 == 0) {
			t.Errorf("weight %d: %d inputs, %d units, multiplied: %v", i, in, out, ok)
		}
	}
}

// A weight that two operators share is one matrix to both: kernels of all channels are
// none of each channel.
func TestSharedMatrices(t *testing.T) {
	n := newNet(t, coarse(), 3, 40)
	x := picture(n, n.Program().Input, 5, 2)
	own, other := n.weight("own", 8, 2, 3, 2, 2), n.weight("other", 8, 2, 3, 2, 2)
	n.one(ops.KindConv2D, nil, x, own)
	n.one(ops.KindDepthwiseConv2D, graph.Attributes{"several": {1}}, x, other)
	n.one(ops.KindConv2D, nil, x, other)
	apart := *n.Program()
	apart.Nodes = slices.DeleteFunc(slices.Clone(apart.Nodes), func(m graph.Node) bool { return m.Kind == ops.KindConv2D && m.Inputs[1] == other })
	if err := ops.ValidateMatrices(&apart); err != nil {
		t.Errorf("a weight of each: %v", err)
	}
	if err := ops.ValidateMatrices(n.Program()); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), `weight "other" is a matrix of 6 rows to one operator and of 12 to`) {
		t.Errorf("one weight of both: %v", err)
	}
}
