package ops_test

import (
	"fmt"
	"math"
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
)

// rational trains a network in rational numbers, from what its architecture and its
// choices say and the roundings that docs/protocol.md states (sections 2 and 6). It knows
// nothing of the step that is derived, of operators and of integers: what it rounds is
//
//	V of a layer with weights, a product of matrices, a mean    to f_a bits, half up
//	a value or a derivative of a function                       to its bits, half even
//	every error that is passed on                               to f_g bits, half up
//
// and a weight never, but for what it loses by decay.
type rational struct {
	a       network.Architecture
	c       network.Choices
	weights [][]*big.Rat
	kept    [][][]*big.Rat // gradients of steps since the restart, the newest first
	steps   int
	left    bool // a value has left its 16 bits
	tape    []*node
	moved   [][]*big.Rat // gradients of this step, by weight
}

// node is a value of one sample, at some fraction bits, with what is known of its error.
type node struct {
	cells    []*big.Rat
	shape    []int
	fraction int
	trains   bool             // it depends on a weight that is trained
	errors   [][]*big.Rat     // from each that reads it
	back     func([]*big.Rat) // passes the error on
}

// pair is one product of a layer with weights: cell Out of what it makes is the sum of
// its cells In times cells Weight.
type triple struct{ out, in, weight int }

func ratio(v int64, fraction int) *big.Rat {
	r := new(big.Rat).SetInt64(v)
	return r.Mul(r, power(-fraction))
}

// power returns 2^k.
func power(k int) *big.Rat {
	p := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(k, -k))))
	if k < 0 {
		p.Inv(p)
	}
	return p
}

func nothing(n int) []*big.Rat {
	list := make([]*big.Rat, n)
	for i := range list {
		list[i] = new(big.Rat)
	}
	return list
}

// addProduct adds a·b to sum.
func addProduct(sum, a, b *big.Rat) {
	if a.Sign() != 0 && b.Sign() != 0 {
		sum.Add(sum, new(big.Rat).Mul(a, b))
	}
}

// nearest returns the multiple of 2^−f nearest to x, ties up.
func nearest(x *big.Rat, f int) *big.Rat {
	y := new(big.Rat).Mul(x, power(f))
	y.Add(y, big.NewRat(1, 2))
	floor := new(big.Int).Div(y.Num(), y.Denom()) // Euclidean: the floor, as the divisor is positive
	return y.Mul(new(big.Rat).SetInt(floor), power(-f))
}

// fits notes whether x·2^f, an integer, is one of 16 bits.
func (r *rational) fits(x *big.Rat, f int) *big.Rat {
	v := new(big.Rat).Mul(x, power(f))
	if !v.IsInt() {
		panic(fmt.Sprintf("%v is not at %d bits", x, f))
	}
	if n := v.Num(); !n.IsInt64() || n.Int64() < -1<<15 || n.Int64() >= 1<<15 {
		r.left = true
	}
	return x
}

func (r *rational) round(x *big.Rat, f int) *big.Rat { return r.fits(nearest(x, f), f) }

func (r *rational) rounded(list []*big.Rat, f int) []*big.Rat {
	out := make([]*big.Rat, len(list))
	for i := range list {
		out[i] = r.round(list[i], f)
	}
	return out
}

// function is y = f(x), a real number, to the nearest multiple of 2^−bits. The functions
// are transcendental: where y is within 10^−9 of the middle between two, float64 cannot
// tell, and nothing is known.
func function(y float64, bits int) *big.Rat {
	scaled := math.Ldexp(y, bits)
	floor := math.Floor(scaled)
	if scaled != 0 && math.Abs(scaled-floor-0.5) < 1e-9 {
		panic(fmt.Sprintf("%v is too close to call at %d bits", y, bits))
	}
	return ratio(int64(math.Floor(scaled+0.5)), bits)
}

func float(x *big.Rat) float64 {
	v, _ := x.Float64() // 16 bits: exact
	return v
}

// push puts a value on the tape.
func (r *rational) push(v *node) *node {
	r.tape = append(r.tape, v)
	return v
}

// send gives v an error, if anything depends on it.
func (v *node) send(d []*big.Rat) {
	if v.trains {
		v.errors = append(v.errors, d)
	}
}

// trained reports whether a weight is trained.
func (r *rational) trained(w int) bool {
	for _, f := range r.c.Frozen {
		if f == w {
			return false
		}
	}
	return true
}

// multiply is a layer with weights: V = Σ x·w, and a bias by units, rounded.
func (r *rational) multiply(x *node, l *network.Layer, shape []int, products []triple) *node {
	w := r.weights[l.Weights[0]]
	v := nothing(volume(shape))
	for _, p := range products {
		addProduct(v[p.out], x.cells[p.in], w[p.weight])
	}
	trains := x.trains || r.trained(l.Weights[0])
	var bias []*big.Rat
	if len(l.Weights) > 1 {
		bias = r.weights[l.Weights[1]]
		trains = trains || r.trained(l.Weights[1])
		for i := range v {
			v[i].Add(v[i], bias[i%len(bias)])
		}
	}
	y := r.push(&node{cells: r.rounded(v, r.c.Formats.Activation), shape: shape, fraction: r.c.Formats.Activation, trains: trains})
	y.back = func(d []*big.Rat) {
		d = r.clipped(d)
		dx := nothing(len(x.cells))
		for _, p := range products {
			addProduct(r.moved[l.Weights[0]][p.weight], x.cells[p.in], d[p.out])
			if x.trains {
				addProduct(dx[p.in], d[p.out], w[p.weight])
			}
		}
		for i := range d {
			if bias != nil {
				moved := r.moved[l.Weights[1]][i%len(bias)]
				moved.Add(moved, d[i])
			}
		}
		if x.trains {
			x.send(r.rounded(dx, r.c.Formats.Error))
		}
	}
	return y
}

// clipped are errors within the limit, if there is one.
func (r *rational) clipped(d []*big.Rat) []*big.Rat {
	if r.c.Clip == 0 {
		return d
	}
	limit := ratio(int64(r.c.Clip), r.c.Formats.Error)
	out := make([]*big.Rat, len(d))
	for i, v := range d {
		switch out[i] = v; {
		case v.Cmp(limit) > 0:
			out[i] = limit
		case new(big.Rat).Neg(v).Cmp(limit) > 0:
			out[i] = new(big.Rat).Neg(limit)
		}
	}
	return out
}

// moves is a value whose cells are those of another, or 0 where from is −1.
func (r *rational) moves(x *node, shape []int, from []int) *node {
	y := r.push(&node{shape: shape, fraction: x.fraction, trains: x.trains})
	for _, i := range from {
		if i < 0 {
			y.cells = append(y.cells, new(big.Rat))
		} else {
			y.cells = append(y.cells, x.cells[i])
		}
	}
	y.back = func(d []*big.Rat) {
		dx := nothing(len(x.cells))
		for o, i := range from {
			if i >= 0 {
				dx[i].Add(dx[i], d[o])
			}
		}
		x.send(dx)
	}
	return y
}

// matrices is the product of the matrices that two values are, either way round.
func (r *rational) matrices(x, y *node, shape []int, adjoint []int) *node {
	rows, cols := shape[len(shape)-2], shape[len(shape)-1]
	inner := len(x.cells) / (len(x.cells) / (x.shape[len(x.shape)-1] * x.shape[len(x.shape)-2])) / rows
	var products []triple
	for o := range volume(shape) {
		p, i, j := o/(rows*cols), o/cols%rows, o%cols
		for k := range inner {
			a, b := i*inner+k, k*cols+j
			if adjoint[0] == 1 {
				a = k*rows + i
			}
			if adjoint[1] == 1 {
				b = j*inner + k
			}
			products = append(products, triple{o, p*rows*inner + a, p*inner*cols + b})
		}
	}
	v := nothing(volume(shape))
	for _, p := range products {
		addProduct(v[p.out], x.cells[p.in], y.cells[p.weight])
	}
	fraction := min(r.c.Formats.Activation, x.fraction+y.fraction)
	z := r.push(&node{cells: r.rounded(v, fraction), shape: shape, fraction: fraction, trains: x.trains || y.trains})
	z.back = func(d []*big.Rat) {
		dx, dy := nothing(len(x.cells)), nothing(len(y.cells))
		for _, p := range products {
			addProduct(dx[p.in], d[p.out], y.cells[p.weight])
			addProduct(dy[p.weight], d[p.out], x.cells[p.in])
		}
		if x.trains {
			x.send(r.rounded(dx, r.c.Formats.Error))
		}
		if y.trains {
			y.send(r.rounded(dy, r.c.Formats.Error))
		}
	}
	return z
}

// probabilities are e^z/Σ e^z at some bits, of exponentials with as many bits as let
// twice their sum stay within 16.
func (r *rational) probabilities(z []*big.Rat, f int) []*big.Rat {
	bits := 15
	for bits >= f && 2*len(z)<<bits > 1<<16 {
		bits--
	}
	if bits < f {
		bits = 14
	}
	top := z[0]
	for _, v := range z {
		if v.Cmp(top) > 0 {
			top = v
		}
	}
	sum, e := new(big.Rat), make([]*big.Rat, len(z))
	for c, v := range z {
		e[c] = big.NewRat(1, 1)
		if distance := new(big.Rat).Sub(v, top); distance.Sign() != 0 {
			e[c] = function(math.Exp(float(distance)), bits)
		}
		sum.Add(sum, e[c])
	}
	for c := range e {
		e[c] = nearest(new(big.Rat).Quo(e[c], sum), f)
	}
	return e
}

// softmax is over the last axis.
func (r *rational) softmax(x *node) *node {
	classes, f := x.shape[len(x.shape)-1], r.c.Formats.Activation
	y := r.push(&node{shape: x.shape, fraction: f, trains: x.trains})
	for i := 0; i < len(x.cells); i += classes {
		y.cells = append(y.cells, r.probabilities(x.cells[i:i+classes], f)...)
	}
	y.back = func(d []*big.Rat) {
		dx := make([]*big.Rat, len(d))
		for i := 0; i < len(d); i += classes {
			mean := new(big.Rat)
			for c := i; c < i+classes; c++ {
				addProduct(mean, d[c], y.cells[c])
			}
			mean = r.round(mean, r.c.Formats.Error)
			for c := i; c < i+classes; c++ {
				centred := new(big.Rat).Sub(d[c], mean)
				dx[c] = r.round(centred.Mul(centred, y.cells[c]), r.c.Formats.Error)
			}
		}
		x.send(dx)
	}
	return y
}

// average is the mean of the cells that each position covers. With L_h and L_w the least
// common multiples of how many cells positions cover on each axis, the error is divided
// by L_h·L_w and rounded, and each cell gets it (L_h/c_h)·(L_w/c_w) times; a division
// by a power of two is taken last.
func (r *rational) average(x *node, shape []int, covers [2][][]int) *node {
	channels, divisor := shape[2], 1
	multiples := [2]int{1, 1}
	for i := range covers {
		for _, cells := range covers[i] {
			multiples[i] = leastMultiple(multiples[i], len(cells))
		}
		divisor *= multiples[i]
	}
	type share struct {
		out, in int
		times   int64
	}
	var shares []share
	for o := range volume(shape) {
		h, w, c := o/channels/shape[1], o/channels%shape[1], o%channels
		rows, columns := covers[0][h], covers[1][w]
		for _, i := range rows {
			for _, j := range columns {
				shares = append(shares, share{o, (i*x.shape[1]+j)*channels + c, int64(multiples[0] / len(rows) * (multiples[1] / len(columns)))})
			}
		}
	}
	whole := big.NewRat(int64(divisor), 1)
	sums := nothing(volume(shape))
	for _, s := range shares {
		addProduct(sums[s.out], x.cells[s.in], big.NewRat(s.times, 1))
	}
	for i := range sums {
		sums[i].Quo(sums[i], whole)
	}
	y := r.push(&node{cells: r.rounded(sums, x.fraction), shape: shape, fraction: x.fraction, trains: x.trains})
	y.back = func(d []*big.Rat) {
		f := r.c.Formats.Error
		divided := make([]*big.Rat, len(d))
		for i := range d {
			divided[i] = new(big.Rat).Quo(d[i], whole)
			if divisor&(divisor-1) != 0 {
				divided[i] = r.round(divided[i], f)
			}
		}
		dx := nothing(len(x.cells))
		for _, s := range shares {
			addProduct(dx[s.in], divided[s.out], big.NewRat(s.times, 1))
		}
		x.send(r.rounded(dx, f))
	}
	return y
}

func leastMultiple(a, b int) int {
	m := a
	for m%b != 0 {
		m += a
	}
	return m
}

// largest is the largest of the cells that each position covers, and of equal ones the
// first in a row, then the first row.
func (r *rational) largest(x *node, shape []int, covers [2][][]int) *node {
	channels := shape[2]
	first := func(candidates []int) int {
		best := candidates[0]
		for _, i := range candidates[1:] {
			r.fits(new(big.Rat).Sub(x.cells[i], x.cells[best]), x.fraction)
			if x.cells[i].Cmp(x.cells[best]) > 0 {
				best = i
			}
		}
		return best
	}
	var from []int
	for o := range volume(shape) {
		h, w, c := o/channels/shape[1], o/channels%shape[1], o%channels
		var rows []int
		for _, i := range covers[0][h] {
			var row []int
			for _, j := range covers[1][w] {
				row = append(row, (i*x.shape[1]+j)*channels+c)
			}
			rows = append(rows, first(row))
		}
		from = append(from, first(rows))
	}
	return r.moves(x, shape, from)
}

func volume(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// errorOf is the error of what the network makes, by its loss.
func (r *rational) errorOf(y, label []*big.Rat) []*big.Rat {
	f, n := r.c.Formats.Error, big.NewRat(int64(len(y)), 1)
	d := make([]*big.Rat, len(y))
	switch r.c.Loss {
	case graph.MeanSquaredError:
		for i := range y {
			d[i] = new(big.Rat).Sub(y[i], label[i])
			d[i] = r.round(d[i].Mul(d[i], new(big.Rat).Quo(big.NewRat(2, 1), n)), f)
		}
		return d
	case graph.LogisticLoss:
		for i := range y {
			d[i] = big.NewRat(1, 2)
			if y[i].Sign() != 0 {
				d[i] = function(1/(1+math.Exp(-float(y[i]))), f)
			}
			d[i].Sub(d[i], label[i])
		}
		return d
	}
	off := ratio(int64(r.c.Smoothing), f)
	on := new(big.Rat).Sub(big.NewRat(1, 1), new(big.Rat).Mul(n, off))
	for i, p := range r.probabilities(y, f) {
		d[i] = p.Sub(p, off)
		d[i].Sub(d[i], new(big.Rat).Mul(on, label[i]))
	}
	return d
}
