package train

import (
	"math"
	"math/big"

	"github.com/zkaudit/zkaudit/graph"
)

// oracle is the network of network_test.go in rational numbers: what the
// integers stand for. Nothing is rounded but
//
//	z = V to f_a bits, e^x and e/D to the bits of the softmax, dA to f_g bits
//
// and every rounding is to the nearest multiple of 2^−f, ties up.
type oracle struct {
	s              shape
	f              graph.Fractions
	w1, b1, w2, b2 [][]*big.Rat
}

func newOracle(n perceptron, s shape, w Weights) *oracle {
	real := func(id graph.TensorID, rows int) [][]*big.Rat {
		cells, t := w[id], n.p.Tensor(id)
		out := make([][]*big.Rat, rows)
		for i, v := range cells {
			r := i / (len(cells) / rows)
			out[r] = append(out[r], new(big.Rat).Mul(big.NewRat(v, 1), power(-t.Format.Fraction)))
		}
		return out
	}
	return &oracle{s: s, f: n.p.Fractions, w1: real(n.w1, s.inputs), b1: real(n.b1, 1), w2: real(n.w2, s.hidden), b2: real(n.b2, 1)}
}

// power returns 2^k.
func power(k int) *big.Rat {
	p := new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(max(k, -k))))
	if k < 0 {
		p.Inv(p)
	}
	return p
}

// round returns the multiple of 2^−f nearest to x, ties up.
func round(x *big.Rat, f int) *big.Rat {
	y := new(big.Rat).Mul(x, power(f))
	y.Add(y, big.NewRat(1, 2))
	floor := new(big.Int).Div(y.Num(), y.Denom()) // Euclidean: the floor, as the divisor is positive
	return y.Mul(new(big.Rat).SetInt(floor), power(-f))
}

// integer returns x·2^f, which must be one.
func integer(x *big.Rat, f int) int64 {
	y := new(big.Rat).Mul(x, power(f))
	if !y.IsInt() || !y.Num().IsInt64() {
		panic("oracle: " + y.String() + " is no integer of 64 bits")
	}
	return y.Num().Int64()
}

// addProduct adds a·b to sum.
func addProduct(sum, a, b *big.Rat) { sum.Add(sum, new(big.Rat).Mul(a, b)) }

// layer returns x·w + b.
func layer(x []*big.Rat, w [][]*big.Rat, b []*big.Rat) []*big.Rat {
	out := make([]*big.Rat, len(b))
	for j := range out {
		out[j] = new(big.Rat).Set(b[j])
		for k := range x {
			addProduct(out[j], x[k], w[k][j])
		}
	}
	return out
}

// step runs one batch, updates the weights and returns the logits.
func (o *oracle) step(input, label []int32, n int64) [][]*big.Rat {
	rate := new(big.Rat).Mul(big.NewRat(n, 1), power(-o.s.shift))
	var logits, xs, as, dz1s, dz2s [][]*big.Rat
	for b := range o.s.batch {
		var x, a []*big.Rat
		for _, v := range input[b*o.s.inputs : (b+1)*o.s.inputs] {
			x = append(x, new(big.Rat).Mul(big.NewRat(int64(v), 1), power(-o.f.Feature)))
		}
		for _, v := range layer(x, o.w1, o.b1[0]) {
			if v = round(v, o.f.Activation); v.Sign() < 0 {
				v.SetInt64(0)
			}
			a = append(a, v)
		}
		z := layer(a, o.w2, o.b2[0])
		for c := range z {
			z[c] = round(z[c], o.f.Activation)
		}
		dz2 := o.softmax(z)
		for c := range dz2 {
			dz2[c].Sub(dz2[c], big.NewRat(int64(label[b*o.s.units+c]), 1))
		}
		dz1 := make([]*big.Rat, len(a))
		for k := range a {
			dz1[k] = new(big.Rat)
			for c := range dz2 {
				addProduct(dz1[k], dz2[c], o.w2[k][c])
			}
			if dz1[k] = round(dz1[k], o.f.Error); a[k].Sign() == 0 {
				dz1[k].SetInt64(0)
			}
		}
		logits, xs, as = append(logits, z), append(xs, x), append(as, a)
		dz1s, dz2s = append(dz1s, dz1), append(dz2s, dz2)
	}
	for b := range o.s.batch {
		descend(o.w1, xs[b], dz1s[b], rate)
		descend(o.w2, as[b], dz2s[b], rate)
		one := []*big.Rat{big.NewRat(1, 1)}
		descend(o.b1, one, dz1s[b], rate)
		descend(o.b2, one, dz2s[b], rate)
	}
	return logits
}

// descend subtracts rate·x·dᵀ.
func descend(w [][]*big.Rat, x, d []*big.Rat, rate *big.Rat) {
	for k := range x {
		for j := range d {
			addProduct(w[k][j], new(big.Rat).Neg(rate), new(big.Rat).Mul(x[k], d[j]))
		}
	}
}

// softmax returns e_c/D at f_g bits, with exponentials of up to 15 bits, as
// many as let twice their sum stay within 16 bits.
func (o *oracle) softmax(z []*big.Rat) []*big.Rat {
	bits := 15
	for 2*len(z)<<bits > 1<<16 {
		bits--
	}
	top := z[0]
	for _, v := range z {
		if v.Cmp(top) > 0 {
			top = v
		}
	}
	sum, e := new(big.Rat), make([]*big.Rat, len(z))
	for c, v := range z {
		distance, _ := new(big.Rat).Sub(v, top).Float64()
		e[c] = round(new(big.Rat).SetFloat64(math.Exp(distance)), bits)
		sum.Add(sum, e[c])
	}
	for c := range e {
		e[c] = round(new(big.Rat).Quo(e[c], sum), o.f.Error)
	}
	return e
}

// weights returns the oracle's weights as integers.
func (o *oracle) weights(n perceptron) Weights {
	w := Weights{}
	for id, rows := range map[graph.TensorID][][]*big.Rat{n.w1: o.w1, n.b1: o.b1, n.w2: o.w2, n.b2: o.b2} {
		for _, row := range rows {
			for _, v := range row {
				w[id] = append(w[id], integer(v, n.p.Tensor(id).Format.Fraction))
			}
		}
	}
	return w
}
