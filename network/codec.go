package network

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Domains begin encodings, with their version.
const (
	domain             = "zkaudit/network/v1"
	architectureDomain = "zkaudit/architecture/v1"
)

// Encode returns the injective encoding: every field in the order of the
// types' declarations, integers as 8 bytes little-endian, float32 by their
// bits, texts and lists behind their length.
func (n *Network) Encode() []byte { return append([]byte(nil), n.encoded...) }

func (n *Network) encode() []byte {
	w, c := &writer{}, &n.choices
	w.text(domain)
	w.architecture(&n.architecture)
	for _, v := range []int{c.Batch, c.Formats.Feature, c.Formats.Activation, c.Formats.Error, c.RateShift} {
		w.int(v)
	}
	w.bool(c.Scheduled)
	w.text(string(c.Loss))
	w.text(string(c.Labels))
	w.ints(c.Frozen)
	return w.bytes
}

// Decode reads what Encode wrote, and derives the step. It accepts only
// canonical encodings. Errors wrap fault.ErrMalformed: nobody could have
// written a network that New refuses.
func Decode(data []byte) (*Network, error) {
	r := &reader{rest: data, size: len(data)}
	if r.text() != domain && r.err == nil {
		return nil, fmt.Errorf("the encoding of a network does not begin with %q: %w", domain, fault.ErrMalformed)
	}
	a := r.architecture()
	c := Choices{Batch: r.int(), Formats: Formats{Feature: r.int(), Activation: r.int(), Error: r.int()}, RateShift: r.int(), Scheduled: r.bool()}
	c.Loss, c.Labels = graph.LossKind(r.text()), graph.LabelKind(r.text())
	c.Frozen = r.ints()
	if r.err == nil && len(r.rest) != 0 {
		r.fail("bytes follow the end")
	}
	if r.err != nil {
		return nil, r.err
	}
	n, err := New(a, c)
	if err != nil {
		return nil, fmt.Errorf("network: %v: %w", fault.Text(err, nil), fault.ErrMalformed)
	}
	return n, nil
}

type writer struct{ bytes []byte }

func (w *writer) int(v int) { w.bytes = binary.LittleEndian.AppendUint64(w.bytes, uint64(int64(v))) }

func (w *writer) bool(v bool) {
	n := 0
	if v {
		n = 1
	}
	w.int(n)
}

func (w *writer) text(s string) {
	w.int(len(s))
	w.bytes = append(w.bytes, s...)
}

func (w *writer) ints(list []int) {
	w.int(len(list))
	for _, v := range list {
		w.int(v)
	}
}

func (w *writer) architecture(a *Architecture) {
	w.ints(a.Input)
	w.int(len(a.Weights))
	for i := range a.Weights {
		w.ints(a.Weights[i].Shape)
	}
	w.int(len(a.Layers))
	for i := range a.Layers {
		w.layer(&a.Layers[i])
	}
}

func (w *writer) layer(l *Layer) {
	w.text(string(l.Kind))
	w.ints(l.Inputs)
	w.ints(l.Weights)
	w.ints(l.Shape)
	w.bool(l.Constant != nil)
	if l.Constant != nil {
		w.ints(l.Constant.Shape)
		w.int(len(l.Constant.Cells))
		for _, v := range l.Constant.Cells {
			w.bytes = binary.LittleEndian.AppendUint32(w.bytes, math.Float32bits(v))
		}
	}
	w.text(string(l.Activation))
}

// reader takes values from the front of rest until one is not there.
type reader struct {
	rest []byte
	size int
	err  error
}

func (r *reader) fail(what string) {
	if r.err == nil {
		r.err = fmt.Errorf("network: byte %d: %s: %w", r.size-len(r.rest), what, fault.ErrMalformed)
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

func (r *reader) bool() bool {
	v := r.int()
	if v != 0 && v != 1 {
		r.fail("neither true nor false")
	}
	return v == 1
}

// count reads the length of a list of at most limit entries, which take at
// least size bytes each.
func (r *reader) count(limit, size int) int {
	n := r.int()
	if n < 0 || n > limit || n > len(r.rest)/size {
		r.fail("impossible length")
		return 0
	}
	return n
}

// maxKind bounds the names of operators, losses and kinds of labels.
const maxKind = 64

func (r *reader) text() string {
	n := r.count(maxKind, 1)
	s := string(r.rest[:n])
	r.rest = r.rest[n:]
	return s
}

// ints reads a list of numbers; nil if it is empty.
func (r *reader) ints() []int {
	n := r.count(2*MaxLayers, 8)
	if n == 0 {
		return nil
	}
	list := make([]int, n)
	for i := range list {
		list[i] = r.int()
	}
	return list
}

func (r *reader) architecture() Architecture {
	a := Architecture{Input: r.ints()}
	weights := r.count(2*MaxLayers, 8)
	for range weights {
		a.Weights = append(a.Weights, Weight{Shape: r.ints()})
	}
	layers := r.count(MaxLayers, 8)
	for range layers {
		a.Layers = append(a.Layers, r.layer())
	}
	return a
}

func (r *reader) layer() Layer {
	l := Layer{Kind: Kind(r.text()), Inputs: r.ints(), Weights: r.ints(), Shape: r.ints()}
	if r.bool() {
		l.Constant = &Constant{Shape: r.ints()}
		n := r.count(maxConstants, 4)
		for range n {
			l.Constant.Cells = append(l.Constant.Cells, math.Float32frombits(binary.LittleEndian.Uint32(r.rest)))
			r.rest = r.rest[4:]
		}
	}
	l.Activation = Kind(r.text())
	return l
}
