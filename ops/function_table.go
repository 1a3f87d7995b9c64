package ops

import (
	"fmt"
	"math/bits"
	"sync"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops/tables"
	"github.com/zkaudit/zkaudit/relation"
)

// tableSpec names a function table: the operator that reads it with its
// parameters, 0 if it has none, and the fraction bits of its input, its value and
// its derivative.
type tableSpec struct {
	function                  graph.Kind
	alpha, limit              int
	input, output, derivative int
}

// functionTable is a table as it is used: values by input − offset.
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

// tabulated is an operator that reads a function table.
type tabulated interface {
	Operator
	// tableOf names the table that a node reads.
	tableOf(p *graph.Program, n *graph.Node) tableSpec
	// table builds it; offset is the input of its first row.
	table(spec tableSpec) (t tables.Table, offset int32, err error)
}

func (t *Tables) get(spec tableSpec) (*functionTable, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f, ok := t.built[spec]; ok {
		return f, nil
	}
	op, ok := Table()[spec.function].(tabulated)
	if !ok {
		return nil, fmt.Errorf("no table for %s: %w", spec.function, fault.ErrUnsupported)
	}
	f := &functionTable{}
	var err error
	f.Table, f.offset, err = op.table(spec)
	if err != nil {
		return nil, err
	}
	t.built[spec] = f
	return f, nil
}

// has reports whether there is a row for an input.
func (f *functionTable) has(input int32) bool {
	return input >= f.offset && int(input-f.offset) < len(f.Columns[0])
}

// at returns column k (from 1) at an input. Requires a row for it.
func (f *functionTable) at(k int, input int32) int32 { return f.Columns[k][input-f.offset] }

// relationTable returns the lookup table of the system with these columns, laid out
// once.
func (c *Context) relationTable(spec tableSpec) int {
	if at, there := c.lookups[spec]; there {
		return at
	}
	f, err := c.tables.get(spec)
	if err != nil {
		c.fail("%v", err)
		return 0
	}
	rows := len(f.Columns[0])
	var columns []relation.Source
	for _, column := range f.Columns[1:] {
		values := make([]int64, 1<<bits.Len(uint(rows-1)))
		for i := range values {
			values[i] = int64(column[0]) // rows after the last one are row 0
			if i < rows {
				values[i] = int64(column[i])
			}
		}
		columns = append(columns, &relation.Values{Cells: values})
	}
	c.lookups[spec] = c.Relation.Table(f.Name, int64(f.offset), rows, columns...)
	return c.lookups[spec]
}
