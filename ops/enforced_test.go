package ops_test

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// This file derives what relations enforce a second time, from a relation
// system alone: lookups, definitions and equations, and not what operators
// state about themselves. Every small tensor of every program must come out
// within its format.

// span is what relations say of the cells of a tensor: integers between two
// ends, or elements of the field.
type span struct {
	low, high float64
	integer   bool
}

func anything() span { return span{math.Inf(-1), math.Inf(1), false} }

func (s span) meet(t span) span {
	return span{max(s.low, t.low), min(s.high, t.high), s.integer || t.integer}
}

func (s span) plus(t span) span { return span{s.low + t.low, s.high + t.high, s.integer && t.integer} }

func (s span) times(t span) span {
	out := span{math.Inf(1), math.Inf(-1), s.integer && t.integer}
	for _, x := range []float64{s.low, s.high} {
		for _, y := range []float64{t.low, t.high} {
			v := x * y
			if x == 0 || y == 0 {
				v = 0
			}
			out.low, out.high = min(out.low, v), max(out.high, v)
		}
	}
	return out
}

func (s span) within(low, high int64) bool {
	return s.integer && s.low >= float64(low) && s.high <= float64(high)
}

// analysis is the derivation in progress.
type analysis struct {
	sys    *relation.System
	labels graph.LabelKind
	known  map[relation.ID]span
	// proven is what a pass before has found.
	proven map[relation.ID]span
	// lemma is what a node says of its value beyond ranges: a division of its
	// quotient, a maximum of the larger of two.
	lemma map[relation.ID]func() span
}

func (a *analysis) of(id relation.ID) span {
	if s, ok := a.known[id]; ok {
		return s
	}
	looked := anything()
	if s, ok := a.proven[id]; ok {
		looked = s
	}
	for _, l := range a.sys.Lookups {
		for k, column := range l.Columns {
			if column == id {
				looked = looked.meet(a.column(l.Table, k))
			}
		}
	}
	if bits(a.sys, id) {
		looked = looked.meet(span{0, 1, true})
	}
	a.known[id] = looked // all that a definition that depends on itself says
	t := a.sys.Tensor(id)
	s := anything()
	switch t.Kind {
	case relation.Public:
		s = source(t.Source)
		if v, ok := t.Source.(*relation.Values); ok && len(t.Axes) == 1 { // on real cells
			s = source(&relation.Values{Cells: v.Cells[:t.Axes[0].Size]})
		}
	case relation.External:
		s = a.external(t.Name)
	case relation.Virtual:
		s = a.sum(t.Sum, t.Sum.Terms, 1)
	case relation.Witness:
		s = a.byEquation(id)
	}
	// A quotient, V/2^s say, is bounded as a real one if a lookup makes it an
	// integer of few bits, its own or that of the gate that reads it: then it does
	// not wrap.
	if s.integer || looked.integer || a.gated(id) {
		s = s.meet(looked)
		s.low, s.high, s.integer = math.Ceil(s.low), math.Floor(s.high), true
	} else {
		s = anything()
	}
	if lemma, ok := a.lemma[id]; ok && s.integer {
		s = s.meet(lemma())
	}
	a.known[id] = s
	return s
}

// external is what certificates say.
func (a *analysis) external(name string) span {
	switch {
	case strings.HasPrefix(name, "weight "):
		return span{math.Inf(-1), math.Inf(1), true}
	case strings.HasSuffix(name, "labels") && a.labels != graph.Values:
		return span{0, 1, true}
	}
	return span{-1 << 15, 1<<15 - 1, true}
}

func source(s relation.Source) span {
	switch s := s.(type) {
	case relation.Mask:
		return span{1, 1, true} // on real cells
	case *relation.Selection, relation.Window:
		return span{0, 1, true}
	case *relation.AxisMap:
		return mapSpan(s)
	case *relation.Filter:
		return span{0, 255, true}
	case *relation.Values:
		low, high := slices.Min(s.Cells), slices.Max(s.Cells)
		return span{float64(low), float64(high), true}
	}
	return anything()
}

// mapSpan is what a map multiplies cells by, all entries of one output together:
// with values of both signs these are of several cells.
func mapSpan(m *relation.AxisMap) span {
	gain, s := map[int32]float64{}, span{0, 0, true}
	for e, o := range m.Out {
		v := float64(m.Value[e])
		gain[o] += math.Abs(v)
		s.low, s.high = min(s.low, v), max(s.high, gain[o])
	}
	if s.low < 0 {
		s.low = -s.high
	}
	return s
}

// column is what a lookup in column k of a table says.
func (a *analysis) column(table, k int) span {
	t := &a.sys.Tables[table]
	if k == 0 {
		return span{float64(t.Offset), float64(t.Offset + int64(t.Rows) - 1), true}
	}
	if r, ok := a.sys.Tensor(t.Columns[k]).Source.(relation.Rectifier); ok {
		if r.Gate {
			return span{0, 1, true}
		}
		return span{0, 1<<15 - 1, true}
	}
	return source(a.sys.Tensor(t.Columns[k]).Source)
}

// sum is the span of sign·Σ terms.
func (a *analysis) sum(s *relation.Sum, terms []relation.Term, sign float64) span {
	total := span{0, 0, true}
	apart := a.apart(terms)
	for i := range terms {
		term := a.term(s, &terms[i]).times(span{sign, sign, true})
		if apart {
			total = span{min(total.low, term.low), max(total.high, term.high), total.integer && term.integer}
		} else {
			total = total.plus(term)
		}
	}
	return total
}

// apart reports whether terms put cells at different entries of one axis.
func (a *analysis) apart(terms []relation.Term) bool {
	var label relation.Label
	taken := map[int32]bool{}
	for i, t := range terms {
		k := slices.IndexFunc(t.Factors, func(f relation.Factor) bool {
			_, is := a.sys.Tensor(f.Tensor).Source.(*relation.AxisMap)
			return is
		})
		if k < 0 || i > 0 && t.Factors[k].Labels[0] != label {
			return false
		}
		label = t.Factors[k].Labels[0]
		for _, o := range a.sys.Tensor(t.Factors[k].Tensor).Source.(*relation.AxisMap).Out {
			if taken[o] {
				return false
			}
			taken[o] = true
		}
	}
	return len(terms) > 1
}

func (a *analysis) term(s *relation.Sum, t *relation.Term) span {
	c, whole := coefficient(t.Coeff)
	out := span{c, c, whole}
	sizes, picked := map[relation.Label]int{}, false
	for _, f := range t.Factors {
		out = out.times(a.of(f.Tensor))
		for i, l := range f.Labels {
			if _, there := sizes[l]; !there {
				sizes[l] = a.sys.Tensor(f.Tensor).Axes[i].Padded()
			}
		}
		switch s := a.sys.Tensor(f.Tensor).Source.(type) {
		case relation.Mask:
			sizes[f.Labels[0]] = s.Size
		case *relation.AxisMap, *relation.Selection, relation.Window:
			picked = true // one cell of what is mapped
		}
	}
	for l, n := range sizes {
		if !slices.Contains(s.Out, l) && !picked {
			out = out.times(span{0, float64(n), true})
		}
	}
	return out
}

// coefficient returns an integer c, or a quotient c/2^s or c/d of integers, as
// a real number, and whether it is an integer.
func coefficient(e fr.Element) (float64, bool) {
	signed := func(e fr.Element) (float64, int) {
		var b big.Int
		e.BigInt(&b)
		if half := new(big.Int).Rsh(fr.Modulus(), 1); b.Cmp(half) > 0 {
			b.Sub(&b, fr.Modulus())
		}
		f, _ := new(big.Float).SetInt(&b).Float64()
		return f, b.BitLen()
	}
	if f, bits := signed(e); bits <= 80 {
		return f, true
	}
	// ⌊d/2⌋/d among them: the least numerator serves.
	for numerator := int64(1); numerator < 1<<10; numerator++ {
		var n, q fr.Element
		n.SetInt64(numerator)
		q.Div(&n, &e)
		if f, bits := signed(q); bits <= 80 {
			return float64(numerator) / f, false
		}
	}
	return math.NaN(), false
}

// byEquation is the span of T that equations give, c·T + … = 0, and
// definitions of tensors that are looked up, c·T + … = V.
func (a *analysis) byEquation(id relation.ID) span {
	s := anything()
	for i := range a.sys.Equations {
		s = s.meet(a.solved(id, &a.sys.Equations[i].Sum, span{0, 0, true}))
	}
	for _, l := range a.sys.Lookups {
		if v := a.sys.Tensor(l.Columns[0]); v.Kind == relation.Virtual {
			s = s.meet(a.solved(id, v.Sum, a.column(l.Table, 0)))
		}
	}
	return s
}

// solved is the span of T where c·T and other terms add up to v.
func (a *analysis) solved(id relation.ID, s *relation.Sum, v span) span {
	found := anything()
	for i, t := range s.Terms {
		if len(t.Factors) != 1 || t.Factors[0].Tensor != id || !slices.Equal(t.Factors[0].Labels, s.Out) {
			continue
		}
		c, _ := coefficient(t.Coeff)
		others := slices.Delete(slices.Clone(s.Terms), i, i+1)
		rest := v.plus(a.sum(s, others, -1))
		found = found.meet(rest.times(span{1 / c, 1 / c, c == 1 || c == -1}))
	}
	return found
}

// bits reports whether an equation T² − T = 0 makes every cell of a tensor a bit.
func bits(sys *relation.System, id relation.ID) bool {
	for i := range sys.Equations {
		sum := &sys.Equations[i].Sum
		if len(sum.Terms) != 2 {
			continue
		}
		minusOne := relation.Neg(relation.Int(1))
		square, single := sum.Terms[0].Factors, sum.Terms[1].Factors
		own := func(f relation.Factor) bool { return f.Tensor == id && slices.Equal(f.Labels, sum.Out) }
		if len(square) == 2 && len(single) == 1 && own(square[0]) && own(square[1]) && own(single[0]) &&
			sum.Terms[0].Coeff.IsOne() && sum.Terms[1].Coeff.Equal(&minusOne) {
			return true
		}
	}
	return false
}

// gated reports whether a tensor is read once, in an equation dZ − G·D = 0
// whose G is bits and whose dZ is looked up.
func (a *analysis) gated(id relation.ID) bool {
	var reader *relation.Equation
	readings := 0
	count := func(terms []relation.Term) bool {
		before := readings
		for _, t := range terms {
			for _, f := range t.Factors {
				if f.Tensor == id {
					readings++
				}
			}
		}
		return readings > before
	}
	for i := range a.sys.Tensors {
		if s := a.sys.Tensors[i].Sum; s != nil && count(s.Terms) {
			return false
		}
	}
	for i := range a.sys.Equations {
		// A quotient's own equation makes of it what follows from its remainder.
		of, quotient := strings.CutSuffix(a.sys.Equations[i].Name, " quotient")
		if quotient && a.sys.Tensor(id).Name == "tensor "+of+"/quotient" {
			continue
		}
		if count(a.sys.Equations[i].Sum.Terms) {
			reader = &a.sys.Equations[i]
		}
	}
	if readings != 1 || len(reader.Sum.Terms) != 2 || len(reader.Sum.Terms[0].Factors) != 1 || len(reader.Sum.Terms[1].Factors) != 2 {
		return false
	}
	looked := slices.ContainsFunc(a.sys.Lookups, func(l relation.Lookup) bool { return l.Columns[0] == reader.Sum.Terms[0].Factors[0].Tensor })
	product := reader.Sum.Terms[1].Factors
	return looked && product[1].Tensor == id && a.of(product[0].Tensor).within(0, 1)
}

// unenforced lists the small tensors of a program that the relations let leave
// their format.
func unenforced(p *graph.Program, s *segment.Relations, sys *relation.System) []string {
	return unenforcedOf(p, s.Tensors, sys)
}

// unenforcedOf is unenforced, given the tensors of the system by those of the
// program.
func unenforcedOf(p *graph.Program, ids []relation.ID, sys *relation.System) []string {
	a := &analysis{sys: sys, labels: p.Loss.Labels, proven: map[relation.ID]span{}, lemma: map[relation.ID]func() span{}}
	for i := range p.Nodes {
		switch n := &p.Nodes[i]; n.Kind {
		case ops.KindSoftmax:
			a.lemma[ids[n.Outputs[0]]] = func() span {
				return span{0, float64(int(1) << p.Tensor(n.Outputs[0]).Format.Fraction), true}
			}
		case ops.KindSqrt, ops.KindRsqrt:
			a.lemma[ids[n.Outputs[0]]] = func() span { return span{1, math.Inf(1), true} }
		case ops.KindMaximum, ops.KindMinimum:
			// D = B − A of the maximum: max(A, B); D = A − B of the minimum: −max(−A, −B)
			difference, sign := sys.Tensor(ids[n.Outputs[1]]).Sum, 1.0
			if n.Kind == ops.KindMinimum {
				sign = -1
			}
			a.lemma[ids[n.Outputs[0]]] = func() span {
				x, y := a.sum(difference, difference.Terms[:1], -1), a.sum(difference, difference.Terms[1:], 1)
				larger := span{max(x.low, y.low), max(x.high, y.high), x.integer && y.integer}
				return larger.times(span{sign, sign, true})
			}
		}
	}
	for {
		a.known = map[relation.ID]span{}
		list := a.pass(p, ids)
		if len(list) == 0 || !a.learn() {
			return list
		}
	}
}

// pass lists what is not enforced, as far as it is known.
func (a *analysis) pass(p *graph.Program, ids []relation.ID) (list []string) {
	for i := range p.Tensors {
		t, id := &p.Tensors[i], ids[i]
		if !t.Role.PerSample() || !t.Role.Small() || id == relation.None || a.gated(id) {
			continue
		}
		if got := a.of(id); !got.within(t.Format.Min(), t.Format.Max()) {
			list = append(list, fmt.Sprintf("%s in %v: %v", t.Name, t.Format, got))
			a.known[id] = got.meet(a.byEquation(id)) // what its readers say
		}
	}
	return list
}

// learn keeps what a pass has found for the next one, in which tensors that
// depend on themselves, weights over all steps, begin with it. It reports
// whether there is more than before.
func (a *analysis) learn() (more bool) {
	for id, s := range a.known {
		if s.integer && s != a.proven[id] {
			a.proven[id], more = s, true
		}
	}
	return more
}

// build states two steps of a program on one part.
func build(t *testing.T, p *graph.Program) *segment.Relations {
	t.Helper()
	run := segment.PublicInputs{Rates: []int64{1, 2}, Rows: make([]schedule.Ref, 2*p.Batch)}
	if p.Optimizer.Kind == graph.ConstantSGD {
		run.Rates[1] = 1
	}
	s, err := segment.Build(p, segment.Shape{Steps: 2, PartRows: []int{4}}, run, sharedTables)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// units are operators on samples of 6 units.
func units() map[string]chain {
	list := map[string]chain{
		"dense":            func(n *net, a graph.TensorID) graph.TensorID { return n.dense(a, 6) },
		"convolution":      func(n *net, a graph.TensorID) graph.TensorID { return flatten(n, n.conv(picture(n, a, 3, 1), 2, 2, 3)) },
		"dense everywhere": func(n *net, a graph.TensorID) graph.TensorID { return merge(n, n.everywhere(split(n, a), 3)) },
		"matrix times itself": func(n *net, a graph.TensorID) graph.TensorID {
			v := n.matmul(split(n, a), split(n, a), true, false) // 3×3
			return n.dense(merge(n, v), 6)
		},
		"transposed convolution": func(n *net, a graph.TensorID) graph.TensorID {
			return n.dense(flatten(n, n.spread(slides(2, 1, true), picture(n, a, 3, 1), 2, 2, 1, [2]int{3, 6})), 6)
		},
		"channels apart": func(n *net, a graph.TensorID) graph.TensorID {
			return flatten(n, n.channels(slides(1, 1, true), picture(n, a, 1, 2), 2, 1, 1))
		},
		"groups": func(n *net, a graph.TensorID) graph.TensorID {
			return flatten(n, n.groups(slides(1, 1, true), picture(n, a, 1, 6), 1, 1, 2, 3))
		},
		"relu":             func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindRelu, a) },
		"relu6":            func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindRelu6, a) },
		"relu n1":          func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindReluN1To1, a) },
		"leaky relu":       func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindLeakyRelu, a) },
		"elu":              func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindElu, a) },
		"hard swish":       func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindHardSwish, a) },
		"gelu":             func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindGelu, a) },
		"gelu approximate": func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindGeluApproximate, a) },
		"tanh":             func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindTanh, a) },
		"logistic":         func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindLogistic, a) },
		"softmax": func(n *net, a graph.TensorID) graph.TensorID {
			return n.must(ops.Softmax(n.Builder, "softmax", a, graph.None, n.Program().Fractions.Activation))
		},
		"log softmax":    likelihoods,
		"exp":            func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindExp, a) },
		"abs":            func(n *net, a graph.TensorID) graph.TensorID { return n.activation(ops.KindAbs, a) },
		"sqrt":           rooted,
		"rsqrt":          inverted,
		"rsqrt of cells": invertedCell,
		"quotient":       func(n *net, a graph.TensorID) graph.TensorID { return divided(n, a, a) },
		"quotient by constants": func(n *net, a graph.TensorID) graph.TensorID {
			return n.must(ops.Quotient(n.Builder, "quotient", a, n.constant([]int32{128, 100, 300, 640, 1000, 256}, 8, 6), n.Program().Fractions.Activation))
		},
		"causal softmax": func(n *net, a graph.TensorID) graph.TensorID { return merge(n, causal(n, split(n, a))) },
		"double":         func(n *net, a graph.TensorID) graph.TensorID { return n.one(ops.KindAdd, nil, a, a) },
		"shift": func(n *net, a graph.TensorID) graph.TensorID {
			return n.one(ops.KindAdd, nil, a, n.constant(half(), n.Tensor(a).Format.Fraction, 6))
		},
		"square": func(n *net, a graph.TensorID) graph.TensorID {
			return n.must(ops.Rescale(n.Builder, "square rounded", n.one(ops.KindMul, nil, a, a), n.Program().Fractions.Activation))
		},
		"scale": func(n *net, a graph.TensorID) graph.TensorID {
			return n.must(ops.Rescale(n.Builder, "scale rounded", n.one(ops.KindMul, nil, a, n.constant(half(), 8, 6)), n.Program().Fractions.Activation))
		},
		"product without rounding": func(n *net, a graph.TensorID) graph.TensorID {
			v := n.one(ops.KindMul, nil, a, n.constant([]int32{1, -1, 2, 3, 0, 1}, 0, 6))
			return n.must(ops.Rescale(n.Builder, "not rounded", v, n.Tensor(v).Format.Fraction))
		},
		"maximum": func(n *net, a graph.TensorID) graph.TensorID {
			return n.one(ops.KindMaximum, nil, a, n.constant(half(), n.Tensor(a).Format.Fraction, 6))
		},
		"minimum": func(n *net, a graph.TensorID) graph.TensorID {
			opposite := n.must(ops.Sum(n.Builder, "opposite", []graph.TensorID{a}, []int64{-1}, n.Tensor(a).Format))
			return n.one(ops.KindMinimum, nil, a, opposite)
		},
		"sum": func(n *net, a graph.TensorID) graph.TensorID {
			return n.must(ops.Sum(n.Builder, "sum", []graph.TensorID{a, a}, []int64{3, -2}, n.Tensor(a).Format))
		},
		"mean": func(n *net, a graph.TensorID) graph.TensorID {
			f := n.Tensor(a).Format.Fraction
			v := n.must(ops.ConstantDivision(n.Builder, "mean", n.one(ops.KindReduceSum, nil, a), 6, f))
			return n.one(ops.KindBroadcast, graph.Attributes{"size": {6}}, v)
		},
		"reverse": func(n *net, a graph.TensorID) graph.TensorID {
			return n.one(ops.KindReflect, graph.Attributes{"axis": {0}}, a)
		},
		"rotate": func(n *net, a graph.TensorID) graph.TensorID {
			return n.one(ops.KindRotate, graph.Attributes{"axis": {0}, "shift": {2}}, a)
		},
		"reshape": func(n *net, a graph.TensorID) graph.TensorID { return merge(n, split(n, a)) },
		"unembedding": func(n *net, a graph.TensorID) graph.TensorID {
			v := n.one(ops.KindUnembed, ops.Transposed(0, 2), a, n.weight("rows", n.Tensor(a).Format.Fraction, 2, 3, 6))
			return merge(n, n.must(ops.Rescale(n.Builder, "unembedded", v, n.Program().Fractions.Activation)))
		},
		"weight added": func(n *net, a graph.TensorID) graph.TensorID { return n.shifted(a, "shift", 6) },
		"embedding": func(n *net, a graph.TensorID) graph.TensorID {
			index := n.must(ops.Rescale(n.Builder, "index", n.one(ops.KindAdd, nil, a, a), 0))
			return n.one(ops.KindAdd, nil, a, merge(n, n.embed(index, 12, 1)))
		},
		"permute": func(n *net, a graph.TensorID) graph.TensorID {
			return merge(n, n.one(ops.KindPermute, graph.Attributes{"order": {1, 0}}, split(n, a)))
		},
	}
	maps.Copy(list, six())
	return list
}

// six are maps of samples of 6 units to such.
func six() map[string]chain {
	return map[string]chain{
		"concatenation": func(n *net, a graph.TensorID) graph.TensorID {
			x := split(n, a)
			part := n.must(ops.MapAxes(n.Builder, "part", x, 0, ops.AxisMap{Axis: 0, Size: 1, Entries: entries([3]int{0, 1, 1})}))
			return merge(n, n.one(ops.KindConcatenate, graph.Attributes{"axis": {0}}, part, part))
		},
		"selection": onSplit(0, ops.AxisMap{Axis: 1, Size: 3, Entries: entries([3]int{0, 1, 1}, [3]int{1, 1, 1})}),
		"windows":   onSplit(2, ops.AxisMap{Axis: 1, Size: 3, Entries: entries([3]int{0, 0, 3}, [3]int{0, 1, 1}, [3]int{2, 1, -1}, [3]int{2, 2, 2})}),
	}
}

// TestFormatsAreEnforced builds all pairs of operators, used once and used
// twice, under every loss.
func TestFormatsAreEnforced(t *testing.T) {
	losses := []graph.LossKind{graph.SoftmaxCrossEntropy, graph.LogisticLoss, graph.MeanSquaredError}
	pairs(t, 2, func(t *testing.T, turn int, first, second string) {
		for k, fans := range []bool{false, true} {
			n := newNet(t, coarse(), 3, 5)
			n.Program().Optimizer.Clip = []int{0, 300}[(turn+k)/3%2]
			a := units()[first](n, n.dense(n.Program().Input, 6))
			b := units()[second](n, a)
			if n.Tensor(a).Format == n.Tensor(b).Format && fans {
				b = n.one(ops.KindAdd, nil, a, b)
			}
			p := n.train(n.dense(b, 3), losses[(turn+k)%len(losses)])
			s := build(t, p)
			if list := unenforced(p, s, s.Relation); len(list) > 0 {
				t.Errorf("fan-out %t, %s: the relations let leave their format:\n%s", fans, p.Loss.Kind, strings.Join(list, "\n"))
			}
		}
	})
}

// pairs goes through pairs of operators on samples of 6 units, the first ones side
// by side: one in so many, in short tests of those one in four, and all of them in
// make pairs-test.
func pairs(t *testing.T, one int, check func(t *testing.T, turn int, first, second string)) {
	names := slices.Sorted(maps.Keys(units()))
	switch {
	case *whole:
		one = 1
	case testing.Short():
		one *= 4
	}
	for i, first := range names {
		t.Run(first, func(t *testing.T) {
			t.Parallel()
			for j, second := range names {
				if (i+j)%one == 0 {
					t.Run("then "+second, func(t *testing.T) { check(t, i*len(names)+j, first, second) })
				}
			}
		})
	}
}

// TestEveryRangeCounts drops one lookup at a time: the derivation misses it.
func TestEveryRangeCounts(t *testing.T) {
	for name, p := range map[string]*graph.Program{
		"relu": dense(t, coarse()), "tanh": activated(t, coarse(), ops.KindTanh),
		"values": regression(t, coarse(), 3, graph.MeanSquaredError),
	} {
		s := build(t, p)
		if list := unenforced(p, s, s.Relation); len(list) > 0 {
			t.Fatalf("%s: %q", name, list)
		}
		for i, l := range s.Relation.Lookups {
			if of := s.Relation.Tensor(l.Columns[0]).Name; strings.Contains(of, "/complement") || strings.Contains(of, "softmax/remainder") || strings.Contains(of, "loss gradient/remainder") {
				continue // one of the two bounds the other's format; both make a quotient unique
			}
			less := *s.Relation
			less.Lookups = slices.Delete(slices.Clone(less.Lookups), i, i+1)
			if len(unenforced(p, s, &less)) == 0 {
				t.Errorf("%s: without the lookup of %q nothing is missed", name, s.Relation.Tensor(l.Columns[0]).Name)
			}
		}
	}
}
