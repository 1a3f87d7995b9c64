package drift

import (
	"encoding/binary"
	"fmt"
	"hash"
	"hash/fnv"
	"math"
	"sync/atomic"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"
)

// Operators of our own, where gorgonia has none or where two of its values share memory:
// a sum is written over an operand, also if that is another value reshaped. Each operator
// is distinct, so that gorgonia never takes two nodes for one.

var operators atomic.Uint64

// own is what operators of our own have in common: how many inputs they have, and the
// number of axes of these and of what they make.
type own struct {
	id       uint64
	name     string
	from, to tensor.Shape
}

func newOwn(name string, from, to tensor.Shape) own {
	return own{operators.Add(1), name, from, to}
}

func (o own) Arity() int { return 1 }

func (o own) Type() hm.Type {
	a := hm.TypeVariable('a')
	return hm.NewFnType(gorgonia.TensorType{Dims: len(o.from), Of: a}, gorgonia.TensorType{Dims: len(o.to), Of: a})
}

func (o own) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return o.to, nil }

func (o own) ReturnsPtr() bool { return false }

func (o own) CallsExtern() bool { return false }

func (o own) OverwritesInput() int { return -1 }

func (o own) WriteHash(h hash.Hash) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], o.id)
	fmt.Fprint(h, o.name) // a hash's Write has no errors
	h.Write(b[:])
}

func (o own) Hashcode() uint32 {
	h := fnv.New32a()
	o.WriteHash(h)
	return h.Sum32()
}

func (o own) String() string { return fmt.Sprintf("%s %d", o.name, o.id) }

func (o own) DiffWRT(int) []bool { return []bool{true} }

// cells are those of an operator's input. A value that does not hold them row by row is
// copied.
func cells(v gorgonia.Value) []float64 {
	t := v.(*tensor.Dense)
	if t.RequiresIterator() || !t.DataOrder().IsRowMajor() {
		t = t.Materialize().(*tensor.Dense)
	}
	return t.Data().([]float64)
}

func (o own) made(cells []float64) gorgonia.Value {
	return tensor.New(tensor.WithShape(o.to...), tensor.WithBacking(cells))
}

// product adds value times cell in of a block to cell out of what is made of it.
type product struct {
	out, in int32
	value   float64
}

// linear is a public linear map of each of blocks equal parts of a tensor, or of all
// cells to themselves in another shape where products is nil.
type linear struct {
	own
	blocks   int
	products []product
	adjoint  bool // cells out are read, and in are made
}

func newLinear(from, to tensor.Shape, blocks int, products []product) *linear {
	return &linear{own: newOwn("linear", from, to), blocks: blocks, products: products}
}

func (l *linear) Do(inputs ...gorgonia.Value) (gorgonia.Value, error) {
	x := cells(inputs[0])
	y := make([]float64, l.to.TotalSize())
	if l.products == nil {
		copy(y, x)
		return l.made(y), nil
	}
	in, out := len(x)/l.blocks, len(y)/l.blocks
	for b := range l.blocks {
		x, y := x[b*in:(b+1)*in], y[b*out:(b+1)*out]
		if l.adjoint {
			for _, p := range l.products {
				y[p.in] += p.value * x[p.out]
			}
			continue
		}
		for _, p := range l.products {
			y[p.out] += p.value * x[p.in]
		}
	}
	return l.made(y), nil
}

// SymDiff: dX is the adjoint map of dY.
func (l *linear) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	back := newLinear(l.to, l.from, l.blocks, l.products)
	back.adjoint = !l.adjoint
	dx, err := gorgonia.ApplyOp(back, grad)
	return gorgonia.Nodes{dx}, err
}

// curve is y = f(x) cell by cell.
type curve struct {
	own
	f, slope func(float64) float64
}

func newCurve(shape tensor.Shape, f, slope func(float64) float64) *curve {
	return &curve{newOwn("curve", shape, shape), f, slope}
}

func (c *curve) Do(inputs ...gorgonia.Value) (gorgonia.Value, error) {
	x := cells(inputs[0])
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = c.f(v)
	}
	return c.made(y), nil
}

// SymDiff: dX = f'(X) ⊙ dY.
func (c *curve) SymDiff(inputs gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	slope, err := gorgonia.ApplyOp(newCurve(c.from, c.slope, nil), inputs[0])
	if err != nil {
		return nil, err
	}
	dx, err := gorgonia.HadamardProd(slope, grad)
	return gorgonia.Nodes{dx}, err
}

// clip is the identity whose gradient is held to ±limit, cell by cell: ops.KindClip.
type clip struct {
	own
	limit float64
}

func (c *clip) Do(inputs ...gorgonia.Value) (gorgonia.Value, error) {
	return c.made(append([]float64(nil), cells(inputs[0])...)), nil
}

func (c *clip) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	held := func(v float64) float64 { return math.Max(-c.limit, math.Min(v, c.limit)) }
	dx, err := gorgonia.ApplyOp(newCurve(c.from, held, nil), grad)
	return gorgonia.Nodes{dx}, err
}

// observer is the identity, and shows what passes it: a value, and its error on the way
// back.
type observer struct {
	own
	seen *observed
	back bool // what passes is the error
}

// observed are the cells of a tensor and of its error, of the last batch.
type observed struct{ values, errors []float64 }

func newObserver(shape tensor.Shape, seen *observed, back bool) *observer {
	return &observer{newOwn("observer", shape, shape), seen, back}
}

func (o *observer) Do(inputs ...gorgonia.Value) (gorgonia.Value, error) {
	x := append([]float64(nil), cells(inputs[0])...)
	if o.back {
		o.seen.errors = x
	} else {
		o.seen.values = x
	}
	return o.made(append([]float64(nil), x...)), nil
}

func (o *observer) SymDiff(_ gorgonia.Nodes, _, grad *gorgonia.Node) (gorgonia.Nodes, error) {
	dx, err := gorgonia.ApplyOp(newObserver(o.from, o.seen, true), grad)
	return gorgonia.Nodes{dx}, err
}
