package ops

import (
	"fmt"
	"sync"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/tables"
)

// tableSpec names a function table: the function, and the fraction bits of its
// input, its value and its derivative.
type tableSpec struct {
	function                  graph.Kind
	input, output, derivative int
}

// functionTable is a table at work: values by input − offset.
type functionTable struct {
	tables.Table
	offset int32
}

// Tables builds function tables once and shares them. It is safe for
// concurrent use.
type Tables struct {
	mu    sync.Mutex
	built map[tableSpec]*functionTable
}

// NewTables returns an empty collection.
func NewTables() *Tables { return &Tables{built: map[tableSpec]*functionTable{}} }

// kindExponential names the table of e^−d; it is no operator of its own.
const kindExponential graph.Kind = "exponential"

func (t *Tables) get(spec tableSpec) (*functionTable, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f, ok := t.built[spec]; ok {
		return f, nil
	}
	f := &functionTable{offset: tables.MinInput}
	var err error
	switch spec.function {
	case KindRelu6:
		f.Table, err = tables.ReLU6(spec.input)
	case KindTanh:
		f.Table, err = tables.Tanh(spec.input, spec.output, spec.derivative)
	case KindLogistic:
		f.Table, err = tables.Logistic(spec.input, spec.output, spec.derivative)
	case kindExponential:
		f.offset = 0
		f.Table, err = tables.Exp(spec.input, spec.output)
	default:
		err = fmt.Errorf("no table for %s: %w", spec.function, fault.ErrUnsupported)
	}
	if err != nil {
		return nil, err
	}
	t.built[spec] = f
	return f, nil
}

// at returns column k (from 1) at an input. Requires a row for it.
func (f *functionTable) at(k int, input int32) int32 { return f.Columns[k][input-f.offset] }

// relationTable returns the lookup table of the system with these columns.
func (c *Context) relationTable(spec tableSpec) int {
	f, err := c.tables.get(spec)
	if err != nil {
		c.fail("%v", err)
		return 0
	}
	var columns []relation.Source
	for _, column := range f.Columns[1:] {
		values := make([]int64, len(column))
		for i, v := range column {
			values[i] = int64(v)
		}
		columns = append(columns, &relation.Values{Cells: values})
	}
	return c.Relation.Table(f.Name, int64(f.offset), tables.Rows, columns...)
}

// tableOf returns the table that a node reads, if it reads one. Relu needs
// none: its columns have a closed form.
func tableOf(p *graph.Program, n *graph.Node) (tableSpec, bool) {
	switch n.Kind {
	case KindRelu6, KindTanh, KindLogistic:
		return activationSpec(p, n), true
	case KindSoftmax:
		e := p.Tensor(n.Outputs[softmaxExponential]).Format.Fraction
		return tableSpec{function: kindExponential, input: p.Tensor(n.Inputs[0]).Format.Fraction, output: e}, true
	}
	return tableSpec{}, false
}
