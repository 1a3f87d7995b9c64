package relation

import "github.com/zkaudit/zkaudit/internal/encode"

// Digest hashes the system with everything in it, the contents of public
// tensors included. Two systems with the same digest claim the same.
// Protocol, section 13.
func (s *System) Digest() [32]byte { return s.write(encode.NewHash("zkaudit/relation/v2"), true).Sum() }

// ShapeDigest hashes the system without the contents of the public tensors
// that the verifier evaluates outside its script: rates, selected rows, cells
// of tables. Two systems with the same shape digest have one script, and one
// circuit (protocol, section 15).
func (s *System) ShapeDigest() [32]byte { return s.write(encode.NewHash(shapeDomain), false).Sum() }

func (s *System) write(h *encode.Hash, contents bool) *encode.Hash {
	w := encoder{h, contents}
	w.Text(s.Name)
	w.Int(len(s.Tensors))
	for i := range s.Tensors {
		w.tensor(&s.Tensors[i])
	}
	w.Int(len(s.Equations))
	for i := range s.Equations {
		w.Text(s.Equations[i].Name)
		w.axes(s.Equations[i].Axes)
		w.sum(&s.Equations[i].Sum)
	}
	w.Int(len(s.Tables))
	for i := range s.Tables {
		t := &s.Tables[i]
		w.Text(t.Name)
		w.Int(t.Log, t.Rows, int(t.Offset), int(t.Count))
		w.ids(t.Columns)
	}
	w.Int(len(s.Lookups))
	for i := range s.Lookups {
		w.Int(s.Lookups[i].Table)
		w.ids(s.Lookups[i].Columns)
	}
	h.Flush()
	return h
}

type encoder struct {
	*encode.Hash
	contents bool // of sources that are evaluated outside the script
}

func (w encoder) ids(ids []ID) {
	w.Int(len(ids))
	for _, id := range ids {
		w.Int(int(id))
	}
}

func (w encoder) axes(axes []Axis) {
	w.Int(len(axes))
	for _, a := range axes {
		w.Text(a.Name)
		w.Int(a.Size)
	}
}

func (w encoder) labels(labels []Label) {
	w.Int(len(labels))
	for _, l := range labels {
		w.Text(string(l))
	}
}

func (w encoder) tensor(t *Tensor) {
	w.Text(t.Name)
	w.axes(t.Axes)
	w.Int(int(t.Kind))
	switch t.Kind {
	case Public:
		w.source(t.Source)
	case Virtual:
		w.sum(t.Sum)
	}
}

func (w encoder) sum(s *Sum) {
	w.labels(s.Out)
	w.Int(len(s.Terms))
	for i := range s.Terms {
		t := &s.Terms[i]
		c := t.Coeff.Bytes()
		w.Fixed(c[:])
		w.Int(len(t.Factors))
		for _, f := range t.Factors {
			w.Int(int(f.Tensor))
			w.labels(f.Labels)
		}
	}
}

// source writes a tag, which stays what it is when a type is renamed, and what
// the source consists of.
func (w encoder) source(src Source) {
	whole := w.contents || Structured(src)
	tagged := func(tag string) bool { w.Text(tag); return whole }
	switch src := src.(type) {
	case Mask:
		if tagged("mask") {
			w.Int(src.Size)
		}
	case Index:
		if tagged("index") {
			w.Int(int(src.Offset))
		}
	case Rectifier:
		if tagged("rectifier") {
			w.Bool(src.Gate)
		}
	case *Values:
		if tagged("values") {
			w.Ints(src.Cells)
		}
	case *Filter:
		if src.Response == nil {
			if tagged("filter") {
				w.Ints(src.Rates)
			}
		} else if tagged("filter with a response") {
			w.Ints(src.Rates)
			w.Ints(src.Response)
			w.Int(src.Restart)
		}
	case *Selection:
		if tagged("selection") {
			w.Int(src.Batch)
			w.Cells(src.Rows)
		}
	case Window:
		if tagged("sliding window") {
			w.Int(src.Positions, src.Offsets, src.Stride, src.Dilation, src.Before, src.Size)
		}
	case *AxisMap:
		if tagged("axis map") {
			w.Int(len(src.Value))
			for e := range src.Value {
				w.Int(int(src.Out[e]), int(src.In[e]), int(src.Value[e]))
			}
		}
	default: // Validate refuses it
		tagged("")
	}
}
