package network

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/ops"
)

// WeightTensors returns the weights of a program: trainable and frozen ones, in
// order.
func WeightTensors(p *graph.Program) []graph.TensorID {
	var ids []graph.TensorID
	for i := range p.Tensors {
		if r := p.Tensors[i].Role; r == graph.Weight || r == graph.Frozen {
			ids = append(ids, graph.TensorID(i))
		}
	}
	return ids
}

// Domain is the domain of the generator of initial weights.
const Domain = "zkaudit/initial-weights/v2"

// Scheme says how far random initial weights spread.
type Scheme string

const (
	// He spreads over ±√(6/fan-in): for layers that follow a ReLU.
	He Scheme = "he"
	// Glorot spreads over ±√(6/(fan-in + fan-out)).
	Glorot Scheme = "glorot"
)

// Random derives the initial weights of a program, trained and frozen ones, from
// a public seed, so that anyone can repeat it: integers at the fraction bits of
// their tensors. The cells of weight T come row-major from the stream of package
// prg under Domain with the parts (seed, number of T among the program's weights
// from 0, in decimal), uniform on [−L, L] with
//
//	L = ⌊√(6·4^f_w / d)⌋,  d = fan-in (He) or fan-in + fan-out (Glorot)
//
// where f_w are T's fraction bits, fan-in counts the products that its operator
// adds up for a unit and fan-out the units that a cell of its input takes part
// in (ops.Fans): inputs and units of a fully connected layer, both times the
// kernel's cells in a convolution. A weight that is only added starts at 0.
//
// Errors wrap fault.ErrUsage (scheme, empty
// seed) or fault.ErrOverflow (a format too fine for the weights).
func Random(p *graph.Program, seed []byte, scheme Scheme) (map[graph.TensorID][]int64, error) {
	if scheme != He && scheme != Glorot {
		return nil, fmt.Errorf("initial weights %q, want %q or %q: %w", scheme, He, Glorot, fault.ErrUsage)
	}
	if len(seed) == 0 {
		return nil, fmt.Errorf("initial weights: empty seed: %w", fault.ErrUsage)
	}
	w := map[graph.TensorID][]int64{}
	for position, id := range WeightTensors(p) {
		t := p.Tensor(id)
		cells := make([]int64, t.Size())
		w[id] = cells
		fan, out, multiplies := ops.Fans(p, id)
		if !multiplies {
			continue
		}
		if scheme == Glorot {
			fan += out
		}
		limit, err := spread(t, fan)
		if err != nil {
			return nil, err
		}
		stream := prg.New(Domain, seed, strconv.AppendInt(nil, int64(position), 10))
		for i := range cells {
			cells[i] = stream.Symmetric(limit)
		}
	}
	return w, nil
}

// spread returns ⌊√(6·4^f/fan)⌋ for the fraction bits f of a tensor. The
// square root of an integer part is the integer part of the square root.
func spread(t *graph.Tensor, fan int) (int64, error) {
	square := new(big.Int).Lsh(big.NewInt(6), uint(2*t.Format.Fraction))
	square.Quo(square, big.NewInt(int64(fan)))
	limit := square.Sqrt(square)
	if limit.BitLen() > number.MaxWeightLog {
		return 0, fmt.Errorf("weight %q: initial weights up to %v at %d fraction bits: %w", t.Name, limit, t.Format.Fraction, fault.ErrOverflow)
	}
	return limit.Int64(), nil
}
