package public

import (
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// Evaluate returns the multilinear extension of a public tensor at a point,
// first axis first (protocol, section 11).
func Evaluate(t *relation.Tensor, point []fr.Element) fr.Element {
	switch src := t.Source.(type) {
	case *relation.Values:
		return evaluateValues(src.Cells, point)
	case *relation.Selection:
		steps, slots := t.Axes[0].Log(), t.Axes[1].Log()
		return evaluateSelection(src, point[:steps], point[steps:steps+slots], point[steps+slots:])
	case relation.Window:
		positions, offsets := t.Axes[0].Log(), t.Axes[1].Log()
		return evaluateWindow(src, point[:positions], point[positions:positions+offsets], point[positions+offsets:])
	}
	fixed := make([][]fr.Element, len(t.Axes))
	for i, a := range t.Axes {
		fixed[i], point = point[:a.Log()], point[a.Log():]
		if fixed[i] == nil {
			fixed[i] = []fr.Element{}
		}
	}
	return Partial(t, fixed)[0]
}

// lowLog is how many coordinates make a table of their own where a tensor is
// evaluated without its table.
const lowLog = 10

// splitEq returns the tables of eq over the first and over the last
// coordinates: eq(point, i) = high[i>>|low|]·low[i&(2^|low|−1)].
func splitEq(point []fr.Element) (high, low fr.Vector) {
	cut := max(0, len(point)-lowLog)
	return poly.Eq(point[:cut]), poly.Eq(point[cut:])
}

// evaluateValues sums row by row, Σ_i high_i·Σ_j low_j·cell(i,j): a verifier
// evaluates the weights of a published model, and its memory should not be
// eight times theirs (protocol, section 11).
func evaluateValues(cells []int64, point []fr.Element) fr.Element {
	high, low := splitEq(point)
	rows := make(fr.Vector, len(high))
	poly.Parallel(len(rows), 1, func(from, to int) {
		var v, sum fr.Element
		for i := from; i < to; i++ {
			sum.SetZero()
			for j, cell := range cells[i*len(low) : (i+1)*len(low)] {
				if cell != 0 {
					poly.EmbedInto(&v, cell)
					v.Mul(&v, &low[j])
					sum.Add(&sum, &v)
				}
			}
			rows[i] = sum
		}
	})
	return rows.InnerProduct(high)
}

// evaluateSelection returns Σ_{(s,b) reads i} eq(p,s)·eq(q,b)·eq(r,i): work by
// the rows read, whatever the size of the dataset.
// Protocol, section 11.
func evaluateSelection(sel *relation.Selection, p, q, r []fr.Element) fr.Element {
	steps, slots := poly.Eq(p), poly.Eq(q)
	high, low := splitEq(r)
	bits := poly.Log(len(low))
	var sum, step, w fr.Element
	for s := 0; s*sel.Batch < len(sel.Rows); s++ {
		step.SetZero()
		for b, i := range sel.Rows[s*sel.Batch : min(len(sel.Rows), (s+1)*sel.Batch)] {
			if i >= 0 {
				w.Mul(&high[int(i)>>bits], &low[int(i)&(len(low)-1)])
				w.Mul(&w, &slots[b])
				step.Add(&step, &w)
			}
		}
		step.Mul(&step, &steps[s])
		sum.Add(&sum, &step)
	}
	return sum
}

// evaluateWindow returns Σ_{p,k} eq(a,p)·eq(b,k)·eq(c,i), i being what position p
// reads at offset k, but for padding: work by the entries of one axis, however
// many axes and channels are read through it.
// Protocol, section 6.
func evaluateWindow(win relation.Window, a, b, c []fr.Element) fr.Element {
	positions, offsets, inputs := poly.Eq(a), poly.Eq(b), poly.Eq(c)
	var sum, row, w fr.Element
	for p := range win.Positions {
		row.SetZero()
		for k := range win.Offsets {
			if i, inside := win.Input(p, k); inside {
				w.Mul(&offsets[k], &inputs[i])
				row.Add(&row, &w)
			}
		}
		row.Mul(&row, &positions[p])
		sum.Add(&sum, &row)
	}
	return sum
}

// windowPartial returns the table of a window over the axes that are not fixed, by
// its entries.
func windowPartial(win relation.Window, axes []relation.Axis, fixed [][]fr.Element) fr.Vector {
	var weights [3]fr.Vector // of the cells of a fixed axis
	var strides [3]int       // of one that is kept
	size := 1
	for i := len(axes) - 1; i >= 0; i-- {
		if fixed[i] != nil {
			weights[i] = poly.Eq(fixed[i])
			continue
		}
		strides[i], size = size, size*axes[i].Padded()
	}
	out := make(fr.Vector, size)
	for p := range win.Positions {
		for k := range win.Offsets {
			i, inside := win.Input(p, k)
			if !inside {
				continue
			}
			value := fr.One()
			for axis, cell := range [3]int{p, k, i} {
				if weights[axis] != nil {
					value.Mul(&value, &weights[axis][cell])
				}
			}
			at := &out[p*strides[0]+k*strides[1]+i*strides[2]]
			at.Add(at, &value)
		}
	}
	return out
}

// Partial returns the table of a public tensor over the axes that are not
// fixed, row-major, at the coordinates of the axes that are: fixed[i] is nil
// for an axis that stays (protocol, section 11).
func Partial(t *relation.Tensor, fixed [][]fr.Element) fr.Vector {
	switch src := t.Source.(type) {
	case *relation.Filter:
		if len(t.Axes) == 2 && fixed[0] != nil {
			row := filterRow(src, t.Axes[1].Padded(), fixed[0])
			return fixLast(row, fixed[1])
		}
	case *relation.Selection:
		if fixed[0] != nil && fixed[1] != nil {
			row := selectionRow(src, t.Axes[2].Padded(), fixed[0], fixed[1])
			return fixLast(row, fixed[2])
		}
	case relation.Window:
		return windowPartial(src, t.Axes, fixed)
	case *relation.AxisMap:
		if fixed[0] != nil {
			row := make(fr.Vector, t.Axes[1].Padded())
			scatter(row, src.In, src.Out, src.Value, poly.Eq(fixed[0]))
			return fixLast(row, fixed[1])
		}
	}
	return poly.Fix(table(t), t.Axes, fixed)
}

func fixLast(row fr.Vector, point []fr.Element) fr.Vector {
	if point == nil {
		return row
	}
	return fr.Vector{poly.Evaluate(row, point)}
}

// filterRow returns Λ~(point, s) for all s:
//
//	Λ~(r,s) = Σ_u tap(u,s) · Σ_{u<t<S} eq(r,t),    tap(u,s) as relation.Filter.Taps has it
//
// Protocol, section 5.
func filterRow(f *relation.Filter, n int, point []fr.Element) fr.Vector {
	eq := poly.Eq(point)
	row := make(fr.Vector, n)
	var tail, v fr.Element // Σ_{u<t<S} eq(r,t)
	for u := len(f.Rates) - 1; u >= 0; u-- {
		f.Taps(u, func(s int, by int64) {
			v.SetInt64(by)
			row[s].Add(&row[s], v.Mul(&v, &tail))
		})
		tail.Add(&tail, &eq[u])
	}
	return row
}

// selectionRow returns Sel~(p, q, i) = Σ_{(s,b) reads i} eq(p,s)·eq(q,b).
// Protocol, section 7.
func selectionRow(sel *relation.Selection, n int, p, q []fr.Element) fr.Vector {
	row := make(fr.Vector, n)
	steps, slots := poly.Eq(p), poly.Eq(q)
	var w fr.Element
	for k, i := range sel.Rows {
		if i < 0 {
			continue
		}
		w.Mul(&steps[k/sel.Batch], &slots[k%sel.Batch])
		row[i].Add(&row[i], &w)
	}
	return row
}

// scatter adds value(e)·weight(from(e)) to row(to(e)).
func scatter(row fr.Vector, to, from []int32, value []int64, weight fr.Vector) {
	var w fr.Element
	for e := range value {
		w.SetInt64(value[e])
		w.Mul(&w, &weight[from[e]])
		row[to[e]].Add(&row[to[e]], &w)
	}
}

// table returns all cells of a public tensor.
func table(t *relation.Tensor) fr.Vector {
	cells := make(fr.Vector, t.Cells())
	switch src := t.Source.(type) {
	case relation.Mask:
		for i := range src.Size {
			cells[i].SetOne()
		}
	case relation.Index:
		for i := range cells {
			cells[i].SetInt64(src.Offset + int64(i))
		}
	case relation.Rectifier:
		half := len(cells) / 2
		for i := half + 1; i < len(cells); i++ {
			if src.Gate {
				cells[i].SetOne()
			} else {
				cells[i].SetInt64(int64(i - half))
			}
		}
	case *relation.Values:
		for i, v := range src.Cells {
			poly.EmbedInto(&cells[i], v)
		}
	case *relation.Filter:
		filterTable(cells, t, src)
	case *relation.Selection:
		batch, rows := t.Axes[1].Padded(), t.Axes[2].Padded()
		for k, i := range src.Rows {
			if i >= 0 {
				cells[(k/src.Batch*batch+k%src.Batch)*rows+int(i)].SetOne()
			}
		}
	case relation.Window:
		offsets, inputs := t.Axes[1].Padded(), t.Axes[2].Padded()
		for p := range src.Positions {
			for k := range src.Offsets {
				if i, inside := src.Input(p, k); inside {
					cells[(p*offsets+k)*inputs+i].SetOne()
				}
			}
		}
	case *relation.AxisMap:
		in := t.Axes[1].Padded()
		var v fr.Element
		for e := range src.Value {
			c := &cells[int(src.Out[e])*in+int(src.In[e])]
			c.Add(c, v.SetInt64(src.Value[e]))
		}
	}
	return cells
}

func filterTable(cells fr.Vector, t *relation.Tensor, f *relation.Filter) {
	lost := make([]int64, len(f.Rates)) // to the gradient of each step, so far
	for u := range f.Rates {
		f.Taps(u, func(s int, by int64) { lost[s] += by })
		if len(t.Axes) == 2 && u+1 < len(f.Rates) {
			for s, v := range lost[:u+1] {
				cells[(u+1)*t.Axes[1].Padded()+s].SetInt64(v)
			}
		}
	}
	if len(t.Axes) == 1 {
		for s, v := range lost {
			cells[s].SetInt64(v)
		}
	}
}
