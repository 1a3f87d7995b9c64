package reference_test

import (
	"fmt"

	. "github.com/zkaudit/zkaudit/relation"
)

// convolution adds a kernel over all steps that slides along one axis or two,
// with its forward and backward sums: patches of an input and of an error, read
// through windows, and a trajectory of one use or two.
func (g *generator) convolution() {
	g.note("convolution", true)
	dims := g.int(1, 2)
	small := func(name string, most int) Axis { return Axis{Name: name, Size: g.int(1, most)} }
	s, b, c, o := small("steps", 3), small("samples", 3), small("channels", 2), small("units", 2)
	src := Axis{Name: "sources", Size: s.Size}
	type window struct {
		id                      ID
		position, offset, input Axis
	}
	var windows []window
	for i := range dims {
		w := window{position: small(fmt.Sprint("position ", i), 3), offset: small(fmt.Sprint("offset ", i), 3)}
		slide := Window{Positions: w.position.Size, Offsets: w.offset.Size, Stride: g.int(1, 3), Dilation: g.int(1, 2)}
		slide.Before = g.int(0, slide.Dilation*(slide.Offsets-1))
		slide.Size = max(slide.Stride*(slide.Positions-1)+1-slide.Before, 1) + g.int(0, 2)
		g.note("padded window", slide.Before > 0)
		g.note("strided window", slide.Stride > 1 && slide.Positions > 1)
		w.input = Axis{Name: fmt.Sprint("input ", i), Size: slide.Size}
		w.id = g.b.Public(fmt.Sprint("window ", i), slide, w.position, w.offset, w.input)
		windows = append(windows, w)
	}
	labels := func(axes []Axis) (ls []Label) {
		for _, a := range axes {
			ls = append(ls, Label(a.Name))
		}
		return ls
	}
	// list is first, then an axis of each window, then last.
	list := func(first []Axis, pick func(w window) Axis, last ...Axis) []Axis {
		axes := append([]Axis(nil), first...)
		for _, w := range windows {
			axes = append(axes, pick(w))
		}
		return append(axes, last...)
	}
	position, offset := func(w window) Axis { return w.position }, func(w window) Axis { return w.offset }
	input := func(w window) Axis { return w.input }
	rates := make([]int64, s.Size)
	for i := range rates {
		rates[i] = int64(g.int(1, 9))
	}
	weight := list(nil, offset, c, o)
	w0 := g.b.External("kernel before", weight...)
	terms := []Term{Times(Int(1), At(g.b.Mask(s), "steps"), At(w0, labels(weight)...))}
	filter := At(g.b.Public("kernel filter", &Filter{Rates: rates}, s, src), "steps", "sources")

	// through reads a tensor of samples through all windows.
	through := func(name string, data ID, from []Axis, to []Axis) ID {
		t := Times(Int([]int64{1, -2}[g.int(0, 1)]), At(data, labels(from)...))
		for _, w := range windows {
			t.Factors = append(t.Factors, At(w.id, Label(w.position.Name), Label(w.offset.Name), Label(w.input.Name)))
		}
		return g.b.Virtual(name, to, labels(to), t)
	}
	at := func(id ID, axes []Axis) Factor { // with the sources in the place of the steps
		f := At(id, labels(axes)...)
		f.Labels[0] = "sources"
		return f
	}
	var patches ID
	var error ID
	shown := list(list([]Axis{s, b}, position), offset, c)
	made := list([]Axis{s, b}, position, o)
	for i := range g.int(1, 2) {
		g.note("kernel used twice", i == 1)
		x := g.b.Witness(fmt.Sprint("picture ", i), list([]Axis{s, b}, input, c)...)
		error = g.b.Witness(fmt.Sprint("picture error ", i), made...)
		patches = through(fmt.Sprint("patches ", i), x, list([]Axis{s, b}, input, c), shown)
		change := Times(Int([]int64{-1, 2}[g.int(0, 1)]), filter, at(patches, shown), at(error, made))
		if g.coin() {
			change.Factors = append(change.Factors, At(g.b.Mask(b), "samples"))
		}
		if g.coin() {
			change.Factors = append(change.Factors, At(g.b.Mask(windows[0].position), Label(windows[0].position.Name)))
		}
		terms = append(terms, change)
	}
	w := g.b.Virtual("kernel", append([]Axis{s}, weight...), append([]Label{"steps"}, labels(weight)...), terms...)
	read := At(w, append([]Label{"steps"}, labels(weight)...)...)
	forward := g.b.Virtual("convolved", made, labels(made), Times(Int(1), At(patches, labels(shown)...), read))
	spread := list(list([]Axis{s, b}, input), offset, o)
	errors := through("patches of errors", error, made, spread)
	back := list([]Axis{s, b}, input, c)
	backward := g.b.Virtual("picture gradient", back, labels(back), Times(Int(1), At(errors, labels(spread)...), read))
	g.equate(forward)
	g.equate(backward)
}
