package ops

import "github.com/zkaudit/zkaudit/graph"

// Anchor decides which rounded values the proof commits. A weight trajectory
// is defined by the inputs X and the errors dZ of all steps, so these must not
// depend on a trajectory themselves: walking back from them through virtual
// tensors, every rounded value is committed. All others stay virtual.
// Protocol, section 5.
func Anchor(p *graph.Program) *graph.Program {
	q := p.Clone()
	producers, table := q.Producers(), Table()
	seen := make([]bool, len(q.Tensors))
	var anchor func(t graph.TensorID)
	anchor = func(t graph.TensorID) {
		tensor := q.Tensor(t)
		if seen[t] || tensor.Role != graph.Virtual {
			return
		}
		seen[t] = true
		n := &q.Nodes[producers[t]]
		if table[n.Kind].Rounds() {
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
