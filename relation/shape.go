package relation

import (
	"bytes"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
)

const shapeDomain = "zkaudit/shape/v2"

// Shape returns what ShapeDigest is the digest of.
func (s *System) Shape() []byte {
	var b bytes.Buffer
	s.write(encode.NewHashOf(shapeDomain, &b), false)
	return b.Bytes()
}

// Limits of texts and lists in a shape; Validate has those of the rest.
const (
	maxShapeText = 1 << 10
	maxShapeList = 1 << 10
)

// ReadShape returns a system of a shape, which is a stranger's. What the shape leaves
// out of public tensors is made up: zeros, empty lists, for tables rows that may be
// theirs. So it has the script and the circuit of whatever system the shape was taken
// from, and claims nothing that anybody meant: no proof may be about it. Contents take
// no more than the given number of cells. Errors wrap fault.ErrMalformed, which names
// what was to be read, fault.ErrUnsupported or fault.ErrResources.
func ReadShape(shape []byte, cells int) (_ *System, err error) {
	defer fault.Catch(&err, "shape", fault.ErrMalformed)
	r := shapeReader{encode.NewReader(shape)}
	if domain := r.text("domain"); domain != shapeDomain && r.Err() == nil {
		return nil, fmt.Errorf("shape: %q, want %q: %w", domain, shapeDomain, fault.ErrVersion)
	}
	s := &System{Name: r.text("name of the system")}
	s.Tensors = make([]Tensor, r.Count("tensors", MaxTensors, 24))
	for i := range s.Tensors {
		r.tensor(&s.Tensors[i])
	}
	s.Equations = make([]Equation, r.Count("equations", MaxEquations, 32))
	for i := range s.Equations {
		s.Equations[i] = Equation{Name: r.text("name of an equation"), Axes: r.axes(), Sum: r.sum()}
	}
	s.Tables = make([]Table, r.Count("tables", MaxTables, 48))
	for i := range s.Tables {
		s.Tables[i] = Table{
			Name: r.text("name of a table"), Log: r.Bounded("rows of a table", 0, MaxTableLog), Rows: r.Bounded("rows of a table", 1, 1<<MaxTableLog),
			Offset: r.Int("first row of a table"), Count: r.id("counts of a table"), Columns: r.ids("columns of a table"),
		}
	}
	s.Lookups = make([]Lookup, r.Count("lookups", MaxLookups, 16))
	for i := range s.Lookups {
		s.Lookups[i] = Lookup{Table: r.Bounded("table of a lookup", 0, MaxTables), Columns: r.ids("columns of a lookup")}
	}
	if err := r.End("shape"); err != nil {
		return nil, fmt.Errorf("shape: %w", err)
	}
	if err := s.fillIn(cells); err != nil {
		return nil, err
	}
	return s, s.Validate()
}

type shapeReader struct{ *encode.Reader }

func (r shapeReader) text(what string) string { return string(r.Bytes(what, maxShapeText)) }

func (r shapeReader) id(what string) ID { return ID(r.Bounded(what, 0, MaxTensors)) }

func (r shapeReader) ids(what string) []ID {
	ids := make([]ID, r.Count(what, maxShapeList, 8))
	for i := range ids {
		ids[i] = r.id(what)
	}
	return ids
}

func (r shapeReader) axes() []Axis {
	axes := make([]Axis, r.Count("axes", maxShapeList, 16))
	for i := range axes {
		axes[i] = Axis{Name: r.text("name of an axis"), Size: r.Bounded("size of an axis", 1, 1<<MaxLog)}
	}
	return axes
}

func (r shapeReader) labels() []Label {
	labels := make([]Label, r.Count("labels", maxShapeList, 8))
	for i := range labels {
		labels[i] = Label(r.text("label"))
	}
	return labels
}

func (r shapeReader) tensor(t *Tensor) {
	t.Name, t.Axes = r.text("name of a tensor"), r.axes()
	switch t.Kind = Kind(r.Bounded("kind of a tensor", int64(Witness), int64(Virtual))); t.Kind {
	case Public:
		t.Source = r.source()
	case Virtual:
		sum := r.sum()
		t.Sum = &sum
	}
}

func (r shapeReader) sum() Sum {
	s := Sum{Out: r.labels()}
	s.Terms = make([]Term, r.Count("terms", MaxTerms, fr.Bytes+8))
	for i := range s.Terms {
		t := &s.Terms[i]
		if err := t.Coeff.SetBytesCanonical(r.Fixed("coefficient", fr.Bytes)); err != nil && r.Err() == nil {
			r.Fail("coefficient", "not below the modulus")
		}
		t.Factors = make([]Factor, r.Count("factors", maxShapeList, 16))
		for k := range t.Factors {
			t.Factors[k] = Factor{Tensor: r.id("factor"), Labels: r.labels()}
		}
	}
	return s
}

// source reads what a shape says of a public tensor.
func (r shapeReader) source() Source {
	switch tag := r.text("public tensor"); tag {
	case "mask":
		return Mask{r.Bounded("size of a mask", 1, 1<<MaxLog)}
	case "index":
		return Index{r.Int("first of an index")}
	case "rectifier":
		return Rectifier{r.Bool("gate of a rectifier")}
	case "values":
		return &Values{}
	case "filter":
		return &Filter{}
	case "filter with a response":
		return &Filter{Response: []int64{1}, Restart: 1}
	case "selection":
		return &Selection{Batch: 1}
	case "sliding window":
		return Window{Positions: 1, Offsets: 1, Stride: 1, Dilation: 1, Size: 1}
	case "axis map":
		return &AxisMap{}
	default:
		r.Fail("public tensor", "%q is none", tag)
		return nil
	}
}

// fillIn gives values to the tensors that need some: 0, and to the first columns of
// tables the numbers of their rows. None are laid out before all are counted.
func (s *System) fillIn(cells int) error {
	longest, left := 0, cells
	values := map[ID]*Values{}
	for id := range s.Tensors {
		t := &s.Tensors[id]
		v, ok := t.Source.(*Values)
		if !ok {
			continue
		}
		if err := validateAxes(t.Axes); err != nil {
			return fmt.Errorf("system %s, tensor %q: %w", s.Name, t.Name, err)
		}
		values[ID(id)], longest = v, max(longest, t.Cells())
	}
	for i := range s.Tables {
		left -= 1 << s.Tables[i].Log
	}
	if left -= longest; left < 0 {
		return fmt.Errorf("system %s has more than %d cells of public tensors: %w", s.Name, cells, fault.ErrResources)
	}
	zeros := make([]int64, longest)
	for id, v := range values {
		v.Cells = zeros[:s.Tensors[id].Cells()]
	}
	for i := range s.Tables {
		t := &s.Tables[i]
		if len(t.Columns) == 0 {
			continue // Validate says so
		}
		if v := values[t.Columns[0]]; v != nil {
			v.Cells = t.firstCells()
		}
	}
	return nil
}

// firstCells returns what a table has in its first column.
func (t *Table) firstCells() []int64 {
	cells := make([]int64, 1<<t.Log)
	for i := range cells {
		cells[i] = t.Offset
		if i < t.Rows {
			cells[i] += int64(i)
		}
	}
	return cells
}
