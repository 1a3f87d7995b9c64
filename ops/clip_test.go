package ops_test

import (
	"math"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
)

// clipped is a network whose errors are clipped to c.
func clipped(t *testing.T, f graph.Fractions, c int, kind graph.Kind, loss graph.LossKind) *graph.Program {
	n := newNet(t, f, 3, 5)
	n.Program().Optimizer.Clip = c
	h := n.activation(kind, n.dense(n.Program().Input, 6))
	return n.train(n.dense(h, 4), loss)
}

// TestClip: each layer with weights has its errors clipped once, before its
// updates and before it passes them on, and some are beyond the limit.
func TestClip(t *testing.T) {
	const limit = 90
	for _, kind := range []graph.Kind{ops.KindRelu, ops.KindTanh} {
		p := clipped(t, coarse(), limit, kind, graph.SoftmaxCrossEntropy)
		x := execute(t, p, 1, 4)
		nodes, beyond, within := 0, 0, 0
		for i := range p.Nodes {
			n := &p.Nodes[i]
			if n.Kind != ops.KindClip {
				continue
			}
			nodes++
			d, y := x.buffers.Small[n.Inputs[0]], x.buffers.Small[n.Outputs[0]]
			for c := range d {
				if want := min(max(d[c], -limit), limit); y[c] != want {
					t.Errorf("%s: %d becomes %d, want %d", n.Name, d[c], y[c], want)
				}
				if d[c] == y[c] {
					within++
				} else {
					beyond++
				}
			}
			if tensor := p.Tensor(n.Inputs[0]); tensor.Checked && kind == ops.KindTanh {
				t.Errorf("%s has a range of its own, beside the lookup that clips it", tensor.Name)
			}
		}
		if nodes != 2 || beyond == 0 || within == 0 {
			t.Errorf("%s: %d nodes, %d errors clipped, %d not", kind, nodes, beyond, within)
		}
		for i := range p.Nodes {
			if n := &p.Nodes[i]; n.Kind == ops.KindWeightUpdate || n.Kind == ops.KindInputGradient {
				d := n.Inputs[len(n.Inputs)-1]
				if n.Kind == ops.KindInputGradient {
					d = n.Inputs[0]
				}
				if by := p.Producers()[d]; p.Nodes[by].Kind != ops.KindClip {
					t.Errorf("%s reads %s", n.Name, p.Tensor(d).Name)
				}
			}
		}
	}
}

// TestClippedErrorsAreProven: no trace but the executed one is accepted, and a
// limit that is never reached changes nothing.
func TestClippedErrorsAreProven(t *testing.T) {
	for _, loss := range []graph.LossKind{graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError} {
		p := clipped(t, coarse(), 90, ops.KindRelu, loss)
		s := build(t, p)
		if list := unenforced(p, s, s.Relation); len(list) > 0 {
			t.Errorf("%s: the relations let leave their format: %q", loss, list)
		}
		attack(t, p, 2)
	}
	checkGradients(t, clipped(t, fine(), graph.MaxClip, ops.KindTanh, graph.SoftmaxCrossEntropy), 5)
}

// TestClippedUpdates compares a step with one in float64 that clips.
func TestClippedUpdates(t *testing.T) {
	const limit = 0.0625
	f := fine()
	p := clipped(t, f, 1<<f.Error/16, ops.KindTanh, graph.SoftmaxCrossEntropy)
	x := execute(t, p, 1, 8)
	weights := map[string][]float64{}
	for _, id := range p.OfRole(graph.Weight) {
		weights[p.Tensor(id).Name] = scaled(x.before[id], p.Tensor(id).Format.Fraction)
	}
	in, label := scaled(x.buffers.Small[p.Input], f.Feature), scaled(x.buffers.Small[p.Label], 0)
	clip := func(v float64) float64 { return min(max(v, -limit), limit) }
	got := map[string][]float64{}
	for _, id := range p.OfRole(graph.Weight) {
		for i, before := range x.before[id] {
			got[p.Tensor(id).Name] = append(got[p.Tensor(id).Name],
				math.Ldexp(float64(before-x.buffers.Weight(id)[i]), p.Optimizer.Shift-p.Tensor(id).Format.Fraction)/float64(x.rates[0]))
		}
	}
	want := map[string][]float64{"w": make([]float64, 30), "b": make([]float64, 6), "w 2": make([]float64, 24), "b 2": make([]float64, 4)}
	for s := range 3 {
		var a, z [8]float64
		for j := range 6 {
			a[j] = weights["b"][j]
			for k := range 5 {
				a[j] += in[5*s+k] * weights["w"][6*k+j]
			}
			a[j] = math.Tanh(a[j])
		}
		total := 0.0
		for c := range 4 {
			z[c] = weights["b 2"][c]
			for j := range 6 {
				z[c] += a[j] * weights["w 2"][4*j+c]
			}
			z[c] = math.Exp(z[c])
			total += z[c]
		}
		var da [8]float64
		for c := range 4 {
			d := clip(z[c]/total - label[4*s+c])
			want["b 2"][c] += d
			for j := range 6 {
				want["w 2"][4*j+c] += d * a[j]
				da[j] += d * weights["w 2"][4*j+c]
			}
		}
		for j := range 6 {
			d := clip(da[j] * (1 - a[j]*a[j]))
			want["b"][j] += d
			for k := range 5 {
				want["w"][6*k+j] += d * in[5*s+k]
			}
		}
	}
	for name, cells := range want {
		for i, v := range cells {
			if len(got[name]) != len(cells) || math.Abs(got[name][i]-v) > 0.004 {
				t.Fatalf("%s: %v, want %v", name, got[name], cells)
			}
		}
	}
}
