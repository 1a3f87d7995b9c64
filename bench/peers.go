package bench

import (
	"context"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
)

// Peer is the shape of a model on which another prover of training has published
// its figures, or has been measured.
type Peer struct {
	Name         string
	Architecture network.Architecture
	Batch, Steps int
	Rate         string
	Published    string // the figure of the peer, with its source
	// Seconds and GiB that one step, of all steps proven at once, must and should
	// take.
	Must, Aim Limits
	// Trained is how many of the last weights train; 0 for all. The rest is frozen.
	Trained int
	// Vocabulary is that of a model of tokens, which learns the next one at every
	// position; 0 for one of pictures and classes.
	Vocabulary int
}

// Limits are what a step may take.
type Limits struct{ Seconds, GiB float64 }

// Peers lists the shapes.
func Peers() []Peer {
	return []Peer{
		{"Kaizen LeNet, 57.5k weights, batch 16", lenet(), 16, 1, "0.01", "over 561 s and 21.8 GB on 2 cores, without zero knowledge (measured)", Limits{6, 2}, Limits{2, 1}, 0, 0},
		{"Kaizen VGG, 9.2M weights, batch 16", vgg(), 16, 1, "0.01", "882 s and 466 GB (eprint 2024/162)", Limits{60, 10}, Limits{20, 5}, 0, 0},
		{"ZKAudit head, 541,542 weights, batch 16, 16 steps", head(), 16, 16, "0.01", "328 s, a whole step of MobileNet v2 (arXiv 2404.04500)", Limits{2, 0}, Limits{0.7, 0}, 0, 0},
		{"nanoGPT, 0.2M weights, batch 4 of 64 tokens", Transformer{4, 64, 4, 64, 65}.Architecture(), 4, 1, "0.01", "14 s for one inference (Jolt Atlas, arXiv 2602.17452)", Limits{14, 6}, Limits{4, 6}, 0, 65},
		{"MobileNet v2 1.0 224, last block and head trained, batch 1", mobileNet(102), 1, 1, "0.01", "328 s (arXiv 2404.04500)", Limits{240, 16}, Limits{90, 16}, 10, 0},
	}
}

// Weights returns the number of a peer's weights.
func (p *Peer) Weights() int { return p.Architecture.Parameters() }

// Segment trains the steps of a peer's shape on rows of generated data and
// prepares their proof.
func (p *Peer) Segment(ctx context.Context, setup *commitments.Setup, rows int) (*Workload, error) {
	rate, _, err := number.ParseRate(p.Rate, p.Batch)
	if err != nil {
		return nil, err
	}
	c := network.Choices{
		Batch: p.Batch, Formats: network.DefaultFormats(), RateShift: rate.K,
		Loss: graph.SoftmaxCrossEntropy, Labels: graph.OneHot,
	}
	if p.Trained > 0 {
		for w := range len(p.Architecture.Weights) - p.Trained {
			c.Frozen = append(c.Frozen, w)
		}
	}
	if p.Vocabulary > 0 {
		c.Formats.Feature, c.Formats.Error, c.Labels = 0, 8, graph.Values
	}
	n, err := network.New(p.Architecture, c)
	if err != nil {
		return nil, err
	}
	program := n.Program()
	width := program.Tensor(program.Input).Units()
	set := tokens(rows, width, p.Vocabulary)
	if p.Vocabulary == 0 {
		set = digits(rows, width, program.Tensor(program.Label).Units())
	}
	return prepare(ctx, setup, program, rate, set, shuffled(program, rows, p.Steps))
}

// stack is an architecture under construction: a chain of layers on pictures.
type stack struct {
	network.Architecture
	shape []int
}

func onPictures(shape ...int) *stack {
	return &stack{network.Architecture{Input: shape}, shape}
}

func (s *stack) add(l network.Layer, shape ...int) *stack {
	l.Inputs = []int{len(s.Layers)}
	s.shape = shape
	if l.Kind != network.Softmax {
		l.Shape = shape
	}
	s.Layers = append(s.Layers, l)
	return s
}

// weights adds a weight and a bias over its last axis.
func (s *stack) weights(shape ...int) []int {
	n := len(s.Weights)
	s.Weights = append(s.Weights, network.Weight{Shape: shape}, network.Weight{Shape: shape[len(shape)-1:]})
	return []int{n, n + 1}
}

// valid is a window of a stride without padding.
func valid(stride int) *network.Window {
	return &network.Window{Stride: [2]int{stride, stride}, Dilation: [2]int{1, 1}}
}

func (s *stack) conv(kernel, units int, activation network.Kind) *stack {
	w := s.weights(kernel, kernel, s.shape[2], units)
	return s.add(network.Layer{Kind: network.Conv2D, Weights: w, Window: valid(1), Activation: activation},
		s.shape[0]-kernel+1, s.shape[1]-kernel+1, units)
}

func (s *stack) pool(size int) *stack {
	return s.add(network.Layer{Kind: network.AveragePool2D, Window: valid(size), Parameters: []int{size, size}},
		s.shape[0]/size, s.shape[1]/size, s.shape[2])
}

// dense adds fully connected layers on the flattened sample, with a ReLU between
// them.
func (s *stack) dense(units ...int) *stack {
	inputs := 1
	for _, d := range s.shape {
		inputs *= d
	}
	for i, n := range units {
		l := network.Layer{Kind: network.FullyConnected, Weights: s.weights(inputs, n)}
		if i < len(units)-1 {
			l.Activation = network.Relu
		}
		s.add(l, n)
		inputs = n
	}
	return s
}

func lenet() network.Architecture {
	return onPictures(32, 32, 1).conv(5, 4, network.Relu).pool(2).conv(5, 16, network.Relu).pool(2).conv(5, 128, network.Relu).dense(32, 16).Architecture
}

func vgg() network.Architecture {
	s := onPictures(64, 64, 1)
	for i, units := range [][]int{{8, 8}, {16, 16, 32}, {32, 32}, {32}} {
		if i > 0 {
			s.pool(2)
		}
		for _, n := range units {
			s.conv(3, n, network.Relu)
		}
	}
	return s.dense(2048, 4096, 128, 16).Architecture
}

func head() network.Architecture {
	s := onPictures(7, 7, 320).conv(1, 1280, network.Relu6).pool(7).conv(1, 102, "")
	return s.add(network.Layer{Kind: network.Reshape}, 102).Architecture
}

// same is a window of a stride with padding SAME.
func same(stride int) *network.Window {
	w := valid(stride)
	w.Same = true
	return w
}

func halved(size, stride int) int { return (size + stride - 1) / stride }

// pointwise mixes the channels of every cell.
func (s *stack) pointwise(units int, activation network.Kind) *stack {
	return s.conv(1, units, activation)
}

// depthwise convolves every channel with a kernel of 3 × 3.
func (s *stack) depthwise(stride int) *stack {
	w := s.weights(3, 3, s.shape[2])
	return s.add(network.Layer{Kind: network.DepthwiseConv2D, Weights: w, Window: same(stride), Activation: network.Relu6},
		halved(s.shape[0], stride), halved(s.shape[1], stride), s.shape[2])
}

// mobileNet is MobileNet v2 of width 1 on pictures of 224 × 224, batch norm folded.
func mobileNet(classes int) network.Architecture {
	s := onPictures(224, 224, 3)
	w := s.weights(3, 3, 3, 32)
	s.add(network.Layer{Kind: network.Conv2D, Weights: w, Window: same(2), Activation: network.Relu6}, 112, 112, 32)
	for _, b := range []struct{ wider, units, times, stride int }{
		{1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1},
	} {
		for i := range b.times {
			stride, from, channels := b.stride, len(s.Layers), s.shape[2]
			if i > 0 {
				stride = 1
			}
			if b.wider > 1 {
				s.pointwise(b.wider*channels, network.Relu6)
			}
			s.depthwise(stride).pointwise(b.units, "")
			if stride == 1 && channels == b.units {
				s.add(network.Layer{Kind: network.Add}, s.shape...)
				last := &s.Layers[len(s.Layers)-1]
				last.Inputs, last.Shape = []int{len(s.Layers) - 1, from}, nil
			}
		}
	}
	s.pointwise(1280, network.Relu6).pool(7).pointwise(classes, "")
	return s.add(network.Layer{Kind: network.Reshape}, classes).Architecture
}

// Named returns the peer of a name.
func Named(name string) (Peer, error) {
	for _, p := range Peers() {
		if p.Name == name {
			return p, nil
		}
	}
	return Peer{}, fmt.Errorf("no shape is named %q", name)
}
