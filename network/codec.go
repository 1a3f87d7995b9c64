package network

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// Domains begin encodings, with their version.
const (
	domain             = "zkaudit/network/v8"
	architectureDomain = "zkaudit/architecture/v3"
)

// Encode returns the injective encoding (package encode): every field in the
// order of the types' declarations, float32 by their bits.
func (n *Network) Encode() []byte { return append([]byte(nil), n.encoded...) }

func (n *Network) encode() []byte {
	c := &n.choices
	b := appendArchitecture(encode.Domain(domain), &n.architecture)
	for _, v := range []int{c.Batch, c.Formats.Feature, c.Formats.Activation, c.Formats.Error, c.RateShift} {
		b = encode.Int(b, v)
	}
	b = encode.Bool(b, c.Scheduled)
	b = encode.Text(encode.Text(b, c.Loss), c.Labels)
	b = encode.Int(encode.Int(encode.Ints(b, c.Frozen), c.Clip), c.Smoothing)
	b = encode.Bool(b, c.Momentum != nil)
	if m := c.Momentum; m != nil {
		b = encode.Int(encode.Int(encode.Ints(b, m.Response), m.Bits), m.Restart)
	}
	b = encode.Bool(b, c.Decay != nil)
	if d := c.Decay; d != nil {
		b = encode.Int(encode.Int(encode.Int(b, int(d.N)), d.Shift), d.Every)
	}
	b = encode.Bool(b, c.Weighed != nil)
	if w := c.Weighed; w != nil {
		b = encode.Int(encode.Ints(encode.Int(encode.Int(b, w.Columns), w.Column), w.Weights), w.Bits)
	}
	return b
}

func appendArchitecture(b []byte, a *Architecture) []byte {
	b = encode.Ints(b, a.Input)
	b = encode.Int(b, len(a.Weights))
	for i := range a.Weights {
		b = encode.Ints(b, a.Weights[i].Shape)
	}
	b = encode.Int(b, len(a.Layers))
	for i := range a.Layers {
		b = appendLayer(b, &a.Layers[i])
	}
	return b
}

func appendLayer(b []byte, l *Layer) []byte {
	b = encode.Text(b, l.Kind)
	b = encode.Ints(encode.Ints(encode.Ints(b, l.Inputs), l.Weights), l.Shape)
	b = encode.Bool(b, l.Window != nil)
	if w := l.Window; w != nil {
		for _, v := range []int{w.Stride[0], w.Stride[1], w.Dilation[0], w.Dilation[1]} {
			b = encode.Int(b, v)
		}
		b = encode.Bool(b, w.Same)
	}
	b = encode.Ints(b, l.Parameters)
	b = encode.Bool(b, l.Constant != nil)
	if l.Constant != nil {
		b = encode.Ints(b, l.Constant.Shape)
		b = encode.Int(b, len(l.Constant.Cells))
		for _, v := range l.Constant.Cells {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	return encode.Text(b, l.Activation)
}

// Decode reads what Encode wrote, and derives the step. It accepts only
// canonical encodings. Errors wrap fault.ErrMalformed: nobody could have
// written a network that New refuses.
func Decode(data []byte) (*Network, error) {
	r := reader{encode.NewReader(data)}
	if r.text("domain") != domain && r.Err() == nil {
		return nil, fmt.Errorf("the encoding of a network does not begin with %q: %w", domain, fault.ErrMalformed)
	}
	a := r.architecture()
	c := Choices{
		Batch: r.int("batch"), Formats: Formats{Feature: r.int("format of features"), Activation: r.int("format of activations"), Error: r.int("format of errors")},
		RateShift: r.int("precision of the rate"), Scheduled: r.Bool("rates by step"),
	}
	c.Loss, c.Labels = graph.LossKind(r.text("loss")), graph.LabelKind(r.text("labels"))
	c.Frozen, c.Clip = r.ints("frozen weights"), r.int("limit of errors")
	c.Smoothing = r.int("share of every class")
	if r.Bool("momentum") {
		c.Momentum = &Momentum{Response: r.Ints("response", graph.MaxTaps), Bits: r.int("precision of the response"), Restart: r.int("restart")}
	}
	if r.Bool("weight decay") {
		c.Decay = &graph.Decay{N: r.Int("what weights lose"), Shift: r.int("precision of what weights lose"), Every: r.int("steps between losses")}
	}
	if r.Bool("weights of samples") {
		c.Weighed = &ops.Weighed{Columns: r.int("attributes"), Column: r.int("attribute"), Weights: r.Ints("weights of samples", ops.MaxSampleWeights), Bits: r.int("precision of the weights")}
	}
	if err := r.End("end"); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	n, err := New(a, c)
	if err != nil {
		return nil, fmt.Errorf("network: %v: %w", fault.Text(err, nil), fault.ErrMalformed)
	}
	return n, nil
}

type reader struct{ *encode.Reader }

func (r reader) int(what string) int { return int(r.Int(what)) }

// maxKind bounds the names of operators, losses and kinds of labels.
const maxKind = 64

func (r reader) text(what string) string { return string(r.Bytes(what, maxKind)) }

// ints reads a list of numbers; nil if it is empty.
func (r reader) ints(what string) (list []int) {
	for _, v := range r.Ints(what, 2*MaxLayers) {
		list = append(list, int(v))
	}
	return list
}

func (r reader) architecture() Architecture {
	a := Architecture{Input: r.ints("input")}
	for i := range r.Count("weights", 2*MaxLayers, 8) {
		a.Weights = append(a.Weights, Weight{Shape: r.ints(fmt.Sprintf("shape of weight %d", i))})
	}
	for i := range r.Count("layers", MaxLayers, 8) {
		a.Layers = append(a.Layers, r.layer(fmt.Sprintf("layer %d, ", i)))
	}
	return a
}

func (r reader) layer(in string) Layer {
	l := Layer{Kind: Kind(r.text(in + "operator")), Inputs: r.ints(in + "inputs"), Weights: r.ints(in + "weights"), Shape: r.ints(in + "shape")}
	if r.Bool(in + "window") {
		l.Window = &Window{
			Stride:   [2]int{r.int(in + "stride"), r.int(in + "stride")},
			Dilation: [2]int{r.int(in + "dilation"), r.int(in + "dilation")},
			Same:     r.Bool(in + "padding"),
		}
	}
	l.Parameters = r.ints(in + "parameters")
	if r.Bool(in + "constant") {
		l.Constant = &Constant{Shape: r.ints(in + "shape of the constant")}
		cells := r.Fixed(in+"constant", 4*r.Count(in+"constant", maxConstants, 4))
		for ; len(cells) > 0; cells = cells[4:] {
			l.Constant.Cells = append(l.Constant.Cells, math.Float32frombits(binary.LittleEndian.Uint32(cells)))
		}
	}
	l.Activation = Kind(r.text(in + "activation"))
	return l
}
