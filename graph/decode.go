package graph

import (
	"encoding/binary"

	"github.com/zkaudit/zkaudit/number"
	"github.com/zkaudit/zkaudit/relation"
)

// Decode reads what Encode wrote, and validates it. It accepts only canonical
// encodings: Encode of the result is data. Errors wrap fault.ErrMalformed.
func Decode(data []byte) (*Program, error) {
	r := &reader{rest: data, size: len(data)}
	if r.text() != domain && r.err == nil {
		return nil, invalid("the encoding does not begin with %q", domain)
	}
	p := &Program{Name: r.text(), Batch: r.int()}
	for _, f := range []*int{&p.Fractions.Feature, &p.Fractions.Activation, &p.Fractions.Error, &p.Fractions.Label} {
		*f = r.int()
	}
	p.Tensors = list(r, MaxTensors, (*reader).tensor)
	p.Nodes = list(r, MaxNodes, (*reader).node)
	p.Input = TensorID(r.int())
	p.Label = TensorID(r.int())
	p.Loss = Loss{Kind: LossKind(r.text()), Labels: LabelKind(r.text())}
	p.Loss.Logits = TensorID(r.int())
	p.Loss.Prediction = TensorID(r.int())
	p.Optimizer.Kind = OptimizerKind(r.text())
	p.Optimizer.Shift = r.int()
	if r.err == nil && len(r.rest) != 0 {
		r.fail("bytes follow the end")
	}
	if r.err != nil {
		return nil, r.err
	}
	return p, p.Validate()
}

// reader takes values from the front of rest until one is not there.
type reader struct {
	rest []byte
	size int
	err  error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = invalid("byte %d: %s", r.size-len(r.rest), what)
		r.rest = nil
	}
}

func (r *reader) int() int {
	if len(r.rest) < 8 {
		r.fail("the encoding ends early")
		return 0
	}
	v := int64(binary.LittleEndian.Uint64(r.rest))
	r.rest = r.rest[8:]
	return int(v)
}

// count reads the length of a list whose entries take at least size bytes.
func (r *reader) count(limit, size int) int {
	n := r.int()
	if n < 0 || n > limit || n > len(r.rest)/size {
		r.fail("impossible length")
		return 0
	}
	return n
}

func (r *reader) text() string {
	n := r.count(1<<16, 1)
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

// list reads a list of entries of at least 8 bytes; nil if it is empty.
func list[T any](r *reader, limit int, read func(*reader) T) []T {
	n := r.count(limit, 8)
	if n == 0 {
		return nil
	}
	entries := make([]T, n)
	for i := range entries {
		if entries[i] = read(r); r.err != nil {
			return nil
		}
	}
	return entries
}

func (r *reader) axis() relation.Axis { return relation.Axis{Name: r.text(), Size: r.int()} }

func (r *reader) cell() int32 {
	v := r.int()
	if int(int32(v)) != v {
		r.fail("a cell does not fit 32 bits")
	}
	return int32(v)
}

func (r *reader) tensor() Tensor {
	t := Tensor{Name: r.text(), Axes: list(r, MaxAxes, (*reader).axis)}
	t.Format = number.Format{Bits: r.int(), Fraction: r.int()}
	role, checked := r.int(), r.int()
	if role < 0 || role > 255 || checked < 0 || checked > 1 {
		r.fail("impossible role or flag")
	}
	t.Role, t.Checked = Role(role), checked == 1
	t.Cells = list(r, MaxSize, (*reader).cell)
	return t
}

func (r *reader) node() Node {
	n := Node{Name: r.text(), Kind: Kind(r.text())}
	id := func(r *reader) TensorID { return TensorID(r.int()) }
	n.Inputs = list(r, MaxTensors, id)
	n.Outputs = list(r, MaxTensors, id)
	last := ""
	for i := range r.count(64, 16) {
		name := r.text()
		if i == 0 {
			n.Attributes = Attributes{}
		} else if name <= last {
			r.fail("attributes are not sorted")
		}
		last = name
		n.Attributes[name] = list(r, MaxTensors, func(r *reader) int64 { return int64(r.int()) })
	}
	return n
}
