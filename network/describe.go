package network

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Describe returns a line for each layer: what it reads, its operator, its
// weights, its parameters, how its kernel moves, or the least and the largest cell of its constant, and the shape of what it makes. Texts of a file's are
// quoted.
func (n *Network) Describe() []string {
	a := &n.architecture
	var lines []string
	for i := range a.Layers {
		lines = append(lines, fmt.Sprintf("layer %d: %s", i, a.layerText(i, n.choices.Frozen)))
	}
	return lines
}

func (a *Architecture) layerText(i int, frozen []int) string {
	l := &a.Layers[i]
	var b strings.Builder
	b.WriteString(string(l.Kind))
	for k, w := range l.Weights {
		what := "weights"
		if k == 1 && l.Kind != SequenceLSTM || k >= 2*gates {
			what = "bias"
		}
		fmt.Fprintf(&b, ", %s %s", what, sizes(a.Weights[w].Shape))
		if slices.Contains(frozen, w) {
			b.WriteString(" (frozen)")
		}
		if a.firstUse(w) != i {
			fmt.Fprintf(&b, " (those of layer %d)", a.firstUse(w))
		}
	}
	if len(l.Parameters) > 0 {
		fmt.Fprintf(&b, ", parameters %v", l.Parameters)
	}
	if l.Constant != nil {
		fmt.Fprintf(&b, ", constant %s of %v to %v", sizes(l.Constant.Shape), slices.Min(l.Constant.Cells), slices.Max(l.Constant.Cells))
	}
	if l.Window != nil {
		b.WriteString(l.Window.text())
	}
	if l.Shape != nil {
		fmt.Fprintf(&b, ", makes %s", sizes(l.Shape))
	}
	if l.Activation != "" {
		fmt.Fprintf(&b, ", then %s", l.Activation)
	}
	if inputs := a.inputsText(i); inputs != "" {
		fmt.Fprintf(&b, ", of %s", inputs)
	}
	return b.String()
}

// text says in what a window differs from one of stride 1 without padding.
func (w *Window) text() (text string) {
	for _, c := range []struct {
		what string
		by   [2]int
	}{{"stride", w.Stride}, {"dilation", w.Dilation}} {
		if c.by != [2]int{1, 1} {
			text += fmt.Sprintf(", %s %s", c.what, sizes(c.by[:]))
		}
	}
	if w.Same {
		text += ", padding SAME"
	}
	return text
}

// inputsText names the inputs of a layer that are not just what the layer
// before makes.
func (a *Architecture) inputsText(i int) string {
	in := a.Layers[i].Inputs
	if len(in) == 1 && in[0] == i {
		return ""
	}
	var names []string
	for _, v := range in {
		if v == 0 {
			names = append(names, "the sample")
		} else {
			names = append(names, fmt.Sprintf("layer %d", v-1))
		}
	}
	return strings.Join(names, " and ")
}

// firstUse returns the first layer that reads a weight.
func (a *Architecture) firstUse(w int) int {
	return slices.IndexFunc(a.Layers, func(l Layer) bool { return slices.Contains(l.Weights, w) })
}

func sizes(shape []int) string {
	if len(shape) == 0 {
		return "1"
	}
	texts := make([]string, len(shape))
	for i, d := range shape {
		texts[i] = fmt.Sprint(d)
	}
	return strings.Join(texts, "×")
}

// Difference says in what two networks differ first, in words; "" if they are
// one.
func (n *Network) Difference(other *Network) string {
	if n.Digest() == other.Digest() {
		return ""
	}
	if d := n.architecture.Difference(&other.architecture); d != "" {
		return d
	}
	a, b := &n.choices, &other.choices
	for _, c := range []struct {
		what string
		x, y any
	}{
		{"loss", a.Loss, b.Loss}, {"kind of labels", a.Labels, b.Labels}, {"batch", a.Batch, b.Batch},
		{"fraction bits of features", a.Formats.Feature, b.Formats.Feature},
		{"fraction bits of activations", a.Formats.Activation, b.Formats.Activation},
		{"fraction bits of errors", a.Formats.Error, b.Formats.Error},
		{"precision of the rate (its shift)", a.RateShift, b.RateShift},
		{"rate by step", a.Scheduled, b.Scheduled}, {"frozen weights", fmt.Sprint(a.Frozen), fmt.Sprint(b.Frozen)},
		{"errors clipped to (in units of their format)", a.Clip, b.Clip},
		{"momentum", a.Momentum.String(), b.Momentum.String()},
		{"sample weights", DescribeWeighed(a.Weighed), DescribeWeighed(b.Weighed)},
		{"weight decay", a.Decay.String(), b.Decay.String()},
		{"labels smoothed by (for each class, in units of the errors' format)", a.Smoothing, b.Smoothing},
	} {
		if c.x != c.y {
			return fmt.Sprintf("%s %v, not %v", c.what, c.x, c.y)
		}
	}
	return "another encoding"
}

// Difference says in what two architectures differ first; "" if they are one.
func (a *Architecture) Difference(b *Architecture) string {
	if a.Digest() == b.Digest() {
		return ""
	}
	if !slices.Equal(a.Input, b.Input) {
		return fmt.Sprintf("samples of shape %s, not %s", sizes(a.Input), sizes(b.Input))
	}
	if len(a.Layers) != len(b.Layers) {
		return fmt.Sprintf("%d layers, not %d", len(a.Layers), len(b.Layers))
	}
	for i := range a.Layers {
		x, y := a.layerText(i, nil), b.layerText(i, nil)
		if x != y {
			return fmt.Sprintf("layer %d: %s; not %s", i, x, y)
		}
		if !bytes.Equal(appendLayer(nil, &a.Layers[i]), appendLayer(nil, &b.Layers[i])) {
			return fmt.Sprintf("layer %d: %s, with other contents", i, x)
		}
	}
	return "another encoding"
}
