package bundle

import (
	"crypto/sha256"
	"fmt"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/segment"
)

// check says what is wrong with an origin for a program, without a fault kind.
func (o *Origin) check(p *graph.Program) error {
	if o.Bits < 1 || o.Bits > segment.MaxInitialBits {
		return fmt.Errorf("initial weights of %d bits, want 1 to %d", o.Bits, segment.MaxInitialBits)
	}
	if (o.Kind == Seeded) != (o.Seed != "" || o.Scheme != "") || (o.Kind == Published) != (o.Cells != nil) {
		return fmt.Errorf("origin %v with a seed of %d bytes and %d public weights", o.Kind, len(o.Seed), len(o.Cells))
	}
	if (o.Kind == Continued) != (o.Predecessor != [32]byte{}) {
		return fmt.Errorf("origin %v with a predecessor %x", o.Kind, o.Predecessor)
	}
	if o.public() && parameters(p) > maxPublicCells {
		return fmt.Errorf("%d public weights, at most %d", parameters(p), maxPublicCells)
	}
	switch o.Kind {
	case Private, Continued:
		return nil
	case Seeded:
		if o.Seed == "" || len(o.Seed) > schedule.MaxSeed {
			return fmt.Errorf("seed of %d bytes, want 1 to %d", len(o.Seed), schedule.MaxSeed)
		}
		if s := network.Scheme(o.Scheme); s != network.He && s != network.Glorot {
			return fmt.Errorf("initial weights by scheme %q", o.Scheme)
		}
		return nil
	case Published:
		ids := network.WeightTensors(p)
		if len(o.Cells) != len(ids) {
			return fmt.Errorf("%d published weights of %d", len(o.Cells), len(ids))
		}
		for i, id := range ids {
			if t := p.Tensor(id); len(o.Cells[i]) != t.Size() {
				return fmt.Errorf("published weight %q has %d cells of %d", t.Name, len(o.Cells[i]), t.Size())
			}
		}
		return nil
	default:
		return fmt.Errorf("origin of initial weights: %v", o.Kind)
	}
}

// public reports whether anyone can tell the initial weights.
func (o *Origin) public() bool { return o.Kind == Seeded || o.Kind == Published }

// parameters returns the number of weights of a program.
func parameters(p *graph.Program) int {
	n := 0
	for _, id := range network.WeightTensors(p) {
		n += p.Tensor(id).Size()
	}
	return n
}

// Public returns the cells that the origin makes public, by weight tensor: all
// of them, or none for weights that are private or another training's. Requires an origin that fits the
// program.
func (o *Origin) Public(p *graph.Program) (map[graph.TensorID][]int64, error) {
	switch o.Kind {
	case Seeded:
		w, err := network.Random(p, []byte(o.Seed), network.Scheme(o.Scheme))
		if err != nil {
			return nil, fmt.Errorf("initial weights from the seed: %w: %w", fault.ErrMalformed, err)
		}
		return w, nil
	case Published:
		cells := map[graph.TensorID][]int64{}
		for i, id := range network.WeightTensors(p) {
			cells[id] = o.Cells[i]
		}
		return cells, nil
	default:
		return nil, nil
	}
}

// Encode returns the injective encoding of the origin. A predecessor stands at its
// end where the kind says that there is one: of other kinds nothing has changed
// since there were none.
func (o *Origin) Encode() []byte {
	b := encode.Int(nil, o.Kind)
	b = encode.Int(b, o.Bits)
	b = encode.Text(b, o.Seed)
	b = encode.Text(b, o.Scheme)
	b = encode.Int(b, len(o.Cells))
	for _, cells := range o.Cells {
		b = encode.Ints(b, cells)
	}
	if o.Kind == Continued {
		b = append(b, o.Predecessor[:]...)
	}
	return b
}

// Digest identifies the origin with the published cells, if there are any.
func (o *Origin) Digest() [32]byte {
	return sha256.Sum256(encode.Bytes(encode.Domain("zkaudit/origin/v1"), o.Encode()))
}

func (r reader) origin(p *graph.Program) Origin {
	const what = "origin of initial weights"
	o := Origin{Kind: OriginKind(r.Bounded(what, 0, int64(Continued)))}
	o.Bits = r.Bounded(what, 1, segment.MaxInitialBits)
	o.Seed, o.Scheme = string(r.Bytes(what, schedule.MaxSeed)), string(r.Bytes(what, 16))
	n := r.Bounded(what, 0, int64(len(p.Tensors)))
	for range n {
		o.Cells = append(o.Cells, r.Ints(what, graph.MaxSize))
	}
	if o.Kind == Continued {
		o.Predecessor = r.Digest(what)
	}
	return o
}
