package network_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// moving is a network with one layer that moves cells of samples of a shape
// between two layers with weights.
func moving(shape []int, l network.Layer) (*network.Network, error) {
	cells := func(shape []int) int {
		n := 1
		for _, d := range shape {
			n *= d
		}
		return n
	}
	n, made := cells(shape), cells(l.Shape)
	l.Inputs = append([]int{2}, l.Inputs...)
	c := choices()
	c.Frozen = nil
	return network.New(network.Architecture{
		Input: []int{n}, Weights: []network.Weight{{Shape: []int{n, n}}, {Shape: []int{made, 2}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{n}},
			{Kind: network.Reshape, Inputs: []int{1}, Shape: shape}, l,
			{Kind: network.FullyConnected, Inputs: []int{3}, Weights: []int{1}, Shape: []int{2}},
		},
	}, c)
}

// movers has a layer of every kind that moves or adds up cells, on samples of
// 4 × 6 × 4.
func movers() map[network.Kind]network.Layer {
	window := &network.Window{Stride: [2]int{2, 2}, Dilation: [2]int{1, 1}, Same: true}
	return map[network.Kind]network.Layer{
		network.StridedSlice:   {Shape: []int{2, 6, 2}, Parameters: []int{1, 2, 0, 1, 3, -2}},
		network.Pad:            {Shape: []int{5, 6, 7}, Parameters: []int{1, 0, 0, 0, 1, 2}},
		network.MirrorPad:      {Shape: []int{7, 6, 6}, Parameters: []int{3, 0, 0, 0, 1, 1, 0}},
		network.Reverse:        {Shape: []int{4, 6, 4}, Parameters: []int{0, 2}},
		network.Tile:           {Shape: []int{8, 6, 12}},
		network.Concatenation:  {Shape: []int{4, 6, 8}, Parameters: []int{2}, Inputs: []int{2}},
		network.SpaceToDepth:   {Shape: []int{2, 3, 16}, Parameters: []int{2}},
		network.DepthToSpace:   {Shape: []int{8, 12, 1}, Parameters: []int{2}},
		network.ResizeNearest:  {Shape: []int{3, 9, 4}, Parameters: []int{0, 1}},
		network.ResizeBilinear: {Shape: []int{8, 5, 4}, Parameters: []int{1, 0}},
		network.Mean:           {Shape: []int{4, 4}, Parameters: []int{1}},
		network.ReduceSum:      {Shape: []int{1, 1, 4}, Parameters: []int{0, 1}},
		network.ReduceMax:      {Shape: []int{6}, Parameters: []int{0, 2}},
		network.AveragePool2D:  {Shape: []int{2, 3, 4}, Parameters: []int{3, 2}, Window: window},
		network.MaxPool2D:      {Shape: []int{2, 3, 4}, Parameters: []int{3, 2}, Window: window},
	}
}

// Whatever a bundle says of such a layer, it is derived or refused; one with
// another number for a parameter or a size is another layer or none.
func TestMovers(t *testing.T) {
	shape := []int{4, 6, 4}
	numbers := []int{-1 << 63, -1 << 62, -1 << 31, -7, -3, -2, -1, 0, 1, 2, 3, 5, 7, 100, 1 << 21, 1 << 31, 1 << 40, 1<<63 - 1}
	for kind, l := range movers() {
		t.Run(string(kind), func(t *testing.T) {
			l.Kind = kind
			n, err := moving(shape, l)
			if err != nil {
				t.Fatal(err)
			}
			back, err := network.Decode(n.Encode())
			if err != nil || back.Digest() != n.Digest() {
				t.Fatalf("it changes when written and read: %v", err)
			}
			refused := 0
			try := func(what string, l network.Layer) {
				changed, err := moving(shape, l)
				switch {
				case errors.Is(err, fault.ErrUnsupported):
					refused++
				case err != nil:
					t.Errorf("%s: %v, want unsupported", what, err)
				case changed.Digest() == n.Digest():
					t.Errorf("%s changes nothing", what)
				}
			}
			rng := rand.New(rand.NewPCG(1, 2))
			for i := range l.Parameters {
				for _, v := range numbers {
					changed := l
					changed.Parameters = slices.Clone(l.Parameters)
					if changed.Parameters[i] = v; v != l.Parameters[i] {
						try("another parameter", changed)
					}
				}
			}
			for range 50 {
				changed, axis := l, rng.IntN(len(l.Shape))
				changed.Shape = slices.Clone(l.Shape)
				changed.Shape[axis] += 1 + rng.IntN(3)
				resizes := axis < 2 && (kind == network.ResizeNearest || kind == network.ResizeBilinear)
				before := refused
				if try("another shape", changed); refused == before && !resizes {
					t.Errorf("%v was taken for what %v makes", changed.Shape, l.Parameters)
				}
			}
			for what, change := range map[string]func(l *network.Layer){
				"no parameters":       func(l *network.Layer) { l.Parameters = nil },
				"one parameter more":  func(l *network.Layer) { l.Parameters = append(slices.Clone(l.Parameters), 1) },
				"a constant":          func(l *network.Layer) { l.Constant = &network.Constant{Cells: []float32{1, 2}, Shape: []int{2}} },
				"weights":             func(l *network.Layer) { l.Weights = []int{0} },
				"another activation":  func(l *network.Layer) { l.Activation = network.Softmax },
				"no shape":            func(l *network.Layer) { l.Shape = nil },
				"a further dimension": func(l *network.Layer) { l.Shape = append(slices.Clone(l.Shape), 2) },
			} {
				changed := l
				if change(&changed); what == "no parameters" && l.Parameters == nil { // as it is
					continue
				}
				before := refused
				if try(what, changed); refused == before {
					t.Errorf("%s: not refused", what)
				}
			}
		})
	}
}

// Fused activations follow pools and concatenations; other movers have none.
func TestActivationsOfMovers(t *testing.T) {
	for kind, l := range movers() {
		l.Kind, l.Activation = kind, network.Relu
		fuses := kind == network.AveragePool2D || kind == network.MaxPool2D || kind == network.Concatenation
		if _, err := moving([]int{4, 6, 4}, l); (err == nil) != fuses {
			t.Errorf("%s with RELU: %v", kind, err)
		}
	}
}
