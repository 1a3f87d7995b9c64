package naive

import (
	"fmt"
	"iter"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Check reports whether the assignment satisfies the system:
//
//   - every equation is zero in every padded cell;
//   - on every real cell, the tuple of a lookup is a row of its table;
//   - table counts, where given, are the numbers of reads;
//   - virtual tensors that carry cells agree with their definition on every
//     real cell.
//
// The error names the first relation violated, the tensor and the cell, and
// wraps fault.ErrRejected; missing cells are fault.ErrMalformed.
func Check(sys *relation.System, a relation.Assignment) error {
	return New(sys, a).check()
}

// check is the function Check on these tables.
func (t *Tables) check() error {
	if err := t.checkDerived(); err != nil {
		return fmt.Errorf("system %s: %w", t.sys.Name, err)
	}
	for i := range t.sys.Equations {
		if err := t.checkEquation(&t.sys.Equations[i]); err != nil {
			return fmt.Errorf("system %s, equation %q: %w", t.sys.Name, t.sys.Equations[i].Name, err)
		}
	}
	for k := range t.sys.Tables {
		if err := t.checkCounts(k); err != nil {
			return fmt.Errorf("system %s: %w", t.sys.Name, err)
		}
	}
	return nil
}

// checkDerived compares the cells given for virtual tensors with their sums.
func (t *Tables) checkDerived() error {
	for i := range t.sys.Tensors {
		id, tensor := relation.ID(i), &t.sys.Tensors[i]
		if tensor.Kind != relation.Virtual || !t.isGiven(id) {
			continue
		}
		given, err := t.read(id)
		if err != nil {
			return err
		}
		want, err := t.Table(id)
		if err != nil {
			return fmt.Errorf("tensor %q: %w", tensor.Name, err)
		}
		for c := range realCells(tensor.Axes) {
			if !given[c.flat].Equal(&want[c.flat]) {
				return fmt.Errorf("tensor %q%s is given as %s, its definition says %s: %w", tensor.Name, c.name(),
					given[c.flat].String(), want[c.flat].String(), fault.ErrRejected)
			}
		}
	}
	return nil
}

func (t *Tables) checkEquation(e *relation.Equation) error {
	cells, err := t.sum(&e.Sum, e.Axes)
	if err != nil {
		return err
	}
	for c := range paddedCells(e.Axes) {
		if !cells[c.flat].IsZero() {
			return fmt.Errorf("cell %s of %s is %s, not 0: %w", c.name(), t.mentioned(&e.Sum), cells[c.flat].String(), fault.ErrRejected)
		}
	}
	return nil
}

// mentioned names the tensors of a sum that are not public.
func (t *Tables) mentioned(s *relation.Sum) string {
	seen := map[relation.ID]bool{}
	var names []string
	for _, term := range s.Terms {
		for _, f := range term.Factors {
			tensor := t.sys.Tensor(f.Tensor)
			if tensor.Kind != relation.Public && !seen[f.Tensor] {
				seen[f.Tensor] = true
				names = append(names, fmt.Sprintf("%q", tensor.Name))
			}
		}
	}
	return "{" + strings.Join(names, " ") + "}"
}

// checkCounts checks all lookups in one table and its counts, where given.
// Copies of row 0 share its reads in any way.
func (t *Tables) checkCounts(table int) error {
	want, err := t.counts(table)
	if err != nil {
		return err
	}
	tab := &t.sys.Tables[table]
	if !t.isGiven(tab.Count) {
		return nil
	}
	given, err := t.read(tab.Count)
	if err != nil {
		return err
	}
	reads := given[0]
	for i := tab.Rows; i < len(given); i++ {
		reads.Add(&reads, &given[i])
	}
	for i := range tab.Rows {
		got := given[i]
		if i == 0 {
			got = reads
		}
		if !got.Equal(&want[i]) {
			return fmt.Errorf("table %q: tensor %q counts %s reads of row %d, there are %s: %w", tab.Name,
				t.sys.Tensor(tab.Count).Name, got.String(), i, want[i].String(), fault.ErrRejected)
		}
	}
	return nil
}

// integer returns e as a signed integer of 64 bits, if it is one.
func integer(e *fr.Element) (int64, bool) {
	var minus fr.Element
	minus.Neg(e)
	switch {
	case e.IsUint64() && e.Uint64() < 1<<63:
		return int64(e.Uint64()), true
	case minus.IsUint64() && minus.Uint64() < 1<<63:
		return -int64(minus.Uint64()), true
	}
	return 0, false
}

// cell is a place in a tensor.
type cell struct {
	flat  int   // index in the padded table
	multi []int // index per axis; valid until the next cell
}

func (c cell) name() string {
	parts := make([]string, len(c.multi))
	for i, x := range c.multi {
		parts[i] = fmt.Sprint(x)
	}
	return "(" + strings.Join(parts, ",") + ")"
}

func realCells(axes []relation.Axis) iter.Seq[cell] {
	return cells(axes, func(a relation.Axis) int { return a.Size })
}

func paddedCells(axes []relation.Axis) iter.Seq[cell] {
	return cells(axes, relation.Axis.Padded)
}

// cells walks row-major over the indices below size on every axis.
func cells(axes []relation.Axis, size func(relation.Axis) int) iter.Seq[cell] {
	return func(yield func(cell) bool) {
		multi := make([]int, len(axes))
		for {
			flat := 0
			for k, a := range axes {
				flat = flat*a.Padded() + multi[k]
			}
			if !yield(cell{flat, multi}) {
				return
			}
			k := len(axes) - 1
			for ; k >= 0; k-- {
				if multi[k]++; multi[k] < size(axes[k]) {
					break
				}
				multi[k] = 0
			}
			if k < 0 {
				return
			}
		}
	}
}
