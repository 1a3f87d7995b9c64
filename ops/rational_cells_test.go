package ops_test

import (
	"math"
	"math/big"
	"slices"

	"github.com/zkaudit/zkaudit/network"
)

// What layers without weights make of single cells.

// activate applies a function cell by cell. Its derivative is 0, 1 or −1, or rounded to 14
// bits.
func (r *rational) activate(x *node, kind network.Kind, constant *network.Constant) *node {
	y := r.push(&node{shape: x.shape, fraction: x.fraction, trains: x.trains})
	if kind == network.Tanh || kind == network.Logistic {
		y.fraction = r.c.Formats.Activation
	}
	slopes := make([]*big.Rat, len(x.cells))
	for i, v := range x.cells {
		var a *big.Rat
		a, slopes[i] = curve(kind, constant, v, y.fraction)
		y.cells = append(y.cells, r.fits(a, y.fraction))
	}
	y.back = func(d []*big.Rat) {
		dx := make([]*big.Rat, len(d))
		for i := range d {
			dx[i] = r.round(new(big.Rat).Mul(d[i], slopes[i]), r.c.Formats.Error)
		}
		x.send(dx)
	}
	return y
}

// even returns the multiple of 2^−f nearest to x, ties to the even one.
func even(x *big.Rat, f int) *big.Rat {
	up := nearest(x, f)
	tie := new(big.Rat).Sub(up, x)
	odd := new(big.Rat).Mul(up, power(f)).Num().Bit(0) == 1
	if tie.Cmp(power(-f-1)) == 0 && odd {
		up.Sub(up, power(-f))
	}
	return up
}

// curve is a function's value, at some bits, and its derivative.
func curve(kind network.Kind, constant *network.Constant, x *big.Rat, bits int) (value, slope *big.Rat) {
	zero, one, six := new(big.Rat), big.NewRat(1, 1), big.NewRat(6, 1)
	clamp := func(low, high *big.Rat) (*big.Rat, *big.Rat) {
		switch {
		case x.Cmp(low) <= 0:
			return low, zero
		case high != nil && x.Cmp(high) >= 0:
			return high, zero
		}
		return x, one
	}
	v, above := float(x), x.Sign() > 0
	switch kind {
	case network.Relu:
		return clamp(zero, nil)
	case network.Relu6:
		return clamp(zero, six)
	case network.ReluN1To1:
		return clamp(big.NewRat(-1, 1), one)
	case network.Abs:
		return new(big.Rat).Abs(x), big.NewRat(int64(x.Sign()), 1)
	case network.LeakyRelu:
		alpha := new(big.Rat).SetFloat64(float64(constant.Cells[0]))
		if above {
			return x, one
		}
		return even(new(big.Rat).Mul(alpha, x), bits), even(alpha, 14)
	case network.HardSwish: // x·c/6 for c = x + 3, clamped
		c := new(big.Rat).Add(x, big.NewRat(3, 1))
		slope := new(big.Rat).Add(c, x)
		if c.Sign() <= 0 {
			c, slope = zero, zero
		} else if c.Cmp(six) >= 0 {
			c, slope = six, six
		}
		return even(new(big.Rat).Quo(new(big.Rat).Mul(x, c), six), bits), even(new(big.Rat).Quo(slope, six), 14)
	case network.Tanh:
		return function(math.Tanh(v), bits), function(1/math.Cosh(v)/math.Cosh(v), 14)
	case network.Logistic:
		if x.Sign() == 0 { // a tie, at 0 bits
			return even(big.NewRat(1, 2), bits), big.NewRat(1, 4)
		}
		return function(1/(1+math.Exp(-v)), bits), function(1/(2+math.Exp(v)+math.Exp(-v)), 14)
	case network.Elu:
		if above {
			return x, one
		}
		return function(math.Expm1(v), bits), function(math.Exp(v), 14)
	case network.Gelu:
		half := math.Erfc(-v/math.Sqrt2) / 2
		return function(v*half, bits), function(half+v*math.Exp(-v*v/2)/math.Sqrt(2*math.Pi), 14)
	case network.GeluApproximate:
		inner, rises := math.Sqrt(2/math.Pi)*(v+0.044715*v*v*v), math.Sqrt(2/math.Pi)*(1+3*0.044715*v*v)
		part := 1 / (1 + math.Exp(-2*inner)) // (1 + tanh)/2
		return function(v*part, bits), function(part+2*v*part*(1/(1+math.Exp(2*inner)))*rises, 14)
	}
	panic("no function " + string(kind))
}

// pair is a layer of two operands: two values, a value and a constant, or a weight that is
// added.
func (r *rational) pair(l *network.Layer, x *node, values []*node) *node {
	if len(l.Weights) > 0 {
		return r.weightAdded(x, l.Weights[0])
	}
	var y *node
	if c := l.Constant; c != nil {
		y = r.stated(c, x, l.Kind)
	} else {
		y = values[l.Inputs[1]]
	}
	switch l.Kind {
	case network.Sub:
		return r.sum(x, y, 1, -1)
	case network.SubFrom:
		return r.sum(x, y, -1, 1)
	case network.Mul:
		return r.product(x, y)
	case network.Maximum:
		return r.choice(x, y, 1)
	case network.Minimum:
		return r.choice(x, y, -1)
	}
	return r.sum(x, y, 1, 1)
}

// stated is a constant operand, repeated to the cells of a value, at its bits; of a product
// at as many as 16 bits hold.
func (r *rational) stated(c *network.Constant, x *node, kind network.Kind) *node {
	f := x.fraction
	if kind == network.Mul {
		largest := float32(0)
		for _, v := range c.Cells {
			largest = max(largest, v, -v)
		}
		for f = 14; f > 0 && math.RoundToEven(math.Ldexp(float64(largest), f)) > 1<<15-1; f-- {
		}
	}
	y := &node{shape: x.shape, fraction: f}
	for i := range x.cells {
		v := new(big.Rat).SetFloat64(float64(c.Cells[i%len(c.Cells)]))
		y.cells = append(y.cells, even(v, f))
	}
	return y
}

// sum is a·x + b·y; y may be nil.
func (r *rational) sum(x, y *node, a, b int64) *node {
	z := r.push(&node{shape: x.shape, fraction: x.fraction, trains: x.trains || y != nil && y.trains})
	for i := range x.cells {
		v := new(big.Rat).Mul(big.NewRat(a, 1), x.cells[i])
		if y != nil {
			addProduct(v, big.NewRat(b, 1), y.cells[i])
		}
		z.cells = append(z.cells, r.fits(v, x.fraction))
	}
	z.back = func(d []*big.Rat) {
		r.scaled(x, d, a)
		if y != nil {
			r.scaled(y, d, b)
		}
	}
	return z
}

// scaled sends an error times ±1.
func (r *rational) scaled(x *node, d []*big.Rat, by int64) {
	if !x.trains {
		return
	}
	dx := make([]*big.Rat, len(d))
	for i := range d {
		dx[i] = r.fits(new(big.Rat).Mul(d[i], big.NewRat(by, 1)), r.c.Formats.Error)
	}
	x.send(dx)
}

// product is x·y, rounded.
func (r *rational) product(x, y *node) *node {
	f := min(r.c.Formats.Activation, x.fraction+y.fraction)
	z := r.push(&node{shape: x.shape, fraction: f, trains: x.trains || y.trains})
	for i := range x.cells {
		z.cells = append(z.cells, r.round(new(big.Rat).Mul(x.cells[i], y.cells[i]), f))
	}
	times := func(d []*big.Rat, other *node, by int64) []*big.Rat {
		out := make([]*big.Rat, len(d))
		for i := range d {
			v := new(big.Rat).Mul(d[i], big.NewRat(by, 1))
			out[i] = r.round(v.Mul(v, other.cells[i]), r.c.Formats.Error)
		}
		return out
	}
	z.back = func(d []*big.Rat) {
		if x == y { // the square's error is rounded once
			x.send(times(d, x, 2))
			return
		}
		if x.trains {
			x.send(times(d, y, 1))
		}
		if y.trains {
			y.send(times(d, x, 1))
		}
	}
	return z
}

// choice is the larger of two, or the smaller one: of equal ones the first.
func (r *rational) choice(x, y *node, sign int) *node {
	z := r.push(&node{shape: x.shape, fraction: x.fraction, trains: x.trains || y.trains})
	second := make([]bool, len(x.cells))
	for i := range x.cells {
		d := r.fits(new(big.Rat).Sub(y.cells[i], x.cells[i]), x.fraction)
		r.fits(new(big.Rat).Neg(d), x.fraction)
		second[i] = d.Sign()*sign > 0
		z.cells = append(z.cells, x.cells[i])
		if second[i] {
			z.cells[i] = y.cells[i]
		}
	}
	z.back = func(d []*big.Rat) {
		dx, dy := nothing(len(d)), nothing(len(d))
		for i := range d {
			if second[i] {
				dy[i] = d[i]
			} else {
				dx[i] = d[i]
			}
		}
		x.send(dx)
		y.send(dy)
	}
	return z
}

// weightAdded is x + w, w over the last axes.
func (r *rational) weightAdded(x *node, w int) *node {
	cells, f := r.weights[w], r.c.Formats.Activation
	y := r.push(&node{shape: x.shape, fraction: f, trains: x.trains || r.trained(w)})
	for i := range x.cells {
		y.cells = append(y.cells, r.round(new(big.Rat).Add(x.cells[i], cells[i%len(cells)]), f))
	}
	y.back = func(d []*big.Rat) {
		d = r.clipped(d)
		for i := range d {
			moved := r.moved[w][i%len(cells)]
			moved.Add(moved, d[i])
		}
		x.send(d)
	}
	return y
}

// joined puts two values of one shape side by side along an axis.
func (r *rational) joined(x, y *node, shape []int, axis int) *node {
	z := r.push(&node{shape: shape, fraction: x.fraction, trains: x.trains || y.trains})
	from := make([]int, volume(shape)) // cells of x, then of y
	for o := range from {
		at := place(o, shape)
		of := 0
		if at[axis] >= x.shape[axis] {
			at[axis] -= x.shape[axis]
			of = len(x.cells)
		}
		from[o] = of + index(at, x.shape)
	}
	both := slices.Concat(x.cells, y.cells)
	for _, i := range from {
		z.cells = append(z.cells, both[i])
	}
	z.back = func(d []*big.Rat) {
		all := nothing(len(both))
		for o, i := range from {
			all[i] = d[o]
		}
		x.send(all[:len(x.cells)])
		y.send(all[len(x.cells):])
	}
	return z
}

// place is the index of a cell on each axis, and index the cell at a place.
func place(cell int, shape []int) []int {
	at := make([]int, len(shape))
	for k := len(shape) - 1; k >= 0; k-- {
		at[k], cell = cell%shape[k], cell/shape[k]
	}
	return at
}

func index(at, shape []int) int {
	cell := 0
	for k := range at {
		cell = cell*shape[k] + at[k]
	}
	return cell
}

// sources lists where each cell of a value comes from whose axes are turned, reversed or cut.
func sources(l *network.Layer, in, out []int) (from []int) {
	for o := range volume(out) {
		at := place(o, out)
		source := slices.Clone(at)
		for k := range at {
			switch l.Kind {
			case network.Transpose:
				source[l.Parameters[k]] = at[k]
			case network.StridedSlice:
				source[k] = l.Parameters[2*k] + at[k]*l.Parameters[2*k+1]
			case network.Reverse:
				if slices.Contains(l.Parameters, k) {
					source[k] = in[k] - 1 - at[k]
				}
			}
		}
		from = append(from, index(source, in))
	}
	return from
}
