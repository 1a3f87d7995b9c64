package ops_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// attack executes a program and checks that its relations hold for the honest
// trace, and for no trace with one committed cell changed; and that padding
// reaches no real cell.
func attack(t *testing.T, p *graph.Program, steps int) *executed {
	t.Helper()
	x := execute(t, p, steps, 1)
	x.checkHonest(t)
	x.checkMutations(t)
	x.checkPadding(t)
	x.checkCoverage(t)
	checkLies(t, p)
	return x
}

// checkCoverage: every committed tensor, and every virtual one whose range
// matters, is a column of some lookup, or bits by an equation, or follows from
// others in range: all are in their formats by what the relations say.
func (x *executed) checkCoverage(t *testing.T) {
	t.Helper()
	sys := x.sys.Relation
	looked := map[relation.ID]bool{}
	for _, l := range sys.Lookups {
		for _, c := range l.Columns {
			looked[c] = true
		}
	}
	for i, id := range x.sys.Tensors {
		tensor := &x.p.Tensors[i]
		if m := x.p.Producers()[i]; m >= 0 && !tensor.Checked {
			if n := &x.p.Nodes[m]; n.Kind == ops.KindGate || n.Kind == ops.KindRescale && n.Attributes.Int("shift") == 0 {
				continue // an equation says what it is
			}
		}
		needs := tensor.Role == graph.Committed || tensor.Checked || strings.Contains(tensor.Name, "/complement") || strings.Contains(tensor.Name, "/distance") || strings.Contains(tensor.Name, "/difference")
		if needs && !looked[id] && !bits(sys, id) {
			t.Errorf("%s is never looked up", tensor.Name)
		}
	}
	if list := unenforced(x.p, x.sys, sys); len(list) > 0 {
		t.Errorf("the relations let leave their format: %q", list)
	}
}

// checkHonest fails unless the executed trace satisfies every relation, also
// the cells it gives for virtual tensors.
func (x *executed) checkHonest(t *testing.T) {
	t.Helper()
	if err := naive.Check(x.sys.Relation, x.assignment); err != nil {
		t.Fatalf("honest trace: %v", err)
	}
}

// bare is the assignment without the cells of virtual tensors: they follow
// from the others, so that a change is not caught by mere disagreement.
func (x *executed) bare() relation.Assignment {
	a := slices.Clone(x.assignment)
	for i := range a {
		if x.sys.Relation.Tensor(relation.ID(i)).Kind == relation.Virtual {
			a[i] = relation.Cells{}
		}
	}
	return a
}

// changed returns c with delta added to cell i.
func changed(c relation.Cells, i int, delta int64) relation.Cells {
	c.Small, c.Large = slices.Clone(c.Small), slices.Clone(c.Large)
	if c.Small != nil {
		c.Small[i] += int32(delta)
	} else {
		c.Large[i] += delta
	}
	return c
}

// flat returns the padded place of real cell i, counted row-major unpadded.
func flat(axes []relation.Axis, i int) int {
	index, stride := 0, 1
	for k := len(axes) - 1; k >= 0; k-- {
		index += i % axes[k].Size * stride
		i /= axes[k].Size
		stride *= axes[k].Padded()
	}
	return index
}

// checkMutations adds ±1 to real cells of every committed tensor: weights and
// data included.
func (x *executed) checkMutations(t *testing.T) {
	t.Helper()
	rng := rand.New(rand.NewPCG(7, 7))
	sys := x.sys.Relation
	for i := range sys.Tensors {
		id, tensor := relation.ID(i), sys.Tensor(relation.ID(i))
		weight := strings.HasPrefix(tensor.Name, "weight ") && !strings.Contains(tensor.Name, "frozen")
		if tensor.Kind != relation.Witness && !(tensor.Kind == relation.External && weight) || x.assignment[i].Len() == 0 {
			continue
		}
		tried := 0
		for range 6 {
			cell := flat(tensor.Axes, rng.IntN(tensor.RealCells()))
			if x.behindClosedGate(id, cell) {
				continue
			}
			if tried++; tried > 1 {
				break
			}
			for _, delta := range []int64{-1, 1} {
				a := x.bare()
				a[id] = changed(a[id], cell, delta)
				if err := naive.Check(sys, a); !errors.Is(err, fault.ErrRejected) {
					t.Errorf("%s: cell %d changed by %d: %v", tensor.Name, cell, delta, err)
				}
			}
		}
		if tried == 0 && !strings.Contains(tensor.Name, "remainder") {
			t.Errorf("%s: no cell tried", tensor.Name)
		}
	}
}

// behindClosedGate reports whether a cell is a remainder of a value that only
// a gate uses, where the gate is 0: there it matters to nothing.
func (x *executed) behindClosedGate(id relation.ID, cell int) bool {
	p := x.p
	at := slices.Index(x.sys.Tensors, id)
	if at < 0 {
		return false
	}
	maker := p.Producers()[at]
	if maker < 0 || p.Nodes[maker].Outputs[0] == graph.TensorID(at) {
		return false
	}
	if kind := p.Nodes[maker].Kind; kind != ops.KindRescale && kind != ops.KindConstantDivision {
		return false
	}
	users := p.Consumers()[p.Nodes[maker].Outputs[0]]
	if len(users) != 1 || p.Nodes[users[0]].Kind != ops.KindGate {
		return false
	}
	return x.trace.Cells[p.Nodes[users[0]].Inputs[0]][cell] == 0
}

// checkPadding puts garbage into all padding of the witness, and of weights, which
// no certificate is of after the first segment, and compares every real cell of
// every virtual tensor and of every equation with the honest one.
func (x *executed) checkPadding(t *testing.T) {
	t.Helper()
	rng := rand.New(rand.NewPCG(9, 9))
	whole := *x.sys.Relation
	sys := &whole
	sys.Tensors = slices.Clone(sys.Tensors)
	cells := x.bare()
	for i := range sys.Equations {
		e := &sys.Equations[i]
		sys.Tensors = append(sys.Tensors, relation.Tensor{Name: "equation " + e.Name, Axes: e.Axes, Kind: relation.Virtual, Sum: &e.Sum})
		cells = append(cells, relation.Cells{})
	}
	honest, garbage := naive.New(sys, cells), slices.Clone(cells)
	for i := range sys.Tensors {
		tensor := sys.Tensor(relation.ID(i))
		weight := tensor.Kind == relation.External && strings.HasPrefix(tensor.Name, "weight ")
		if tensor.Kind != relation.Witness && !weight || garbage[i].Len() == 0 {
			continue
		}
		real := make([]bool, tensor.Cells())
		for c := range tensor.RealCells() {
			real[flat(tensor.Axes, c)] = true
		}
		for c := range real {
			if !real[c] {
				garbage[i] = changed(garbage[i], c, rng.Int64N(1<<16)-1<<15)
			}
		}
	}
	injected := naive.New(sys, garbage)
	for i := range sys.Tensors {
		tensor := sys.Tensor(relation.ID(i))
		if tensor.Kind != relation.Virtual {
			continue
		}
		want, got := table(t, honest, relation.ID(i)), table(t, injected, relation.ID(i))
		for c := range tensor.RealCells() {
			if at := flat(tensor.Axes, c); want[at] != got[at] {
				t.Errorf("%s: padding reaches real cell %d", tensor.Name, at)
				break
			}
		}
	}
}

func table(t *testing.T, n *naive.Tables, id relation.ID) []fr.Element {
	t.Helper()
	cells, err := n.Table(id)
	if err != nil {
		t.Fatal(err)
	}
	return cells
}
