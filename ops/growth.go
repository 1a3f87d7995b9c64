package ops

import (
	"math/bits"

	"github.com/zkaudit/zkaudit/graph"
)

// maxProven is how many bits the cells of a small tensor may have in a proof.
// An operand of a contraction beyond it could make accumulators wrap in the
// field; see graph.Program.AccumulatorBits, which leaves the room.
const maxProven = 32

// checkGrowth bounds what a proof allows the cells of every small tensor to
// be. Tensors that are looked up have their format; sums and products of them
// are not looked up again and may be wider than the executor lets them be, so
// a long chain of sums must end in a rounding or an activation before it
// reaches 2^32.
func checkGrowth(p *graph.Program) error {
	proven := make([]int, len(p.Tensors))
	for i := range p.Tensors {
		proven[i] = p.Tensors[i].Format.Bits
	}
	for i := range p.Nodes {
		n := &p.Nodes[i]
		for k, t := range n.Outputs {
			if p.Tensor(t).Role == graph.Committed || k > 0 {
				continue // looked up, or one of few bits more than what is
			}
			proven[t] = grown(p, n, proven)
			if limit := max(maxProven, p.Tensor(t).Format.Bits); proven[t] > limit {
				return malformed("%s %q: cells of %d bits could be proven, at most %d are allowed", n.Kind, n.Name, proven[t], limit)
			}
		}
	}
	return nil
}

// grown returns the bits of a node's first output, sign included.
func grown(p *graph.Program, n *graph.Node, proven []int) int {
	first := proven[n.Inputs[0]]
	switch n.Kind {
	case KindRescale:
		if n.Attributes.Int(attrShift) == 0 {
			return first
		}
		// 16 bits by a lookup; a softmax lets z be one bit wider.
		return 17
	case KindConstantDivision:
		return 17
	case KindAdd:
		return max(first, proven[n.Inputs[1]]) + 1
	case KindSum:
		widest := 0
		for i, c := range n.Attributes[attrCoefficients] {
			if c != 0 { // |c| ≤ 2^⌈log2 |c|⌉
				widest = max(widest, proven[n.Inputs[i]]+bits.Len64(uint64(max(c, -c)-1)))
			}
		}
		return widest + bits.Len(uint(len(n.Inputs)-1))
	case KindMul:
		return first + proven[n.Inputs[1]]
	case KindReduceSum:
		axes := p.Tensor(n.Inputs[0]).Axes
		return first + axes[len(axes)-1].Log()
	case KindFullyConnected, KindInputGradient:
		return wideBits
	}
	return first
}
