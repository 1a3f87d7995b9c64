package ops_test

import (
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// reals evaluates the forward pass of a program in float64: every tensor
// stands for its real value, rounding is the identity.
type reals struct {
	p      *graph.Program
	values map[graph.TensorID][]float64
}

// scaled returns integer cells as the reals they stand for.
func scaled[T int32 | int64](cells []T, fraction int) []float64 {
	out := make([]float64, len(cells))
	for i, v := range cells {
		out[i] = math.Ldexp(float64(v), -fraction)
	}
	return out
}

func (r *reals) forward() {
	last := r.p.Producers()[r.p.Loss.Prediction]
	for i := range r.p.Nodes[:last+1] {
		n := &r.p.Nodes[i]
		r.values[n.Outputs[0]] = r.node(n)
	}
}

func (r *reals) node(n *graph.Node) []float64 {
	in := make([][]float64, len(n.Inputs))
	for i, t := range n.Inputs {
		if t != graph.None {
			in[i] = r.values[t]
		}
	}
	x, axes, out := in[0], r.p.Tensor(n.Inputs[0]).Axes, r.p.Tensor(n.Outputs[0])
	y := make([]float64, out.Size())
	inner := axes[len(axes)-1].Size
	switch n.Kind {
	case ops.KindOneHot:
		for i, v := range x {
			y[i*len(y)/len(x)+int(v)] = 1
		}
	case ops.KindFullyConnected, ops.KindConv2D, ops.KindGroupedConv2D, ops.KindDepthwiseConv2D, ops.KindTransposeConv, ops.KindGather, ops.KindUnembed:
		if len(in) > 2 {
			for i := range y {
				y[i] = in[2][i%len(in[2])]
			}
		}
		products(r.p, n, func(a, w, v int) { y[v] += x[a] * in[1][w] })
	case ops.KindRescale, ops.KindReshape:
		copy(y, x)
	case ops.KindRelu:
		apply(y, x, func(v float64) float64 { return max(v, 0) })
	case ops.KindRelu6:
		apply(y, x, func(v float64) float64 { return min(max(v, 0), 6) })
	case ops.KindReluN1To1:
		apply(y, x, func(v float64) float64 { return min(max(v, -1), 1) })
	case ops.KindLeakyRelu:
		apply(y, x, leaky)
	case ops.KindElu:
		apply(y, x, elu)
	case ops.KindHardSwish:
		apply(y, x, hardSwish)
	case ops.KindGelu:
		apply(y, x, gelu)
	case ops.KindGeluApproximate:
		apply(y, x, geluApproximate)
	case ops.KindSqrt:
		apply(y, x, math.Sqrt)
	case ops.KindRsqrt:
		f := r.p.Tensor(n.Inputs[0]).Format.Fraction
		apply(y, x, func(v float64) float64 {
			return 1 / math.Sqrt((v+math.Ldexp(float64(n.Attributes.Int("addend")), -f))/float64(n.Attributes.Int("divisor")))
		})
	case ops.KindLargeDivision:
		for i := range y {
			y[i] = x[i] / in[1][i%len(in[1])]
		}
	case ops.KindAbs:
		apply(y, x, math.Abs)
	case ops.KindExp:
		apply(y, x, math.Exp)
	case ops.KindTanh:
		apply(y, x, math.Tanh)
	case ops.KindLogistic:
		apply(y, x, func(v float64) float64 { return 1 / (1 + math.Exp(-v)) })
	case ops.KindMul:
		for i := range y {
			y[i] = x[i] * in[1][i%len(in[1])]
		}
	case ops.KindBatchMatmul:
		matrices(r.p, n, func(a, b, v int) { y[v] += x[a] * in[1][b] })
	case ops.KindAdd, ops.KindAddWeight:
		for i := range y {
			y[i] = x[i] + in[1][i%len(in[1])]
		}
	case ops.KindMaximum:
		for i := range y {
			y[i] = max(x[i], in[1][i%len(in[1])])
		}
	case ops.KindMinimum:
		for i := range y {
			y[i] = min(x[i], in[1][i%len(in[1])])
		}
	case ops.KindSum:
		for k, c := range n.Attributes["coefficients"] {
			// a coefficient carries the change of format
			scale := math.Ldexp(float64(c), r.p.Tensor(n.Inputs[k]).Format.Fraction-out.Format.Fraction)
			for i := range y {
				y[i] += scale * in[k][i]
			}
		}
	case ops.KindSoftmax:
		for i := range y {
			shown := func(i int) bool { return len(in) == 1 || in[1][i%len(in[1])] == 1 }
			total := 0.0
			for k := i / inner * inner; k < (i/inner+1)*inner; k++ {
				if shown(k) {
					total += math.Exp(x[k] - x[i])
				}
			}
			if shown(i) {
				y[i] = 1 / total
			}
		}
	case ops.KindLogSoftmax:
		for i := range y {
			total := 0.0
			for k := i / inner * inner; k < (i/inner+1)*inner; k++ {
				total += math.Exp(x[k] - x[i])
			}
			y[i] = -math.Log(total)
		}
	case ops.KindReduceSum:
		for i, v := range x {
			y[i/inner] += v
		}
	case ops.KindBroadcast:
		size := len(y) / len(x)
		for i := range y {
			y[i] = x[i/size]
		}
	case ops.KindSelect, ops.KindAxisSum:
		if len(x) > 1<<10 {
			mappedPairs(r.p, n, func(from, to int, v float64) { y[to] += x[from] * v })
			return y
		}
		return mapped(r.p, n, x) // by definition
	case ops.KindConcatenate:
		return joined(r.p, n, in)
	case ops.KindConstantDivision:
		scale := math.Ldexp(1, r.p.Tensor(n.Inputs[0]).Format.Fraction-out.Format.Fraction)
		apply(y, x, func(v float64) float64 { return v * scale / float64(n.Attributes.Int("divisor")) })
	case ops.KindPermute:
		for i := range y {
			index, rest := make([]int, len(axes)), i // of X
			for k := len(axes) - 1; k > 0; k-- {
				index[1+n.Attributes["order"][k-1]] = rest % out.Axes[k].Size
				rest /= out.Axes[k].Size
			}
			at := rest // the sample
			for k := 1; k < len(axes); k++ {
				at = at*axes[k].Size + index[k]
			}
			y[i] = x[at]
		}
	case ops.KindRotate, ops.KindReflect: // of the last axis
		for i := range y {
			at := inner - 1 - i%inner
			if n.Kind == ops.KindRotate {
				at = (i%inner + n.Attributes.Int("by")) % inner
			}
			y[i] = x[i/inner*inner+at]
		}
	default:
		panic("no float interpretation of " + string(n.Kind))
	}
	return y
}

func apply(y, x []float64, f func(float64) float64) {
	for i, v := range x {
		y[i] = f(v)
	}
}

// loss is the sum of the batch's losses, as their definitions have it.
func (r *reals) loss() float64 {
	r.forward()
	p, label := r.values[r.p.Loss.Prediction], r.values[r.p.Label]
	units := float64(r.p.Tensor(r.p.Label).Units())
	total := 0.0
	for i, l := range label {
		if r.p.Loss.Kind == graph.SoftmaxCrossEntropy && r.p.Loss.Labels == graph.Values {
			if l >= 0 {
				total -= math.Log(p[i*(len(p)/len(label))+int(l)])
			}
			continue
		}
		switch r.p.Loss.Kind {
		case graph.SoftmaxCrossEntropy:
			total -= l * math.Log(p[i])
		case graph.LogisticLoss:
			total -= l*math.Log(p[i]) + (1-l)*math.Log(1-p[i])
		case graph.MeanSquaredError:
			total += (p[i] - l) * (p[i] - l) / units
		}
	}
	return total
}

// checkGradients executes one step of a program and compares what every
// weight changed by with finite differences of the loss.
func checkGradients(t *testing.T, p *graph.Program, seed uint64) {
	t.Helper()
	checkGradientsOf(t, p, seed, func(label float64) float64 { return label })
}

// checkGradientsOf is checkGradients for a loss of other labels.
func checkGradientsOf(t *testing.T, p *graph.Program, seed uint64, label func(float64) float64) {
	t.Helper()
	x := execute(t, p, 1, seed)
	r := realsOf(x)
	apply(r.values[p.Label], r.values[p.Label], label)
	for _, w := range p.OfRole(graph.Weight) {
		largest := 0.0
		for i := range x.before[w] {
			got, want := x.gradient(w, i), r.difference(w, i)
			largest = max(largest, math.Abs(want))
			if math.Abs(got-want) > 0.01+0.01*math.Abs(want) {
				t.Errorf("%s, cell %d: gradient %v, finite difference %v", p.Tensor(w).Name, i, got, want)
			}
		}
		if largest < 0.015 {
			t.Errorf("%s: gradients up to %v test nothing", p.Tensor(w).Name, largest)
		}
	}
}

// difference is the central difference of the loss in one weight.
func (r *reals) difference(w graph.TensorID, i int) float64 {
	const h = 1e-5
	cells := r.values[w]
	was := cells[i]
	cells[i] = was + h
	up := r.loss()
	cells[i] = was - h
	down := r.loss()
	cells[i] = was
	return (up - down) / (2 * h)
}
