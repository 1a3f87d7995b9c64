package network_test

import (
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/segment"
)

// allocated returns how many bytes f takes from the heap in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// chain is a network of layers one after the other between two layers with weights:
// the first makes a sample of so many cells, and shape gives it its axes.
func chain(shape []int, layers ...network.Layer) network.Architecture {
	cells := 1
	for _, d := range shape {
		cells *= d
	}
	a := network.Architecture{
		Input: []int{1}, Weights: []network.Weight{{Shape: []int{1, cells}}},
		Layers: []network.Layer{
			{Kind: network.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{cells}},
			{Kind: network.Reshape, Inputs: []int{1}, Shape: shape},
		},
	}
	for _, l := range layers {
		l.Inputs = append([]int{len(a.Layers)}, l.Inputs...)
		a.Layers = append(a.Layers, l)
	}
	return a
}

// ended adds up what a chain makes, and multiplies by a weight.
func ended(a network.Architecture, axes ...int) network.Architecture {
	n := len(a.Layers)
	a.Weights = append(slices.Clone(a.Weights), network.Weight{Shape: []int{1, 2}})
	a.Layers = append(a.Layers,
		network.Layer{Kind: network.ReduceSum, Inputs: []int{n}, Shape: []int{1}, Parameters: axes},
		network.Layer{Kind: network.FullyConnected, Inputs: []int{n + 1}, Weights: []int{1}, Shape: []int{2}})
	return a
}

// times repeats a layer.
func times(n int, layers ...network.Layer) []network.Layer { return slices.Repeat(layers, n) }

// TestStrangersNetworks reads small files of networks that ask for as much as can be
// asked for, states their segments and counts what a proof would say: whether they are refused or not, it takes
// little time and memory.
func TestStrangersNetworks(t *testing.T) {
	const axis, large = 1 << 20, 1 << 30
	window := func(stride int) *network.Window {
		return &network.Window{Stride: [2]int{stride, stride}, Dilation: [2]int{1, 1}, Same: true}
	}
	alone := &network.Constant{Cells: []float32{1}}
	hidden := &network.Constant{Shape: []int{2, 1}, Cells: []float32{0, -1e9}}
	masked := func(n int, shape []int) network.Architecture {
		a := chain(shape)
		join := network.Layer{Kind: network.Concatenation, Shape: []int{shape[0], n * shape[1]}, Parameters: []int{1}}
		for i := range n {
			a.Layers = append(a.Layers, network.Layer{Kind: network.Add, Inputs: []int{2}, Constant: hidden})
			join.Inputs = append(join.Inputs, 3+n+i)
		}
		for i := range n {
			a.Layers = append(a.Layers, network.Layer{Kind: network.Softmax, Inputs: []int{3 + i}})
		}
		a.Layers = append(a.Layers, join)
		return ended(a, 0, 1)
	}
	convolved := func(kind network.Kind, kernel []int) network.Architecture {
		a := ended(chain([]int{1 << 11, 1, 1}, times(400, network.Layer{Kind: kind, Weights: []int{1}, Shape: []int{1 << 11, 1, 1}, Window: window(1)})...), 0, 1, 2)
		a.Weights = slices.Insert(a.Weights, 1, network.Weight{Shape: kernel})
		a.Layers[len(a.Layers)-1].Weights = []int{2}
		return a
	}
	recurrent := func(steps, layers int) network.Architecture {
		l := network.Layer{Kind: network.SequenceLSTM, Weights: []int{1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2}, Shape: []int{steps, 1}}
		a := ended(chain([]int{steps, 1}, times(layers, l)...), 0, 1)
		a.Weights = slices.Insert(a.Weights, 1, network.Weight{Shape: []int{1, 1}}, network.Weight{Shape: []int{1}})
		a.Layers[len(a.Layers)-1].Weights = []int{3}
		return a
	}
	likelihoods := func(n int) network.Architecture {
		a := chain([]int{1 << 10})
		for i := range n {
			a.Layers = append(a.Layers,
				network.Layer{Kind: network.StridedSlice, Inputs: []int{len(a.Layers)}, Shape: []int{1<<10 - 2*i - 1}, Parameters: []int{0, 1}},
				network.Layer{Kind: network.LogSoftmax, Inputs: []int{len(a.Layers) + 1}})
		}
		return ended(a, 0)
	}
	// What is read again after it was moved along one axis and then another is claimed
	// at a point for each way to it.
	inTurns := func(n int) network.Architecture {
		shape := []int{2, 2, 2, 2, 2}
		a, before, last := chain(shape), 2, 2
		for i := range n {
			a.Layers = append(a.Layers, network.Layer{Kind: network.Reverse, Inputs: []int{last}, Shape: shape, Parameters: []int{i % 5}})
			a.Layers = append(a.Layers, network.Layer{Kind: network.Add, Inputs: []int{len(a.Layers), before}})
			before, last = last, len(a.Layers)
		}
		return ended(a, 0, 1, 2, 3, 4)
	}
	leaky := func(n int) network.Architecture {
		a := chain([]int{4})
		for i := range n {
			a.Layers = append(a.Layers, network.Layer{Kind: network.LeakyRelu, Inputs: []int{len(a.Layers)}, Constant: &network.Constant{Cells: []float32{float32(i) / 1024}}})
		}
		return ended(a, 0)
	}
	for name, a := range map[string]network.Architecture{
		"a part of one cell, repeated":      ended(chain([]int{1}, network.Layer{Kind: network.StridedSlice, Shape: []int{large}, Parameters: []int{0, 0}}), 0),
		"a large part":                      ended(chain([]int{large}, network.Layer{Kind: network.StridedSlice, Shape: []int{large - 1}, Parameters: []int{0, 1}}), 0),
		"many parts":                        ended(chain([]int{axis - 1}, times(1000, network.Layer{Kind: network.StridedSlice, Shape: []int{axis - 1}, Parameters: []int{axis - 2, -1}})...), 0),
		"one cell repeated":                 ended(chain([]int{1}, network.Layer{Kind: network.BroadcastTo, Shape: []int{large}}), 0),
		"one cell tiled":                    ended(chain([]int{1}, network.Layer{Kind: network.Tile, Shape: []int{large}}), 0),
		"tiles in turns":                    ended(chain([]int{1}, times(499, network.Layer{Kind: network.Tile, Shape: []int{axis}}, network.Layer{Kind: network.StridedSlice, Shape: []int{1}, Parameters: []int{0, 1}})...), 0),
		"much padding":                      ended(chain([]int{1}, network.Layer{Kind: network.Pad, Shape: []int{large}, Parameters: []int{0, large - 1}}), 0),
		"much padding of a value":           ended(chain([]int{1, 1}, network.Layer{Kind: network.Pad, Shape: []int{1 << 15, 1 << 15}, Parameters: []int{0, 1<<15 - 1, 0, 1<<15 - 1}, Constant: alone}), 0, 1),
		"padding in turns":                  ended(chain([]int{1}, times(499, network.Layer{Kind: network.Pad, Shape: []int{axis}, Parameters: []int{0, axis - 1}}, network.Layer{Kind: network.StridedSlice, Shape: []int{1}, Parameters: []int{0, 1}})...), 0),
		"a large picture mirrored":          ended(chain([]int{large / 2}, network.Layer{Kind: network.MirrorPad, Shape: []int{large - 1}, Parameters: []int{0, large/2 - 1, 0}}), 0),
		"a large axis reversed":             ended(chain([]int{axis}, times(1000, network.Layer{Kind: network.Reverse, Shape: []int{axis}, Parameters: []int{0}})...), 0),
		"short axes reversed":               ended(chain([]int{2, 2, 2, 2, 2}, times(1000, network.Layer{Kind: network.Reverse, Shape: []int{2, 2, 2, 2, 2}, Parameters: []int{0, 1, 2, 3, 4}})...), 0, 1, 2, 3, 4),
		"a large sum":                       ended(chain([]int{large}), 0),
		"the largest sum":                   ended(chain([]int{1<<19 - 2}), 0),
		"the largest cell of many":          ended(chain([]int{large}, network.Layer{Kind: network.ReduceMax, Shape: []int{1}, Parameters: []int{0}}), 0),
		"the largest cell of fewer":         ended(chain([]int{1 << 17}, network.Layer{Kind: network.ReduceMax, Shape: []int{1}, Parameters: []int{0}}), 0),
		"a mean of many":                    ended(chain([]int{large}, network.Layer{Kind: network.Mean, Shape: []int{1}, Parameters: []int{0}}), 0),
		"a picture resized":                 ended(chain([]int{1, 1, 1}, network.Layer{Kind: network.ResizeNearest, Shape: []int{axis, 1 << 10, 1}, Parameters: []int{0, 0}}), 0, 1, 2),
		"a picture resized too much":        ended(chain([]int{1, 1, 1}, network.Layer{Kind: network.ResizeBilinear, Shape: []int{axis, axis, 1}, Parameters: []int{0, 0}}), 0, 1, 2),
		"a picture interpolated":            ended(chain([]int{2, 1, 1}, network.Layer{Kind: network.ResizeBilinear, Shape: []int{large, 1, 1}, Parameters: []int{0, 1}}), 0, 1, 2),
		"large filters":                     ended(chain([]int{1023, 1, 1}, times(1000, network.Layer{Kind: network.AveragePool2D, Shape: []int{1023, 1, 1}, Parameters: []int{1023, 1}, Window: window(1)})...), 0, 1, 2),
		"large filters, the largest cell":   ended(chain([]int{1023, 1, 1}, times(1000, network.Layer{Kind: network.MaxPool2D, Shape: []int{1023, 1, 1}, Parameters: []int{1023, 1}, Window: window(1)})...), 0, 1, 2),
		"filters of a few cells":            ended(chain([]int{3, 3, 1}, times(1000, network.Layer{Kind: network.MaxPool2D, Shape: []int{3, 3, 1}, Parameters: []int{3, 3}, Window: window(1)})...), 0, 1, 2),
		"a filter of 2^63":                  ended(chain([]int{1, 1, 1}, network.Layer{Kind: network.MaxPool2D, Shape: []int{1, 1, 1}, Parameters: []int{1<<63 - 1, 1<<63 - 1}, Window: window(1)}), 0, 1, 2),
		"a long axis joined with itself":    ended(chain([]int{1 << 10}, network.Layer{Kind: network.Concatenation, Inputs: slices.Repeat([]int{2}, 1023), Shape: []int{axis}, Parameters: []int{0}}), 0),
		"joined with little, often":         ended(chain([]int{1}, network.Layer{Kind: network.Pad, Shape: []int{1 << 18}, Parameters: []int{0, 1<<18 - 1}}, network.Layer{Kind: network.Concatenation, Inputs: slices.Repeat([]int{2}, 2000), Shape: []int{1<<18 + 2000}, Parameters: []int{0}}), 0),
		"all axes exchanged, often":         ended(chain([]int{8, 8, 8, 8, 8}, times(1000, network.Layer{Kind: network.Transpose, Shape: []int{8, 8, 8, 8, 8}, Parameters: []int{4, 3, 2, 1, 0}})...), 0, 1, 2, 3, 4),
		"blocks of 2^63":                    ended(chain([]int{1, 1, 1}, network.Layer{Kind: network.DepthToSpace, Shape: []int{1, 1, 1}, Parameters: []int{-1 << 63}}), 0, 1, 2),
		"convolutions of large windows":     convolved(network.Conv2D, []int{1 << 11, 1, 1, 1}),
		"channels of large windows":         convolved(network.DepthwiseConv2D, []int{1 << 11, 1, 1}),
		"pictures of large windows":         convolved(network.TransposeConv, []int{1 << 11, 1, 1, 1}),
		"recurrent layers":                  recurrent(48, 1<<9),
		"a recurrent layer":                 recurrent(48, 1),
		"recurrent layers of many steps":    recurrent(1<<20, 1),
		"logarithms of many classes":        likelihoods(300),
		"moved along axes in turns":         inTurns(500),
		"one leaky rectifier, often":        ended(chain([]int{4}, times(1000, network.Layer{Kind: network.LeakyRelu, Constant: alone})...), 0),
		"many leaky rectifiers":             leaky(600),
		"a few leaky rectifiers":            leaky(16),
		"a mask of many cells":              masked(1, []int{2, large / 2}),
		"many masks":                        masked(450, []int{2, axis}),
		"a constant repeated to many cells": ended(chain([]int{1 << 15, 1 << 15}, network.Layer{Kind: network.Mul, Constant: alone}), 0, 1),
	} {
		t.Run(name, func(t *testing.T) {
			c := choices()
			c.Batch, c.Frozen = 1, nil
			begun, outcome := time.Now(), error(nil)
			took := allocated(func() {
				n, err := network.New(a, c)
				if err == nil {
					var sys *segment.Relations
					sys, err = segment.Build(n.Program(), segment.Shape{Steps: 1, PartRows: []int{1}}, segment.PublicInputs{Rates: []int64{1}, Rows: []schedule.Ref{{}}}, ops.NewTables())
					if err == nil {
						_, err = proof.NewLayout(sys.Relation, commitments.DefaultRowBits, true)
					}
				}
				if err != nil && !errors.Is(err, fault.ErrUnsupported) && !errors.Is(err, fault.ErrResources) {
					t.Error(err)
				}
				outcome = err
			})
			t.Logf("%d MiB, %v: %v", took>>20, time.Since(begun), outcome)
			if took > 3<<29 || time.Since(begun) > time.Minute {
				t.Errorf("it takes %d MiB and %v", took>>20, time.Since(begun))
			}
		})
	}
}
