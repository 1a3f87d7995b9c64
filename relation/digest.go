package relation

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
)

// Digest hashes the system with everything in it, the contents of public
// tensors included. Two systems with the same digest claim the same.
func (s *System) Digest() [32]byte { return s.hash("zkaudit/relation/v1", true) }

// ShapeDigest hashes the system without the contents of the public tensors
// that the verifier evaluates outside its script: rates, selected rows, cells
// of tables. Two systems with the same shape digest have one script, and one
// circuit.
func (s *System) ShapeDigest() [32]byte { return s.hash("zkaudit/shape/v1", false) }

func (s *System) hash(domain string, contents bool) [32]byte {
	h := sha256.New()
	w := encoder{bufio.NewWriterSize(h, 1<<16), contents}
	w.text(domain)
	w.text(s.Name)
	w.count(len(s.Tensors))
	for i := range s.Tensors {
		w.tensor(&s.Tensors[i])
	}
	w.count(len(s.Equations))
	for i := range s.Equations {
		w.text(s.Equations[i].Name)
		w.axes(s.Equations[i].Axes)
		w.sum(&s.Equations[i].Sum)
	}
	w.count(len(s.Tables))
	for i := range s.Tables {
		t := &s.Tables[i]
		w.text(t.Name)
		w.integers(int64(t.Log), int64(t.Rows), t.Offset, int64(t.Count))
		w.ids(t.Columns)
	}
	w.count(len(s.Lookups))
	for i := range s.Lookups {
		w.integers(int64(s.Lookups[i].Table))
		w.ids(s.Lookups[i].Columns)
	}
	w.Flush()
	return [32]byte(h.Sum(nil))
}

// encoder writes an injective encoding: every list and text has its length
// first, every number eight bytes, little endian.
type encoder struct {
	*bufio.Writer
	contents bool // of sources that are evaluated outside the script
}

func (w encoder) integers(vs ...int64) {
	var buf [8]byte
	for _, v := range vs {
		binary.LittleEndian.PutUint64(buf[:], uint64(v))
		w.Write(buf[:])
	}
}

func (w encoder) count(n int) { w.integers(int64(n)) }

func (w encoder) text(s string) {
	w.count(len(s))
	io.WriteString(w, s)
}

func (w encoder) ids(ids []ID) {
	w.count(len(ids))
	for _, id := range ids {
		w.integers(int64(id))
	}
}

func (w encoder) axes(axes []Axis) {
	w.count(len(axes))
	for _, a := range axes {
		w.text(a.Name)
		w.count(a.Size)
	}
}

func (w encoder) labels(labels []Label) {
	w.count(len(labels))
	for _, l := range labels {
		w.text(string(l))
	}
}

func (w encoder) tensor(t *Tensor) {
	w.text(t.Name)
	w.axes(t.Axes)
	w.integers(int64(t.Kind))
	switch t.Kind {
	case Public:
		w.source(t.Source)
	case Virtual:
		w.sum(t.Sum)
	}
}

func (w encoder) sum(s *Sum) {
	w.labels(s.Out)
	w.count(len(s.Terms))
	for i := range s.Terms {
		t := &s.Terms[i]
		c := t.Coeff.Bytes()
		w.Write(c[:])
		w.count(len(t.Factors))
		for _, f := range t.Factors {
			w.integers(int64(f.Tensor))
			w.labels(f.Labels)
		}
	}
}

func (w encoder) source(src Source) {
	w.text(fmt.Sprintf("%T", src))
	if !w.contents && !Structured(src) {
		return
	}
	switch src := src.(type) {
	case Mask:
		w.count(src.Size)
	case Index:
		w.integers(src.Offset)
	case Rectifier:
		if src.Gate {
			w.integers(1)
		} else {
			w.integers(0)
		}
	case *Values:
		w.count(len(src.Cells))
		w.integers(src.Cells...)
	case *Filter:
		w.count(len(src.Rates))
		w.integers(src.Rates...)
	case *Selection:
		w.count(src.Batch)
		w.count(len(src.Rows))
		for _, r := range src.Rows {
			w.integers(int64(r))
		}
	case Window:
		w.count(src.Positions)
		w.count(src.Offsets)
	case *AxisMap:
		w.count(len(src.Value))
		for e := range src.Value {
			w.integers(int64(src.Out[e]), int64(src.In[e]), src.Value[e])
		}
	}
}
