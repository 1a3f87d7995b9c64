package ops

import "github.com/zkaudit/zkaudit/graph"

// Anchor decides which rounded values the proof commits. A weight trajectory
// is defined by the inputs X and the errors dZ of all steps, so these must not
// depend on a trajectory themselves: walking back from them through virtual
// tensors, every rounded value is committed. All others stay virtual.
func Anchor(p *graph.Program) *graph.Program {
	q := p.Clone()
	producers := q.Producers()
	seen := make([]bool, len(q.Tensors))
	var anchor func(t graph.TensorID)
	anchor = func(t graph.TensorID) {
		tensor := q.Tensor(t)
		if seen[t] || tensor.Role != graph.Virtual {
			return
		}
		seen[t] = true
		n := &q.Nodes[producers[t]]
		if rounds(n.Kind) {
			tensor.Role = graph.Committed
			return
		}
		for _, in := range n.Inputs {
			if in != graph.None {
				anchor(in)
			}
		}
	}
	for i := range q.Nodes {
		if n := &q.Nodes[i]; n.Kind == KindWeightUpdate {
			for _, t := range n.Inputs[1:] {
				anchor(t)
			}
		}
	}
	return q
}

// rounds reports whether the first output of a kind is a rounded value, which
// may be committed or virtual.
func rounds(k graph.Kind) bool { return k == KindRescale || k == KindConstantDivision }

// Cover decides which rounded values the proof looks up in their range. A
// rounded value must be an integer of its format, or it would leave the choice
// of its remainder to the prover. It is covered already where
//
//   - an activation or a softmax looks it up, whatever else uses it; or
//   - its only use is a gate of bits, whose result is looked up.
func Cover(p *graph.Program) *graph.Program {
	q := p.Clone()
	consumers := q.Consumers()
	for i := range q.Nodes {
		n := &q.Nodes[i]
		if !rounds(n.Kind) {
			continue
		}
		y := n.Outputs[0]
		if n.Kind == KindRescale && len(n.Outputs) == 1 && q.Tensor(y).Role == graph.Virtual {
			continue // a shift of 0: Y is V, there is no remainder to choose
		}
		covered := false
		for _, user := range consumers[y] {
			switch u := &q.Nodes[user]; u.Kind {
			case KindRelu, KindRelu6, KindTanh, KindLogistic, KindSoftmax:
				covered = true
			case KindGate:
				covered = covered || len(consumers[y]) == 1
			}
		}
		q.Tensor(y).Checked = !covered
	}
	return q
}
