package ops_test

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/ops/exact"
	"github.com/zkaudit/zkaudit/ops/tables"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// lie changes one cell of what a node computed, with everything beside it
// that keeps the node's own equations true; false if it cannot. The prover
// then goes on honestly, so that only the ranges can catch it.
type lie func(x *executed, n *graph.Node, cell int) bool

// lies lists the ways to cheat, by kind of node.
func lies() map[graph.Kind]map[string]lie {
	return map[graph.Kind]map[string]lie{
		ops.KindRescale: {
			"rounded up too far":  func(x *executed, n *graph.Node, c int) bool { return x.roundAway(n, c, 1) },
			"rounded down":        func(x *executed, n *graph.Node, c int) bool { return x.roundAway(n, c, -1) },
			"carry between limbs": carry,
		},
		ops.KindConstantDivision: {"remainder beyond the divisor": func(x *executed, n *graph.Node, c int) bool {
			if len(n.Outputs) != 3 {
				return false
			}
			d := int32(n.Attributes.Int("divisor"))
			b := x.buffers.Small
			b[n.Outputs[0]][c]--
			b[n.Outputs[1]][c] += d
			b[n.Outputs[2]][c] -= d
			return true
		}},
		ops.KindSoftmax: {
			"quotient too small": func(x *executed, n *graph.Node, c int) bool { return x.divideAway(n, c, -1) },
			"quotient too large": func(x *executed, n *graph.Node, c int) bool { return x.divideAway(n, c, 1) },
			"maximum too large":  raiseMaximum,
			"mask ignored":       ignoreMask,
		},
		ops.KindLogSoftmax: {
			"logarithm too small": otherLogarithm(-1),
			"logarithm too large": otherLogarithm(1),
		},
		ops.KindRelu:            activationLies(),
		ops.KindRelu6:           activationLies(),
		ops.KindTanh:            activationLies(),
		ops.KindReluN1To1:       activationLies(),
		ops.KindLeakyRelu:       activationLies(),
		ops.KindElu:             activationLies(),
		ops.KindGelu:            activationLies(),
		ops.KindGeluApproximate: activationLies(),
		ops.KindHardSwish:       activationLies(),
		ops.KindAbs:             activationLies(),
		ops.KindExp:             {"value": func(x *executed, n *graph.Node, c int) bool { x.buffers.Small[n.Outputs[0]][c]++; return true }},
		ops.KindMaximum:         maximumLies(1),
		ops.KindMinimum:         maximumLies(-1),
		ops.KindClip: {
			"not clipped": func(x *executed, n *graph.Node, c int) bool {
				d, y := x.buffers.Small[n.Inputs[0]], x.buffers.Small[n.Outputs[0]]
				for i := range d {
					if d[i] != y[i] {
						y[i] = d[i]
						return true
					}
				}
				return false
			},
			"clipped too far": func(x *executed, n *graph.Node, c int) bool {
				x.buffers.Small[n.Outputs[0]][c] = 0
				return x.buffers.Small[n.Inputs[0]][c] != 0
			},
		},
		ops.KindSqrt: {
			"root too small": func(x *executed, n *graph.Node, c int) bool { return x.rootAway(n, c, -1) },
			"root too large": func(x *executed, n *graph.Node, c int) bool { return x.rootAway(n, c, 1) },
		},
		ops.KindRsqrt: {
			"root too small": func(x *executed, n *graph.Node, c int) bool { return x.rootAway(n, c, -1) },
			"root too large": func(x *executed, n *graph.Node, c int) bool { return x.rootAway(n, c, 1) },
			"root below 0": func(x *executed, n *graph.Node, c int) bool {
				return x.rootAway(n, c, -2*x.buffers.Small[n.Outputs[0]][c])
			},
		},
		ops.KindLargeDivision: {
			"quotient too small": func(x *executed, n *graph.Node, c int) bool { return x.quotientAway(n, c, -1) },
			"quotient too large": func(x *executed, n *graph.Node, c int) bool { return x.quotientAway(n, c, 1) },
		},
		ops.KindGate: {"gate ignored": func(x *executed, n *graph.Node, c int) bool {
			b := x.buffers.Small
			d := b[n.Inputs[1]][c]
			if b[n.Inputs[0]][c] == 1 {
				b[n.Outputs[0]][c] = 0
			} else {
				b[n.Outputs[0]][c] = d
			}
			return d != 0
		}},
		ops.KindWeightUpdate: {"weight moved": func(x *executed, n *graph.Node, c int) bool {
			x.buffers.Weight(n.Inputs[0])[0]++
			if w := x.buffers.Weights[n.Inputs[0]]; w != nil {
				w.Refresh()
			}
			return true
		}},
	}
}

func activationLies() map[string]lie {
	return map[string]lie{
		"value": func(x *executed, n *graph.Node, c int) bool { x.buffers.Small[n.Outputs[0]][c]++; return true },
		"derivative": func(x *executed, n *graph.Node, c int) bool {
			g := x.buffers.Small[n.Outputs[1]]
			g[c] = 1 - g[c]
			return true
		},
	}
}

// maximumLies are another value than that of either operand, the other operand,
// and the other operand's gradient.
func maximumLies(sign int32) map[string]lie {
	raise := func(x *executed, n *graph.Node, c int, by int32) bool {
		b := x.buffers.Small
		b[n.Outputs[0]][c] += sign * by
		b[n.Outputs[2]][c] += by
		return by != 0
	}
	return map[string]lie{
		"beyond both": func(x *executed, n *graph.Node, c int) bool { return raise(x, n, c, 1) },
		"the other operand": func(x *executed, n *graph.Node, c int) bool {
			b := x.buffers.Small
			d := b[n.Outputs[1]][c]
			b[n.Outputs[3]][c] = 1 - b[n.Outputs[3]][c]
			if d > 0 {
				return raise(x, n, c, -d)
			}
			return raise(x, n, c, d)
		},
		"the other gradient": func(x *executed, n *graph.Node, c int) bool {
			g := x.buffers.Small[n.Outputs[3]]
			g[c] = 1 - g[c]
			return true
		},
	}
}

// roundAway moves Y by 1 and the remainder by −2^s, in its top limb.
func (x *executed) roundAway(n *graph.Node, c int, by int32) bool {
	limbs := n.Outputs[1:]
	if len(limbs) == 0 {
		return false
	}
	_, top := exact.Limbs(n.Attributes.Int("shift"), max(exact.LimbBits, n.Attributes.Int("limb")))
	x.buffers.Small[n.Outputs[0]][c] += by
	x.buffers.Small[limbs[len(limbs)-1]][c] -= by << top
	return true
}

// rootAway moves a root, and its remainder and complement with it.
func (x *executed) rootAway(n *graph.Node, c int, by int32) bool {
	b, v := x.buffers.Small, int64(0)
	if long := x.buffers.Long[n.Inputs[0]]; long != nil {
		v = long[c]
	} else {
		v = int64(b[n.Inputs[0]][c])
	}
	b[n.Outputs[0]][c] += by
	y, fy, fv := int64(b[n.Outputs[0]][c]), x.p.Tensor(n.Outputs[0]).Format.Fraction, x.p.Tensor(n.Inputs[0]).Format.Fraction
	remainder := v<<(2*fy-fv) - (y*y - y + 1)
	complement := 2*y - 1 - remainder
	if n.Kind == ops.KindRsqrt {
		w := v + int64(n.Attributes.Int("addend"))
		remainder = int64(n.Attributes.Int("divisor"))<<(2*fy+fv+2) - (2*y-1)*(2*y-1)*w
		complement = 8*y*w - 1 - remainder
	}
	limbs := (len(n.Outputs) - 1) / 2
	for k, left := range []int64{remainder, complement} {
		for i := range limbs {
			at := n.Outputs[1+k*limbs+i]
			if b[at][c] = int32(left & 0xffff); i == limbs-1 {
				b[at][c] = int32(left)
			}
			left >>= 16
		}
	}
	return true
}

// quotientAway moves a quotient by 1 and its remainder by ∓2D.
func (x *executed) quotientAway(n *graph.Node, c int, by int32) bool {
	if len(n.Outputs) != 3 {
		return false
	}
	b := x.buffers.Small
	d := b[n.Inputs[1]]
	twice := 2 * d[c%len(d)]
	if x.p.Tensor(n.Inputs[1]).Role != graph.Constant {
		twice = 2 * d[c/(len(b[n.Outputs[0]])/len(d))]
	}
	b[n.Outputs[0]][c] += by
	b[n.Outputs[1]][c] -= by * twice
	b[n.Outputs[2]][c] += by * twice
	return true
}

// carry moves 2^l from one limb of l bits to the next: the value stays.
func carry(x *executed, n *graph.Node, c int) bool {
	limbs := n.Outputs[1:]
	if len(limbs) < 2 {
		return false
	}
	x.buffers.Small[limbs[0]][c] += 1 << max(exact.LimbBits, n.Attributes.Int("limb"))
	x.buffers.Small[limbs[1]][c]--
	return true
}

// divideAway moves a probability by 1 and its remainder by ∓2D.
func (x *executed) divideAway(n *graph.Node, c int, by int32) bool {
	limbs := n.Outputs[6:]
	if len(limbs) != 2 {
		return false
	}
	b := x.buffers.Small
	d := b[n.Outputs[5]]
	twice := 2 * d[c/(len(b[n.Outputs[0]])/len(d))]
	b[n.Outputs[0]][c] += by
	b[limbs[0]][c] -= by * twice
	b[limbs[1]][c] += by * twice
	return true
}

// raiseMaximum computes the row of a cell with m + 256 for m, and everything
// that follows from it.
func raiseMaximum(x *executed, n *graph.Node, c int) bool {
	return x.weigh(n, c, func(i int, d int32) int32 { return min(d+256, 1<<16-1) }, 256)
}

// ignoreMask weighs all classes of the first row, though some are masked.
func ignoreMask(x *executed, n *graph.Node, _ int) bool {
	b, out := x.buffers.Small, n.Outputs
	if len(n.Inputs) < 2 {
		return false
	}
	classes := len(b[out[0]]) / len(b[out[1]])
	return x.weigh(n, 0, func(i int, d int32) int32 {
		if d == 1<<16-1 {
			return max(b[out[1]][i/classes]-b[n.Inputs[0]][i], 0)
		}
		return d
	}, 0)
}

// weigh computes the row of a cell with other distances and a larger m, and
// everything that follows from them.
func (x *executed) weigh(n *graph.Node, c int, distance func(i int, d int32) int32, raised int32) bool {
	b, out := x.buffers.Small, n.Outputs
	if len(out) != 8 {
		return false
	}
	fz, fe := x.p.Tensor(n.Inputs[0]).Format.Fraction, x.p.Tensor(out[4]).Format.Fraction
	exp, err := tables.Exp(fz, fe)
	if err != nil {
		return false
	}
	classes := len(b[out[0]]) / len(b[out[1]])
	row := c / classes
	b[out[1]][row] += raised
	b[out[5]][row] = 0
	for i := row * classes; i < (row+1)*classes; i++ {
		b[out[3]][i] = distance(i, b[out[3]][i])
		b[out[4]][i] = exp.Columns[1][b[out[3]][i]]
		b[out[5]][row] += b[out[4]][i]
	}
	twice := 2 * int64(b[out[5]][row])
	for i := row * classes; i < (row+1)*classes; i++ {
		num := int64(b[out[4]][i])<<(x.p.Tensor(out[0]).Format.Fraction+1) + twice/2
		b[out[0]][i] = int32(num / twice)
		b[out[6]][i] = int32(num % twice)
		b[out[7]][i] = int32(twice - 1 - num%twice)
	}
	return true
}

// checkLies lets the prover lie once per kind of node and way, in the first
// step, at the last node of the kind.
func checkLies(t *testing.T, p *graph.Program) {
	t.Helper()
	ways := lies()
	last := map[graph.Kind]int{}
	for i := range p.Nodes {
		last[p.Nodes[i].Kind] = i
	}
	for kind, i := range last {
		for name, tell := range ways[kind] {
			told := false
			x := executeLying(t, p, 2, 1, func(x *executed, n *graph.Node) {
				if n == &p.Nodes[i] && !told {
					told = tell(x, n, 1)
				}
			})
			if !told {
				continue
			}
			if err := naive.Check(x.sys.Relation, x.bare()); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s, %s: %v", p.Nodes[i].Name, name, err)
			}
		}
	}
}
