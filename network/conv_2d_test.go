package network_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// plain is a kernel of stride 1 without padding.
func plain() *network.Window {
	return &network.Window{Stride: [2]int{1, 1}, Dilation: [2]int{1, 1}}
}

// slid is a network with a kernel of 2×3 on pictures of 5×7, with strides, a
// dilation and padding; the kernel of its second layer is larger than what it
// reads.
func slid() network.Architecture {
	return network.Architecture{
		Input:   []int{5, 7, 1},
		Weights: []network.Weight{{Shape: []int{2, 3, 1, 2}}, {Shape: []int{4, 4, 2, 3}}, {Shape: []int{12, 2}}},
		Layers: []network.Layer{
			{Kind: network.Conv2D, Inputs: []int{0}, Weights: []int{0}, Shape: []int{4, 3, 2}, Window: &network.Window{Stride: [2]int{1, 2}, Dilation: [2]int{1, 1}}},
			{Kind: network.Conv2D, Inputs: []int{1}, Weights: []int{1}, Shape: []int{2, 2, 3}, Window: &network.Window{Stride: [2]int{2, 2}, Dilation: [2]int{1, 2}, Same: true}},
			{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{2}, Shape: []int{2}},
		},
	}
}

// A window is part of the network: written, read, described, and no other
// network is the same.
func TestWindowsOfConvolutions(t *testing.T) {
	n := derive(t, slid(), unfrozen())
	back, err := network.Decode(n.Encode())
	if err != nil || back.Program().Fingerprint() != n.Program().Fingerprint() {
		t.Fatalf("the network changes when written and read: %v", err)
	}
	given := slid()
	own := derive(t, given, unfrozen())
	given.Layers[1].Window.Same = false
	if a := own.Architecture(); !a.Layers[1].Window.Same {
		t.Error("a network shares its windows")
	}
	data := n.Encode()
	for i := range data {
		if _, err := network.Decode(data[:i]); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrPanic) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
	for i, want := range []string{
		"layer 0: CONV_2D, weights 2×3×1×2, stride 1×2, makes 4×3×2",
		"layer 1: CONV_2D, weights 4×4×2×3, stride 2×2, dilation 1×2, padding SAME, makes 2×2×3",
	} {
		if got := n.Describe()[i]; got != want {
			t.Errorf("described as %q, want %q", got, want)
		}
	}
	for name, change := range map[string]func(w *network.Window){
		"stride down":     func(w *network.Window) { w.Stride[0] = 3 },
		"stride across":   func(w *network.Window) { w.Stride[1] = 3 },
		"dilation down":   func(w *network.Window) { w.Dilation[0] = 2 },
		"dilation across": func(w *network.Window) { w.Dilation[1] = 1 },
	} {
		a := slid()
		a.Layers[1].Window.Stride, a.Layers[1].Shape = [2]int{4, 4}, []int{1, 1, 3}
		a.Weights[2].Shape = []int{3, 2}
		before := derive(t, a, unfrozen())
		change(a.Layers[1].Window)
		a.Layers[1].Shape[0], a.Layers[1].Shape[1] = (4+a.Layers[1].Window.Stride[0]-1)/a.Layers[1].Window.Stride[0], (3+a.Layers[1].Window.Stride[1]-1)/a.Layers[1].Window.Stride[1]
		a.Weights[2].Shape[0] = 3 * a.Layers[1].Shape[0] * a.Layers[1].Shape[1]
		after := derive(t, a, unfrozen())
		if after.Digest() == before.Digest() || after.Program().Fingerprint() == before.Program().Fingerprint() || after.Difference(before) == "" {
			t.Errorf("%s: the same network", name)
		}
	}
	// Padding alone, where a kernel of one cell reads none.
	a := pictures()
	a.Weights[0].Shape, a.Layers[0].Shape = []int{1, 1, 2, 3}, []int{4, 5, 3}
	a.Layers[1].Shape, a.Weights[3].Shape = []int{3, 4, 2}, []int{24, 3}
	before := derive(t, a, unfrozen())
	a.Layers[0].Window.Same = true
	if after := derive(t, a, unfrozen()); after.Digest() == before.Digest() {
		t.Error("padding: the same network")
	}
}

// pictures is 4×5×2 → 3×3×3 with relu, 2×2×2, twice that by an addition, and a
// layer of 3 units.
func pictures() network.Architecture {
	return network.Architecture{
		Input:   []int{4, 5, 2},
		Weights: []network.Weight{{Shape: []int{2, 3, 2, 3}}, {Shape: []int{3}}, {Shape: []int{2, 2, 3, 2}}, {Shape: []int{8, 3}}},
		Layers: []network.Layer{
			{Kind: network.Conv2D, Window: plain(), Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{3, 3, 3}, Activation: network.Relu},
			{Kind: network.Conv2D, Window: plain(), Inputs: []int{1}, Weights: []int{2}, Shape: []int{2, 2, 2}},
			{Kind: network.Add, Inputs: []int{2, 2}},
			{Kind: network.FullyConnected, Inputs: []int{3}, Weights: []int{3}, Shape: []int{3}},
		},
	}
}

// shapes lists the forward nodes of a program, with the axes of what they make.
func shapes(p *graph.Program) (list []string) {
	for _, n := range p.Nodes[:p.Producers()[p.Loss.Logits]+1] {
		var axes []int
		for _, a := range p.Tensor(n.Outputs[0]).Axes[1:] {
			axes = append(axes, a.Size)
		}
		list = append(list, fmt.Sprint(n.Kind, axes))
	}
	return list
}

// Samples get an axis for each of theirs before a convolution, once, and one
// after it, for a layer.
func TestConvolutionsAreLowered(t *testing.T) {
	c := choices()
	c.Frozen = []int{2}
	n := derive(t, pictures(), c)
	want := []string{"reshape[4 10]", "reshape[4 5 2]", "conv_2d[3 3 3]", "rescale[3 3 3]", "relu[3 3 3]", "conv_2d[2 2 2]", "rescale[2 2 2]",
		"add[2 2 2]", "reshape[2 4]", "reshape[8]", "fully_connected[3]", "rescale[3]"}
	if got := shapes(n.Program()); !slices.Equal(got, want) {
		t.Errorf("lowered to\n%q, want\n%q", got, want)
	}
	p := n.Program()
	for i, size := range []int{36, 3, 24, 24} {
		if w := p.Tensor(n.Weight(i)); w.Size() != size || (w.Role == graph.Frozen) != (i == 2) {
			t.Errorf("weight %d has %d cells and is %v", i, w.Size(), w.Role)
		}
	}
	for i := range p.Nodes {
		if k := p.Nodes[i]; k.Kind == ops.KindConv2D && len(k.Inputs) != map[graph.TensorID]int{n.Weight(0): 3, n.Weight(2): 2}[k.Inputs[1]] {
			t.Errorf("a convolution with inputs %v", k.Inputs)
		}
	}
	back, err := network.Decode(n.Encode())
	if err != nil || back.Program().Fingerprint() != p.Fingerprint() {
		t.Errorf("the network changes when written and read: %v", err)
	}
}

// Two layers of one picture take it apart once, for one that it is added to as
// well; a change of shape moves nothing before an operator asks for its axes.
func TestLayoutsOfSamples(t *testing.T) {
	kernel := network.Weight{Shape: []int{1, 1, 2, 2}}
	conv := func(input int, weight int) network.Layer {
		return network.Layer{Kind: network.Conv2D, Window: plain(), Inputs: []int{input}, Weights: []int{weight}, Shape: []int{2, 3, 2}}
	}
	for name, c := range map[string]struct {
		layers []network.Layer
		want   []string
	}{
		"two readers": {[]network.Layer{conv(0, 0), conv(0, 1), {Kind: network.Mul, Inputs: []int{1, 2}}},
			[]string{"reshape[2 6]", "reshape[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "mul[2 3 2]", "rescale[2 3 2]", "reshape[2 6]", "reshape[12]"}},
		"flat and apart": {[]network.Layer{conv(0, 0), conv(1, 1), {Kind: network.Add, Inputs: []int{2, 0}}},
			[]string{"reshape[2 6]", "reshape[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "add[2 3 2]", "reshape[2 6]", "reshape[12]"}},
		"another shape": {[]network.Layer{conv(0, 0), {Kind: network.Reshape, Inputs: []int{1}, Shape: []int{2, 3, 2}}, conv(2, 1)},
			[]string{"reshape[2 6]", "reshape[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "reshape[2 6]", "reshape[12]"}},
		"shapes between": {[]network.Layer{
			conv(0, 0), conv(1, 1), {Kind: network.Reshape, Inputs: []int{2}, Shape: []int{12}}, {Kind: network.Relu, Inputs: []int{3}},
			{Kind: network.Reshape, Inputs: []int{4}, Shape: []int{1, 4, 3, 1}}, {Kind: network.Transpose, Inputs: []int{5}, Shape: []int{1, 3, 4, 1}, Parameters: []int{0, 2, 1, 3}},
		}, []string{"reshape[2 6]", "reshape[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "relu[2 3 2]",
			"reshape[2 6]", "reshape[12]", "reshape[1 12]", "reshape[1 4 3]", "reshape[1 4 3 1]", "permute[1 3 4 1]", "reshape[1 3 4]", "reshape[1 12]", "reshape[12]"}},
		"constant": {[]network.Layer{conv(0, 0), conv(1, 1), {Kind: network.Add, Inputs: []int{2}, Constant: &network.Constant{Shape: []int{2}, Cells: []float32{1, 0.5}}}},
			[]string{"reshape[2 6]", "reshape[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "conv_2d[2 3 2]", "rescale[2 3 2]", "add[2 3 2]", "reshape[2 6]", "reshape[12]"}},
	} {
		p := derive(t, network.Architecture{Input: []int{2, 3, 2}, Weights: []network.Weight{kernel, kernel}, Layers: c.layers}, unfrozen()).Program()
		if got := shapes(p); !slices.Equal(got, c.want) {
			t.Errorf("%s: lowered to\n%q, want\n%q", name, got, c.want)
		}
	}
	whole := network.Architecture{Input: []int{2, 3, 2}, Weights: []network.Weight{{Shape: []int{2, 3, 2, 4}}}, Layers: []network.Layer{
		{Kind: network.Conv2D, Window: plain(), Inputs: []int{0}, Weights: []int{0}, Shape: []int{1, 1, 4}}, {Kind: network.Softmax, Inputs: []int{1}},
		{Kind: network.Relu6, Inputs: []int{2}},
	}}
	got := shapes(derive(t, whole, unfrozen()).Program())
	if want := []string{"rescale[1 1 4]", "reshape[1 4]", "reshape[4]", "softmax[4]"}; !slices.Equal(got[3:7], want) {
		t.Errorf("a softmax of a picture: %q, want %q", got[3:7], want)
	}
}

func unfrozen() network.Choices {
	c := choices()
	c.Frozen = nil
	return c
}

// Convolutions that make no sense are refused.
func TestConvolutionsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(a *network.Architecture)
		says   string
	}{
		"two inputs":       {func(a *network.Architecture) { a.Layers[0].Inputs = []int{0, 0} }, "2 inputs"},
		"matrix":           {func(a *network.Architecture) { a.Weights[0].Shape = []int{36} }, "weights of shape [36]"},
		"flat sample":      {func(a *network.Architecture) { a.Input = []int{40} }, "on samples of shape [40]"},
		"channels":         {func(a *network.Architecture) { a.Input = []int{4, 5, 1} }, "on samples of shape [4 5 1]"},
		"rows":             {func(a *network.Architecture) { a.Layers[0].Shape = []int{2, 3, 3} }, "makes samples of shape [3 3 3], not [2 3 3]"},
		"units":            {func(a *network.Architecture) { a.Layers[0].Shape = []int{3, 3, 4} }, "not [3 3 4]"},
		"flat output":      {func(a *network.Architecture) { a.Layers[0].Shape = []int{27} }, "not [27]"},
		"kernel too large": {func(a *network.Architecture) { a.Input = []int{1, 5, 2} }, "makes samples of shape [0 3 3]"},
		"bias":             {func(a *network.Architecture) { a.Weights[1].Shape = []int{4} }, "bias of shape [4]"},
		"no window":        {func(a *network.Architecture) { a.Layers[0].Window = nil }, "window"},
		"window of a sum":  {func(a *network.Architecture) { a.Layers[2].Window = plain() }, "window"},
		"no stride":        {func(a *network.Architecture) { a.Layers[0].Window.Stride[1] = 0 }, "window"},
		"stride below 0":   {func(a *network.Architecture) { a.Layers[0].Window.Stride[0] = -1 }, "window"},
		"endless stride":   {func(a *network.Architecture) { a.Layers[0].Window.Stride[0] = math.MaxInt }, "window"},
		"no dilation":      {func(a *network.Architecture) { a.Layers[0].Window.Dilation[0] = 0 }, "window"},
		"endless dilation": {func(a *network.Architecture) { a.Layers[0].Window.Dilation[1] = math.MaxInt }, "window"},
		"another stride":   {func(a *network.Architecture) { a.Layers[0].Window.Stride[0] = 2 }, "makes samples of shape [2 3 3], not [3 3 3]"},
		"another dilation": {func(a *network.Architecture) { a.Layers[0].Window.Dilation[0] = 2 }, "makes samples of shape [2 3 3], not [3 3 3]"},
		"another padding":  {func(a *network.Architecture) { a.Layers[0].Window.Same = true }, "makes samples of shape [4 5 3], not [3 3 3]"},
		"mostly padding": {func(a *network.Architecture) {
			a.Layers[0].Window.Same, a.Layers[0].Window.Dilation, a.Layers[0].Shape = true, [2]int{200, 200}, []int{4, 5, 3}
		}, "padding is most"},
		"sigmoid": {func(a *network.Architecture) { a.Layers[1].Activation = network.Logistic }, "fused activation"},
	} {
		a := pictures()
		c.change(&a)
		if _, err := network.New(a, unfrozen()); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// A convolution whose weights have the channels of a part is one in groups: channels
// and units are divided, channels stand before groups, and weights are laid out as
// an architecture has them.
func TestGroupsAreLowered(t *testing.T) {
	divided := func() network.Architecture {
		return network.Architecture{
			Input:   []int{4, 5, 6},
			Weights: []network.Weight{{Shape: []int{2, 3, 3, 8}}, {Shape: []int{8}}, {Shape: []int{1, 1, 1, 8}}, {Shape: []int{72, 3}}},
			Layers: []network.Layer{
				{Kind: network.Conv2D, Window: plain(), Inputs: []int{0}, Weights: []int{0, 1}, Shape: []int{3, 3, 8}, Activation: network.Relu},
				{Kind: network.Conv2D, Window: plain(), Inputs: []int{1}, Weights: []int{2}, Shape: []int{3, 3, 8}},
				{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{3}, Shape: []int{3}},
			},
		}
	}
	n := derive(t, divided(), unfrozen())
	want := []string{"reshape[4 30]", "reshape[4 5 6]", "reshape[4 5 2 3]", "permute[4 5 3 2]", "grouped_conv_2d[3 3 2 4]", "rescale[3 3 2 4]", "reshape[3 3 8]", "relu[3 3 8]",
		"reshape[3 3 8 1]", "permute[3 3 1 8]", "grouped_conv_2d[3 3 8 1]", "rescale[3 3 8 1]", "reshape[3 3 8]", "reshape[3 24]", "reshape[72]", "fully_connected[3]", "rescale[3]"}
	if got := shapes(n.Program()); !slices.Equal(got, want) {
		t.Errorf("lowered to\n%q, want\n%q", got, want)
	}
	back, err := network.Decode(n.Encode())
	if err != nil || back.Program().Fingerprint() != n.Program().Fingerprint() {
		t.Errorf("the network changes when written and read: %v", err)
	}
	for name, c := range map[string]struct {
		change func(a *network.Architecture)
		says   string
	}{
		"channels left over": {func(a *network.Architecture) { a.Weights[0].Shape = []int{2, 3, 4, 8} }, "weights of shape [2 3 4 8] on samples of shape [4 5 6]"},
		"units left over":    {func(a *network.Architecture) { a.Weights[0].Shape = []int{2, 3, 3, 7} }, "weights of shape [2 3 3 7] on samples of shape [4 5 6]"},
		"another bias":       {func(a *network.Architecture) { a.Weights[1].Shape = []int{4} }, "bias of shape [4] do not fit [8]"},
		"a divided bias":     {func(a *network.Architecture) { a.Weights[1].Shape = []int{2, 4} }, "bias of shape [2 4] do not fit [8]"},
		"units":              {func(a *network.Architecture) { a.Layers[0].Shape = []int{3, 3, 6} }, "not [3 3 6]"},
		"shared with a layer": {func(a *network.Architecture) {
			a.Weights[3].Shape, a.Layers[2].Shape, a.Layers[2].Weights = []int{72, 8}, []int{8}, []int{3, 1}
		}, "read it along different axes"},
		"sigmoid": {func(a *network.Architecture) { a.Layers[1].Activation = network.Logistic }, "fused activation"},
	} {
		a := divided()
		c.change(&a)
		if _, err := network.New(a, unfrozen()); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// A map between layouts has an entry for each cell of a sample: pictures of more
// than 2^20 cells are refused wherever one would be needed.
func TestPicturesTooLargeToLayOut(t *testing.T) {
	type layers = []network.Layer
	one := network.Weight{Shape: []int{1, 1, 1, 4}} // 2^19 cells become 2^21
	conv := network.Layer{Kind: network.Conv2D, Window: plain(), Inputs: []int{0}, Weights: []int{0}, Shape: []int{512, 1024, 4}}
	small := []int{512, 1024, 1}
	for name, a := range map[string]network.Architecture{
		"taken apart": {Input: []int{2048, 1024, 1}, Weights: []network.Weight{one}, Layers: layers{
			{Kind: network.Conv2D, Window: plain(), Inputs: []int{0}, Weights: []int{0}, Shape: []int{2048, 1024, 4}}}},
		"for a softmax": {Input: []int{1, 1, 1}, Weights: []network.Weight{{Shape: []int{1, 1, 1, 1 << 21}}}, Layers: layers{
			{Kind: network.Conv2D, Window: plain(), Inputs: []int{0}, Weights: []int{0}, Shape: []int{1, 1, 1 << 21}},
			{Kind: network.Softmax, Inputs: []int{1}}}},
		"for the loss": {Input: small, Weights: []network.Weight{one}, Layers: layers{conv}},
		"for a layer": {Input: small, Weights: []network.Weight{one, {Shape: []int{1 << 21, 3}}}, Layers: layers{conv,
			{Kind: network.FullyConnected, Inputs: []int{1}, Weights: []int{1}, Shape: []int{3}}}},
		"for a reshape": {Input: small, Weights: []network.Weight{one, {Shape: []int{1, 1, 2, 1}}}, Layers: layers{conv,
			{Kind: network.Reshape, Inputs: []int{1}, Shape: []int{1024, 1024, 2}},
			{Kind: network.Conv2D, Window: plain(), Inputs: []int{2}, Weights: []int{1}, Shape: []int{1024, 1024, 1}}}},
		"for a sum": {Input: small, Weights: []network.Weight{one, {Shape: []int{512, 1024, 1, 2}}, {Shape: []int{2, 1 << 21}}}, Layers: layers{conv,
			{Kind: network.Conv2D, Window: plain(), Inputs: []int{0}, Weights: []int{1}, Shape: []int{1, 1, 2}},
			{Kind: network.FullyConnected, Inputs: []int{2}, Weights: []int{2}, Shape: []int{1 << 21}},
			{Kind: network.Reshape, Inputs: []int{3}, Shape: []int{512, 1024, 4}},
			{Kind: network.Add, Inputs: []int{1, 4}}}},
	} {
		c := unfrozen()
		c.Batch, c.Loss, c.Labels = 1, graph.MeanSquaredError, graph.Values
		if _, err := network.New(a, c); !errors.Is(err, fault.ErrUnsupported) || !strings.Contains(err.Error(), "axis of more than") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
