package tflite

import (
	"fmt"
	"io"
	"strings"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Summary describes a model for people: what it computes, how large it is, and
// what keeps it from being proven.
type Summary struct {
	Version       uint32             `json:"version"`
	Description   string             `json:"description,omitempty"`
	Parameters    int64              `json:"parameters"`     // cells of float constants, each buffer once
	ConstantBytes int64              `json:"constant_bytes"` // bytes of all constants, each buffer once
	ExactWeights  bool               `json:"exact_weights"`  // carries the integers of its training
	Subgraphs     []SubgraphSummary  `json:"subgraphs"`
	Signatures    []SignatureSummary `json:"signatures,omitempty"`
	Metadata      []string           `json:"metadata,omitempty"`
	Unread        []string           `json:"unread,omitempty"` // contents not known here
	Shared        []SharedConstant   `json:"shared,omitempty"`
	Findings      Findings           `json:"findings"`
}

// SubgraphSummary describes one subgraph.
type SubgraphSummary struct {
	Name      string            `json:"name,omitempty"`
	Inputs    []TensorSummary   `json:"inputs"`
	Outputs   []TensorSummary   `json:"outputs"`
	Operators []OperatorSummary `json:"operators"`
}

// OperatorSummary describes one operator.
type OperatorSummary struct {
	Index   int             `json:"index"`
	Name    string          `json:"name"`
	Version int32           `json:"version"`
	Options Options         `json:"options,omitempty"`
	Inputs  []TensorSummary `json:"inputs"`
	Outputs []TensorSummary `json:"outputs"`
}

// TensorSummary describes a tensor where it is used.
type TensorSummary struct {
	Index    int    `json:"index"` // −1: an optional input left out
	Name     string `json:"name,omitempty"`
	Shape    Shape  `json:"shape"`               // with −1 where the size is open
	Type     DType  `json:"type"`                // of the elements
	Constant bool   `json:"constant,omitempty"`  // has its data in the file
	Quant    bool   `json:"quantised,omitempty"` // integers that stand for real values
}

// SignatureSummary describes an entry point.
type SignatureSummary struct {
	Key      string   `json:"key"`
	Subgraph uint32   `json:"subgraph"`
	Inputs   []string `json:"inputs"`
	Outputs  []string `json:"outputs"`
}

// SharedConstant is a float constant that several operators read. Converters
// merge equal constants, such as the zero biases of a fresh model: what was
// several parameters is one, and training it adds up the gradients of all uses.
type SharedConstant struct {
	Tensor    string `json:"tensor"`
	Operators []int  `json:"operators"`
}

// Describe summarises a model and checks it with opts.
func Describe(m *Model, opts CheckOptions) Summary {
	s := Summary{Version: m.Version, Description: m.Description, Unread: m.Opaque, Findings: Check(m, opts)}
	s.Parameters, s.ConstantBytes = m.size()
	for i := range m.Subgraphs {
		s.Subgraphs = append(s.Subgraphs, m.describeSubgraph(&m.Subgraphs[i]))
	}
	for _, sig := range m.Signatures {
		s.Signatures = append(s.Signatures, SignatureSummary{
			Key: sig.Key, Subgraph: sig.Subgraph, Inputs: tensorNames(sig.Inputs), Outputs: tensorNames(sig.Outputs),
		})
	}
	for _, e := range m.Metadata {
		s.Metadata = append(s.Metadata, e.Name)
		s.ExactWeights = s.ExactWeights || e.Name == ExactMetadata
	}
	if len(m.Subgraphs) > 0 {
		s.Shared = m.sharedConstants(&m.Subgraphs[0])
	}
	return s
}

// size counts the cells of float constants and the bytes of all constants.
func (m *Model) size() (parameters, bytes int64) {
	seen := make([]bool, len(m.Buffers))
	for _, g := range m.Subgraphs {
		for i := range g.Tensors {
			t := &g.Tensors[i]
			data := m.Data(t)
			if len(data) == 0 || seen[t.Buffer] {
				continue
			}
			seen[t.Buffer] = true
			bytes += int64(len(data))
			if t.Type == Float32 || t.Type == Float16 || t.Type == Float64 {
				n, _ := t.Shape.Elements()
				parameters += n
			}
		}
	}
	return parameters, bytes
}

func (m *Model) describeSubgraph(g *Subgraph) SubgraphSummary {
	s := SubgraphSummary{Name: g.Name, Inputs: m.describeTensors(g, g.Inputs), Outputs: m.describeTensors(g, g.Outputs)}
	for i := range g.Operators {
		o := &g.Operators[i]
		code := m.Codes[o.Code]
		s.Operators = append(s.Operators, OperatorSummary{
			Index: i, Name: code.String(), Version: code.Version, Options: o.Options,
			Inputs: m.describeTensors(g, o.Inputs), Outputs: m.describeTensors(g, o.Outputs),
		})
	}
	return s
}

func (m *Model) describeTensors(g *Subgraph, indices []int32) []TensorSummary {
	out := make([]TensorSummary, len(indices))
	for i, t := range indices {
		if t < 0 {
			out[i] = TensorSummary{Index: -1}
			continue
		}
		tensor := &g.Tensors[t]
		shape := tensor.Shape
		if len(tensor.Signature) > 0 {
			shape = tensor.Signature
		}
		out[i] = TensorSummary{
			Index: int(t), Name: tensorName(g, int(t)), Shape: shape, Type: tensor.Type,
			Constant: m.IsConstant(tensor), Quant: tensor.Quantization.quantises() && tensor.Type != Float32,
		}
	}
	return out
}

// sharedConstants lists float constants that more than one operator input reads.
func (m *Model) sharedConstants(g *Subgraph) []SharedConstant {
	readers := make([][]int, len(g.Tensors))
	for i, o := range g.Operators {
		for _, t := range o.Inputs {
			if t >= 0 {
				readers[t] = append(readers[t], i)
			}
		}
	}
	var out []SharedConstant
	for t, by := range readers {
		if len(by) > 1 && g.Tensors[t].Type == Float32 && m.IsConstant(&g.Tensors[t]) {
			out = append(out, SharedConstant{Tensor: tensorName(g, t), Operators: by})
		}
	}
	return out
}

func tensorNames(list []NamedTensor) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = t.Name
	}
	return out
}

// String returns the shape and type, such as float32[?×784].
func (t TensorSummary) String() string {
	if t.Index < 0 {
		return "(none)"
	}
	s := t.Type.String() + t.Shape.String()
	if t.Constant {
		s = "const " + s
	}
	return s
}

// WriteText writes the summary for a terminal, one operator a line.
func (s *Summary) WriteText(w io.Writer) error {
	p := &printer{w: w}
	p.line("TensorFlow Lite model, schema version %d", s.Version)
	p.line("parameters %d, constants %d bytes", s.Parameters, s.ConstantBytes)
	if s.ExactWeights {
		p.line("carries the exact integer weights of its training")
	}
	for i, g := range s.Subgraphs {
		p.line("subgraph %d %s", i, foreign.Quote(g.Name))
		p.line("  in   %s", joined(g.Inputs))
		for _, o := range g.Operators {
			p.line("  %3d  %s v%d (%s) -> %s", o.Index, o.Name, o.Version, joined(o.Inputs), joined(o.Outputs))
			if o.Options != nil {
				p.line("       %+v", o.Options)
			}
		}
		p.line("  out  %s", joined(g.Outputs))
	}
	for _, sig := range s.Signatures {
		p.line("signature %s: %s -> %s", foreign.Quote(sig.Key), foreign.Quotes(sig.Inputs), foreign.Quotes(sig.Outputs))
	}
	for _, c := range s.Shared {
		p.line("note: operators %v share the constant %s; training sums their gradients", c.Operators, foreign.Quote(c.Tensor))
	}
	for _, f := range s.Findings {
		p.line("not provable: %v", f)
	}
	return p.err
}

// printer writes lines until the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.w, foreign.Line(fmt.Sprintf(format, args...)))
	}
}

func joined(list []TensorSummary) string {
	parts := make([]string, len(list))
	for i, t := range list {
		parts[i] = t.String()
	}
	return strings.Join(parts, ", ")
}
