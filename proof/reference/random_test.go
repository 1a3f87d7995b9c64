package reference_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"pgregory.net/rapid"

	"github.com/zkaudit/zkaudit/proof/prooftest"
	. "github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// generator draws a system and an assignment. Labels are the names of axes:
// no tensor has an axis twice.
type generator struct {
	rt     *rapid.T
	b      *Builder
	axes   []Axis // step, source, batch, in, out, rows
	pool   []ID   // tensors that sums may read
	wanted map[ID]ID
	fill   map[ID]func() int64
	used   map[string]bool
	honest bool // by package naive, cell by cell
	n      int
}

const (
	stepAxis = iota
	sourceAxis
	batchAxis
	inAxis
	outAxis
	rowsAxis
)

// maxLabels bounds the variables of one term: the reference loops over them.
const maxLabels = 8

func newGenerator(rt *rapid.T) *generator {
	g := &generator{rt: rt, b: NewBuilder("random"), wanted: map[ID]ID{}, fill: map[ID]func() int64{}, used: map[string]bool{}}
	for _, name := range []string{"step", "source", "batch", "in", "out", "rows"} {
		g.axes = append(g.axes, Axis{Name: name, Size: g.int(1, 5)})
	}
	g.axes[sourceAxis].Size = g.axes[stepAxis].Size
	for _, a := range g.axes {
		g.note("axis of size 1", a.Size == 1)
	}
	return g
}

func (g *generator) int(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(g.rt, "n") }

func (g *generator) coin() bool { return g.int(0, 1) == 1 }

func (g *generator) note(what string, is bool) {
	if is {
		g.used[what] = true
	}
}

func (g *generator) name(prefix string) string {
	g.n++
	return fmt.Sprintf("%s %d", prefix, g.n)
}

func (g *generator) generate() (*System, Assignment) {
	for range g.int(2, 4) {
		g.committed(g.someAxes(3)...)
	}
	if g.coin() {
		g.trajectory()
	}
	if g.coin() {
		g.convolution()
	}
	for range g.int(1, 4) {
		g.virtual()
	}
	for _, id := range g.pool {
		if g.b.System().Tensor(id).Kind == Virtual && g.int(0, 2) > 0 {
			g.equate(id)
		}
	}
	if g.coin() {
		g.lookup()
	}
	sys, err := g.b.Build()
	if err != nil {
		g.rt.Fatal(err)
	}
	return sys, g.assign(sys)
}

func (g *generator) someAxes(most int) []Axis {
	picked := rapid.Permutation(g.axes).Draw(g.rt, "axes")
	return picked[:g.int(0, most)]
}

func (g *generator) committed(axes ...Axis) ID {
	var id ID
	if g.coin() {
		id = g.b.Witness(g.name("witness"), axes...)
	} else {
		id = g.b.External(g.name("external"), axes...)
	}
	g.note("scalar", len(axes) == 0)
	g.pool = append(g.pool, id)
	return id
}

// trajectory adds weights over all steps, or a bias.
func (g *generator) trajectory() {
	s, src, b, k, j := g.axes[stepAxis], g.axes[sourceAxis], g.axes[batchAxis], g.axes[inAxis], g.axes[outAxis]
	rates := make([]int64, s.Size)
	for i := range rates {
		rates[i] = int64(g.int(1, 9))
	}
	filter := At(g.b.Public("filter", &Filter{Rates: rates}, s, src), "step", "source")
	mask := At(g.b.Mask(s), "step")
	error := g.b.Witness("error", s, b, j)
	dz := At(error, "source", "batch", "out")
	if g.coin() {
		g.note("bias", true)
		w0 := g.b.External("bias before", j)
		w := g.b.Virtual("bias", []Axis{s, j}, []Label{"step", "out"}, Times(Int(1), mask, At(w0, "out")),
			Times(Int(-1), filter, At(g.b.Mask(b), "batch"), dz))
		g.pool = append(g.pool, w)
		return
	}
	g.note("trajectory", true)
	x := g.b.Witness("input", s, b, k)
	w0 := g.b.External("weights before", k, j)
	w := g.b.Virtual("weights", []Axis{s, k, j}, []Label{"step", "in", "out"},
		Times(Int(1), mask, At(w0, "in", "out")),
		Times(Int(-1), filter, At(g.b.Mask(b), "batch"), At(x, "source", "batch", "in"), dz))
	v := g.b.Virtual("forward", []Axis{s, b, j}, []Label{"step", "batch", "out"},
		Times(Int(1), At(x, "step", "batch", "in"), At(w, "step", "in", "out")))
	e := g.b.Virtual("backward", []Axis{s, b, k}, []Label{"step", "batch", "in"},
		Times(Int(1), At(error, "step", "batch", "out"), At(w, "step", "in", "out")))
	g.pool = append(g.pool, w, v, e)
}

// read returns a tensor of the pool read at the names of its axes.
func (g *generator) read() Factor {
	id := g.pool[g.int(0, len(g.pool)-1)]
	f := At(id)
	for _, a := range g.b.System().Tensor(id).Axes {
		f.Labels = append(f.Labels, Label(a.Name))
	}
	return f
}

// virtual adds a random sum: its output labels are drawn from those of its
// first term, and each term gets masks for the labels that it lacks.
func (g *generator) virtual() {
	var terms []Term
	for range g.int(1, 2) {
		terms = append(terms, g.term())
	}
	g.note("einsum", true)
	g.note("two terms", len(terms) == 2)
	first := labelsOf(terms[0])
	out := rapid.Permutation(first).Draw(g.rt, "out")[:g.int(0, len(first))]
	var axes []Axis
	for _, l := range out {
		axes = append(axes, g.axis(l))
	}
	for i := range terms {
		have := map[Label]bool{}
		for _, l := range labelsOf(terms[i]) {
			have[l] = true
		}
		for _, l := range out {
			if !have[l] {
				g.note("broadcast", true)
				terms[i].Factors = append(terms[i].Factors, At(g.b.Mask(g.axis(l)), l))
			}
		}
	}
	sum := &Sum{Out: out, Terms: terms}
	for i := range terms {
		for g.b.System().Plan(sum, &terms[i]).Degree() > MaxDegree || g.variables(terms[i]) > maxLabels {
			return // too large for a reference
		}
	}
	g.pool = append(g.pool, g.b.Virtual(g.name("virtual"), axes, out, terms...))
}

func (g *generator) axis(l Label) Axis {
	for _, a := range g.axes {
		if a.Name == string(l) {
			return a
		}
	}
	panic(l)
}

func (g *generator) variables(t Term) int {
	n := 0
	for _, l := range labelsOf(t) {
		n += g.axis(l).Log()
	}
	return n
}

func labelsOf(t Term) []Label {
	var ls []Label
	seen := map[Label]bool{}
	for _, f := range t.Factors {
		for _, l := range f.Labels {
			if !seen[l] {
				seen[l] = true
				ls = append(ls, l)
			}
		}
	}
	return ls
}

func (g *generator) term() Term {
	t := Term{Coeff: Int([]int64{1, -1, 2, 3}[g.int(0, 3)])}
	n := g.int(1, 3)
	g.note("three factors", n == 3)
	for range n {
		t.Factors = append(t.Factors, g.read())
	}
	switch g.int(0, 4) {
	case 0:
		t.Factors = append(t.Factors, g.axisMap())
	case 1:
		t.Factors = append(t.Factors, g.selection())
	case 2:
		g.note("filter", true)
		rates := make([]int64, g.axes[stepAxis].Size)
		for i := range rates {
			rates[i] = int64(g.int(1, 9))
		}
		t.Factors = append(t.Factors, At(g.b.Public(g.name("rates"), &Filter{Rates: rates}, g.axes[stepAxis]), "step"))
	case 3:
		a := g.axes[g.int(0, len(g.axes)-1)]
		t.Factors = append(t.Factors, At(g.b.Mask(a), Label(a.Name)))
	}
	return t
}

func (g *generator) axisMap() Factor {
	g.note("axis map", true)
	picked := rapid.Permutation(g.axes).Draw(g.rt, "map")
	m := &AxisMap{}
	for range g.int(1, 6) {
		m.Out = append(m.Out, int32(g.int(0, picked[0].Size-1)))
		m.In = append(m.In, int32(g.int(0, picked[1].Size-1)))
		m.Value = append(m.Value, int64(g.int(-3, 3)))
	}
	return At(g.b.Public(g.name("map"), m, picked[0], picked[1]), Label(picked[0].Name), Label(picked[1].Name))
}

func (g *generator) selection() Factor {
	g.note("selection", true)
	s, b, r := g.axes[stepAxis], g.axes[batchAxis], g.axes[rowsAxis]
	sel := &Selection{Batch: b.Size}
	for range s.Size * b.Size {
		sel.Rows = append(sel.Rows, int32(g.int(-1, r.Size-1)))
	}
	return At(g.b.Public(g.name("selection"), sel, s, b, r), "step", "batch", "rows")
}

// equate adds a witness and the claim that it equals a virtual tensor.
func (g *generator) equate(id ID) {
	axes := slices.Clone(g.b.System().Tensor(id).Axes)
	y := g.b.Witness(g.name("value"), axes...)
	var labels []Label
	for i := range axes {
		labels = append(labels, Label(fmt.Sprint("e", i)))
	}
	if g.coin() { // an equation may name one axis more than once
		g.note("axes of one name", len(axes) > 1)
		for i := range axes {
			axes[i].Name = "any"
		}
	}
	terms := []Term{Times(Int(1), At(id, labels...)), Times(Int(-1), At(y, labels...))}
	if g.coin() { // as a product with a committed one, to have a sumcheck
		one := g.b.Public("one", &Values{Cells: []int64{1}})
		terms[1] = Times(Int(-1), At(y, labels...), At(one))
	}
	g.b.Equation(g.name("equation"), axes, labels, terms...)
	g.wanted[y] = id
}

// lookup looks up fresh witnesses: one in a range, two in a function table
// whose size is no power of two.
func (g *generator) lookup() {
	g.note("lookup", true)
	axes := g.someAxes(2)
	x := g.b.Witness(g.name("ranged"), axes...)
	g.b.Signed(x, 4)
	g.fill[x] = func() int64 { return int64(g.int(-8, 7)) }
	if g.coin() {
		return
	}
	rows := g.int(2, 7)
	square := make([]int64, 1<<Axis{Size: rows}.Log())
	for i := range square {
		square[i] = 9
		if i < rows {
			square[i] = int64((i - 3) * (i - 3))
		}
	}
	arg, value := g.b.Witness(g.name("argument"), axes...), g.b.Witness(g.name("square"), axes...)
	g.b.LookUp(g.b.Table("square", -3, rows, &Values{Cells: square}), arg, value)
	var args []int64
	g.fill[arg] = func() int64 {
		args = append(args, int64(g.int(-3, rows-4)))
		return args[len(args)-1]
	}
	g.fill[value] = func() int64 {
		a := args[0]
		args = args[1:]
		return a * a
	}
}

// assign fills committed tensors with small integers on real cells, in some
// systems on padded ones, too; those of equations with the values they should
// have, and some with wrong ones.
func (g *generator) assign(sys *System) Assignment {
	cells, everywhere := NewAssignment(sys), g.coin()
	g.note("garbage in the padding", everywhere)
	for i := range sys.Tensors {
		t, id := &sys.Tensors[i], ID(i)
		if _, later := g.wanted[id]; later || t.Kind != Witness && t.Kind != External || isCount(sys, id) {
			continue
		}
		fill := g.fill[id]
		if fill == nil {
			fill = func() int64 { return int64(g.int(-2, 2)) }
		}
		c := make([]int64, t.Cells())
		for k := range c {
			if everywhere || real(t.Axes, k) {
				c[k] = fill()
			}
		}
		g.store(cells, id, c)
	}
	known := naive.New(sys, cells)
	for id := range sys.Tensors {
		y := ID(id)
		from, ok := g.wanted[y]
		if !ok {
			continue
		}
		table, err := known.Table(from)
		if err != nil {
			g.rt.Fatal(err)
		}
		g.store(cells, y, g.integers(table))
	}
	g.spoil(sys, cells)
	if err := prooftest.Count(sys, cells); err != nil {
		g.rt.Fatal(err)
	}
	err := naive.Check(sys, cells)
	g.honest = err == nil
	g.note("false", !g.honest)
	g.note("wrong lookup", err != nil && strings.Contains(err.Error(), "lookup"))
	g.note("wrong equation", err != nil && strings.Contains(err.Error(), "equation"))
	return cells
}

// spoil changes a cell of a committed tensor, now and then.
func (g *generator) spoil(sys *System, cells Assignment) {
	if g.coin() {
		return
	}
	committed := append(sys.Committed(Witness), sys.Committed(External)...)
	id := committed[g.int(0, len(committed)-1)]
	if len(sys.Lookups) > 0 && g.coin() {
		id = sys.Lookups[g.int(0, len(sys.Lookups)-1)].Columns[0]
	}
	t, cell := sys.Tensor(id), 0
	if isCount(sys, id) {
		return
	}
	cell = g.int(0, t.Cells()-1)
	by := []int{1, -1, 100}[g.int(0, 2)]
	if c := cells[id]; c.Small != nil {
		c.Small[cell] += int32(by)
	} else {
		c.Large[cell] += int64(by)
	}
}

// store keeps integers in one of the two widths.
func (g *generator) store(cells Assignment, id ID, c []int64) {
	small := g.coin()
	for _, v := range c {
		small = small && int64(int32(v)) == v
	}
	if !small {
		cells[id].Large = c
		return
	}
	cells[id].Small = make([]int32, len(c))
	for i, v := range c {
		cells[id].Small[i] = int32(v)
	}
}

func (g *generator) integers(table []fr.Element) []int64 {
	out := make([]int64, len(table))
	for i, e := range table {
		minus := Neg(e)
		switch {
		case e.IsUint64():
			out[i] = int64(e.Uint64())
		case minus.IsUint64():
			out[i] = -int64(minus.Uint64())
		default:
			g.rt.Skip("too large for 64 bits")
		}
		if back := Int(out[i]); !back.Equal(&e) {
			g.rt.Skip("too large for 64 bits")
		}
	}
	return out
}

func isCount(sys *System, id ID) bool {
	for i := range sys.Tables {
		if sys.Tables[i].Count == id {
			return true
		}
	}
	return false
}

func real(axes []Axis, i int) bool {
	for k := len(axes) - 1; k >= 0; k-- {
		if i%axes[k].Padded() >= axes[k].Size {
			return false
		}
		i /= axes[k].Padded()
	}
	return true
}
