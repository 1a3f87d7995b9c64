package relation

// validateSource checks that a public tensor can be evaluated: its axes are
// those its source needs, and no entry lies outside them.
func validateSource(t *Tensor) error {
	axes := 1
	switch t.Source.(type) {
	case Mask, Index, Rectifier:
	case *Values, *Filter:
		axes = len(t.Axes)
	case *Selection, Window:
		axes = 3
	case *AxisMap:
		axes = 2
	default:
		return invalid("source %T", t.Source)
	}
	if len(t.Axes) != axes {
		return invalid("source %T on %d axes", t.Source, len(t.Axes))
	}
	switch src := t.Source.(type) {
	case Mask:
		if t.Axes[0].Padded() < src.Size || src.Size < 1 {
			return invalid("mask of %d cells on an axis of %d", src.Size, t.Axes[0].Padded())
		}
	case Rectifier:
		if t.Axes[0].Log() < 1 {
			return invalid("rectifier on an axis of one cell")
		}
	case *Values:
		if len(src.Cells) != t.Cells() {
			return invalid("%d values for %d cells", len(src.Cells), t.Cells())
		}
	case *Filter:
		return src.validate(t.Axes)
	case *Selection:
		return src.validate(t.Axes)
	case *AxisMap:
		return src.validate(t.Axes)
	case Window:
		return src.validate(t.Axes)
	}
	return nil
}

func (f *Filter) validate(axes []Axis) error {
	if len(axes) < 1 || len(axes) > 2 {
		return invalid("filter on %d axes", len(axes))
	}
	if (f.Response == nil) != (f.Restart == 0) || f.Response != nil && len(f.Response) == 0 || f.Restart < 0 {
		return invalid("filter with a response of %d steps, restarted every %d", len(f.Response), f.Restart)
	}
	for _, a := range axes {
		if len(f.Rates) > a.Padded() {
			return invalid("%d rates on axis %s of %d", len(f.Rates), a.Name, a.Size)
		}
	}
	return nil
}

func (sel *Selection) validate(axes []Axis) error {
	if sel.Batch < 1 || sel.Batch > axes[1].Padded() || len(sel.Rows) > sel.Batch*axes[0].Padded() {
		return invalid("selection of %d rows, %d a step, on %d steps of %d", len(sel.Rows), sel.Batch, axes[0].Size, axes[1].Size)
	}
	for k, row := range sel.Rows {
		if row < -1 || int(row) >= axes[2].Padded() {
			return invalid("slot %d reads row %d of %d", k, row, axes[2].Size)
		}
	}
	return nil
}

func (m *AxisMap) validate(axes []Axis) error {
	if len(m.Out) != len(m.Value) || len(m.In) != len(m.Value) {
		return invalid("axis map of %d outputs, %d inputs, %d values", len(m.Out), len(m.In), len(m.Value))
	}
	for e := range m.Value {
		if o, i := m.Out[e], m.In[e]; o < 0 || int(o) >= axes[0].Padded() || i < 0 || int(i) >= axes[1].Padded() {
			return invalid("axis map: entry %d at (%d,%d)", e, o, i)
		}
	}
	return nil
}

// validate also refuses a window with a first position before the input or a
// last one after it, all of whose offsets would be padding. No product
// overflows: an axis has at most 2^MaxLog cells.
func (w Window) validate(axes []Axis) error {
	if w.Positions < 1 || w.Offsets < 1 || w.Size < 1 || w.Positions > axes[0].Padded() || w.Offsets > axes[1].Padded() || w.Size > axes[2].Padded() {
		return invalid("window of %d offsets at %d positions of %d cells, on axes of %d, %d and %d",
			w.Offsets, w.Positions, w.Size, axes[0].Size, axes[1].Size, axes[2].Size)
	}
	if w.Positions > MaxWindow/w.Offsets || max(axes[0].Padded(), axes[1].Padded(), axes[2].Padded()) > MaxWindow {
		return invalid("window of %d offsets at %d positions on an axis of %d, at most %d entries and cells", w.Offsets, w.Positions, axes[2].Size, MaxWindow)
	}
	if w.Stride < 1 || w.Stride > MaxStride || w.Dilation < 1 || w.Dilation > MaxStride {
		return invalid("window of stride %d and dilation %d, want 1 to %d", w.Stride, w.Dilation, MaxStride)
	}
	if w.Before < 0 || w.Before > w.Dilation*(w.Offsets-1) || w.Stride*(w.Positions-1) >= w.Before+w.Size {
		return invalid("window of %d offsets at %d positions with %d cells of padding before an input of %d", w.Offsets, w.Positions, w.Before, w.Size)
	}
	return nil
}
