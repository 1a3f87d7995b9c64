package relation

import (
	"fmt"
	"math/bits"
	"reflect"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Builder assembles a System. Masks, filters and range tables are created
// once and shared. What makes no sense, such as two tensors of one name, is
// kept until Build, which fails with it: names come from models and claims.
type Builder struct {
	sys    System
	names  map[string]ID
	tables map[string]int
	ranges map[string]bool
	err    error // the first thing that makes no sense
}

// NewBuilder starts an empty system of the given name.
func NewBuilder(name string) *Builder {
	return &Builder{
		sys:    System{Name: name},
		names:  map[string]ID{},
		tables: map[string]int{},
		ranges: map[string]bool{},
	}
}

// System gives read access to what has been built so far.
func (b *Builder) System() *System { return &b.sys }

// Named returns the tensor of that name, if there is one.
func (b *Builder) Named(name string) (ID, bool) {
	id, ok := b.names[name]
	return id, ok
}

func (b *Builder) fail(format string, args ...any) {
	if b.err == nil {
		b.err = invalid(format, args...)
	}
}

func (b *Builder) add(t Tensor) ID {
	id := ID(len(b.sys.Tensors))
	b.sys.Tensors = append(b.sys.Tensors, t)
	if _, taken := b.names[t.Name]; taken {
		b.fail("two tensors are called %s", fault.Quote(t.Name))
		return id
	}
	b.names[t.Name] = id
	return id
}

// Witness adds a tensor that the proof commits.
func (b *Builder) Witness(name string, axes ...Axis) ID {
	return b.add(Tensor{Name: name, Axes: axes, Kind: Witness})
}

// External adds a tensor whose commitment stands in the statement.
func (b *Builder) External(name string, axes ...Axis) ID {
	return b.add(Tensor{Name: name, Axes: axes, Kind: External})
}

// ExternalWide is External for cells of up to 64 bits, such as weights.
func (b *Builder) ExternalWide(name string, axes ...Axis) ID {
	return b.add(Tensor{Name: name, Axes: axes, Kind: External, Wide: true})
}

// Public adds a tensor known to the verifier, or returns the one of that
// name. Build fails if that one is not public or has another content or shape.
func (b *Builder) Public(name string, src Source, axes ...Axis) ID {
	if id, ok := b.names[name]; ok {
		t := &b.sys.Tensors[id]
		if t.Kind != Public || !sameAxes(t.Axes, axes) || !reflect.DeepEqual(t.Source, src) {
			b.fail("tensor %s is built again as a different public tensor", fault.Quote(name))
		}
		return id
	}
	return b.add(Tensor{Name: name, Axes: axes, Kind: Public, Source: src})
}

// Virtual adds a tensor defined by the sum of terms with the given output
// labels.
func (b *Builder) Virtual(name string, axes []Axis, out []Label, terms ...Term) ID {
	return b.add(Tensor{Name: name, Axes: axes, Kind: Virtual, Sum: &Sum{Out: out, Terms: terms}})
}

// Mask returns the public mask of an axis: 1 below its size.
func (b *Builder) Mask(a Axis) ID {
	return b.Public(fmt.Sprintf("mask %d/%d", a.Size, a.Padded()), Mask{Size: a.Size}, Axis{Name: "cell", Size: a.Padded()})
}

// Masks returns one mask factor per axis: the constant 1 on real cells.
func (b *Builder) Masks(axes []Axis, labels []Label) []Factor {
	fs := make([]Factor, len(axes))
	if len(labels) < len(axes) {
		b.fail("%d labels for %d axes", len(labels), len(axes))
		return fs
	}
	for i, a := range axes {
		fs[i] = At(b.Mask(a), labels[i])
	}
	return fs
}

// Equation adds the claim that the sum of terms is zero everywhere.
func (b *Builder) Equation(name string, axes []Axis, out []Label, terms ...Term) {
	b.sys.Equations = append(b.sys.Equations, Equation{Name: name, Axes: axes, Sum: Sum{Out: out, Terms: terms}})
}

// Table adds a lookup table with the given further columns beside the index
// column, or returns the one of that name. Row i starts with offset + i.
// Every column has rows cells, padded to 2^log by repeating cell 0. Build
// fails if the one of that name has other rows.
func (b *Builder) Table(name string, offset int64, rows int, columns ...Source) int {
	if i, ok := b.tables[name]; ok {
		b.sameTable(&b.sys.Tables[i], offset, rows, columns)
		return i
	}
	if rows < 1 || rows > 1<<MaxTableLog { // before memory for them is taken
		b.fail("table %s of %d rows, want 1 to 2^%d", fault.Quote(name), rows, MaxTableLog)
		rows = 1
	}
	log := bits.Len(uint(rows - 1))
	axis := Axis{Name: "row", Size: 1 << log}
	t := Table{Name: name, Log: log, Rows: rows, Offset: offset}
	if rows == 1<<log {
		t.Columns = append(t.Columns, b.Public(fmt.Sprintf("index %d+%d", offset, rows), Index{Offset: offset}, axis))
	} else {
		cells := make([]int64, 1<<log)
		for i := range cells {
			cells[i] = offset
			if i < rows {
				cells[i] += int64(i)
			}
		}
		t.Columns = append(t.Columns, b.Public(name+" column 0", &Values{Cells: cells}, axis))
	}
	for i, c := range columns {
		t.Columns = append(t.Columns, b.Public(fmt.Sprintf("%s column %d", name, i+1), c, axis))
	}
	t.Count = b.Witness(name+" count", axis)
	b.tables[name] = len(b.sys.Tables)
	b.sys.Tables = append(b.sys.Tables, t)
	return b.tables[name]
}

func (b *Builder) sameTable(t *Table, offset int64, rows int, columns []Source) {
	same := t.Offset == offset && t.Rows == rows && len(t.Columns) == len(columns)+1
	for i := 0; same && i < len(columns); i++ {
		same = reflect.DeepEqual(b.sys.Tensors[t.Columns[i+1]].Source, columns[i])
	}
	if !same {
		b.fail("table %s is built again with other rows", fault.Quote(t.Name))
	}
}

// LookUp adds the claim that the tuple of columns is a row of the table.
func (b *Builder) LookUp(table int, columns ...ID) {
	b.sys.Lookups = append(b.sys.Lookups, Lookup{Table: table, Columns: columns})
}

// Unsigned says that every real cell of t is in [0, 2^width). Saying it twice
// adds one lookup. Requires 1 <= width <= MaxRange.
func (b *Builder) Unsigned(t ID, width int) { b.inRange(t, 0, width) }

// Signed says that every real cell of t is in [−2^(width−1), 2^(width−1)).
// Saying it twice adds one lookup. Requires 1 <= width <= MaxRange.
func (b *Builder) Signed(t ID, width int) { b.inRange(t, -1<<max(0, width-1), width) }

// MaxRange bounds the bits of a range, whose table has a row for each integer.
const MaxRange = 18

func (b *Builder) inRange(t ID, offset int64, width int) {
	if width < 1 || width > MaxRange {
		b.fail("a range of %d bits, want 1 to %d", width, MaxRange)
		return
	}
	key := fmt.Sprintf("range %d+2^%d", offset, width)
	once := fmt.Sprintf("%s of %d", key, t)
	if b.ranges[once] {
		return
	}
	b.ranges[once] = true
	b.LookUp(b.Table(key, offset, 1<<width), t)
}

// Build validates the system and returns it.
func (b *Builder) Build() (*System, error) {
	if b.err != nil {
		return nil, fmt.Errorf("system %s: %w", b.sys.Name, b.err)
	}
	if err := b.sys.Validate(); err != nil {
		return nil, err
	}
	return &b.sys, nil
}
