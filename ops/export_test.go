package ops

import "github.com/zkaudit/zkaudit/graph"

// ExecuteLying is Execute of a prover who changes the outputs of nodes as soon
// as they are computed.
func ExecuteLying(s *Step, lie func(n *graph.Node)) error {
	table := Table()
	for i := range s.Program.Nodes {
		n := &s.Program.Nodes[i]
		s.node = i
		if err := table[n.Kind].Forward(s, n); err != nil {
			return err
		}
		lie(n)
	}
	return nil
}

// Plus is plus.
func (i Interval) Plus(j Interval) Interval { return i.plus(j) }

// Times is times.
func (i Interval) Times(j Interval) Interval { return i.times(j) }

// ValidateReading is validateReading for the operator of a kind.
func ValidateReading(p *graph.Program, n *graph.Node, kind graph.Kind) error {
	return validateReading(p, n, Table()[kind])
}

// StepAt is a step about to execute a node.
func StepAt(p *graph.Program, b *Buffers, node int) *Step {
	return &Step{Program: p, Buffers: b, node: node}
}

// ValidateMatrices is validateMatrices.
func ValidateMatrices(p *graph.Program) error { return validateMatrices(p) }
