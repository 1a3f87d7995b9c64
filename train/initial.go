package train

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/ops/exact"
)

// Domain is the domain of the generator of initial weights.
const Domain = "zkaudit/initial-weights/v2"

// Scheme says how far random initial weights spread; see the package comment.
type Scheme string

const (
	// He spreads over ±√(6/fan-in): for layers that follow a ReLU.
	He Scheme = "he"
	// Glorot spreads over ±√(6/(fan-in + fan-out)).
	Glorot Scheme = "glorot"
)

// Random returns the initial weights that the package comment defines, for
// trained and frozen weights alike. Errors wrap fault.ErrUsage (scheme, empty
// seed) or fault.ErrOverflow (a format too fine for the weights).
func Random(p *graph.Program, seed []byte, scheme Scheme) (Weights, error) {
	if scheme != He && scheme != Glorot {
		return nil, fmt.Errorf("initial weights %q, want %q or %q: %w", scheme, He, Glorot, fault.ErrUsage)
	}
	if len(seed) == 0 {
		return nil, fmt.Errorf("initial weights: empty seed: %w", fault.ErrUsage)
	}
	w := Weights{}
	for number, id := range weightsOf(p) {
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
		stream := prg.New(Domain, seed, strconv.AppendInt(nil, int64(number), 10))
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
	if limit.BitLen() > exact.MaxWeightLog {
		return 0, fmt.Errorf("weight %q: initial weights up to %v at %d fraction bits: %w", t.Name, limit, t.Format.Fraction, fault.ErrOverflow)
	}
	return limit.Int64(), nil
}
