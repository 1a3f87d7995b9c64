package network_test

import (
	"errors"
	"math"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/internal/prg"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/train"
)

// weightProgram has weights and the layers that use them, and nothing else.
func weightProgram() (p *graph.Program, kernel, bias, frozen graph.TensorID) {
	b := graph.NewBuilder("weights", 2, graph.Fractions{Feature: 8, Activation: 8, Error: 10})
	axis := func(n int) relation.Axis { return relation.Axis{Name: "axis", Size: n} }
	add := func(name string, role graph.Role, fraction int, axes ...relation.Axis) graph.TensorID {
		return b.Add(graph.Tensor{Name: name, Role: role, Axes: axes, Format: number.Format{Bits: 63, Fraction: fraction}})
	}
	input := b.Add(graph.Tensor{Name: "input", Role: graph.Input, Axes: []relation.Axis{axis(2), axis(30)}, Format: number.Format{Bits: 16, Fraction: 8}})
	kernel = add("kernel", graph.Weight, 34, axis(30), axis(70))
	bias = add("bias", graph.Weight, 34, axis(70))
	frozen = add("frozen", graph.Frozen, 20, axis(4), axis(5))
	other := b.Add(graph.Tensor{Name: "other", Role: graph.Virtual, Axes: []relation.Axis{axis(2), axis(4)}, Format: number.Format{Bits: 16, Fraction: 8}})
	for _, inputs := range [][]graph.TensorID{{input, kernel, bias}, {other, frozen}} {
		if _, err := ops.Append(b, graph.Node{Name: "layer", Kind: ops.KindFullyConnected, Inputs: inputs}); err != nil {
			panic(err)
		}
	}
	return b.Program(), kernel, bias, frozen
}

func TestRandomWeightsFollowTheDefinition(t *testing.T) {
	p, kernel, bias, frozen := weightProgram()
	numbers := map[graph.TensorID]string{kernel: "0", frozen: "2"}
	for _, test := range []struct {
		scheme network.Scheme
		fans   map[graph.TensorID]int64
	}{{network.He, map[graph.TensorID]int64{kernel: 30, frozen: 4}}, {network.Glorot, map[graph.TensorID]int64{kernel: 100, frozen: 9}}} {
		w, err := network.Random(p, []byte("public seed"), test.scheme)
		if err != nil {
			t.Fatal(err)
		}
		if err := train.Weights(w).Check(p); err != nil {
			t.Fatal(err)
		}
		for i, b := range w[bias] {
			if b != 0 {
				t.Errorf("bias %d starts at %d", i, b)
			}
		}
		for id, fan := range test.fans {
			// L is the integer with L² ≤ 6·4^f/fan < (L+1)².
			tensor := p.Tensor(id)
			limit := int64(math.Sqrt(6/float64(fan)) * math.Ldexp(1, tensor.Format.Fraction))
			target := new(big.Int).Lsh(big.NewInt(6), uint(2*tensor.Format.Fraction))
			below := func(l int64) bool {
				square := big.NewInt(l)
				return square.Mul(square, big.NewInt(l)).Mul(square, big.NewInt(fan)).Cmp(target) <= 0
			}
			for !below(limit) {
				limit--
			}
			for below(limit + 1) {
				limit++
			}
			stream := prg.New("zkaudit/initial-weights/v2", []byte("public seed"), []byte(numbers[id]))
			for i, v := range w[id] {
				if want := stream.Symmetric(limit); v != want {
					t.Fatalf("%s, %q cell %d: %d, want %d", test.scheme, tensor.Name, i, v, want)
				}
			}
		}
	}
}

// TestRandomWeightsAreGolden: numbers that must be the same on every machine
// and in every version of the domain. Computed with Python from the definition.
func TestRandomWeightsAreGolden(t *testing.T) {
	p, kernel, _, frozen := weightProgram()
	w, err := network.Random(p, []byte("golden"), network.Glorot)
	if err != nil {
		t.Fatal(err)
	}
	got := [4]int64{w[kernel][0], w[kernel][2099], w[frozen][0], w[frozen][19]}
	if want := [4]int64{739044223, 3214201321, 598239, -336997}; got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestRandomWeightsRefuse(t *testing.T) {
	p, kernel, _, _ := weightProgram()
	if _, err := network.Random(p, nil, network.He); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("empty seed: %v", err)
	}
	if _, err := network.Random(p, []byte("s"), "xavier"); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("unknown scheme: %v", err)
	}
	p.Tensors[kernel].Format.Fraction = 62
	p.Tensors[kernel].Axes[0].Size, p.Tensors[p.Input].Axes[1].Size = 1, 1
	if _, err := network.Random(p, []byte("s"), network.He); !errors.Is(err, fault.ErrOverflow) || !strings.Contains(err.Error(), `"kernel"`) {
		t.Errorf("weights above 2^62: %v", err)
	}
}

// TestWeightTensors: trained and frozen weights of a program, wherever they
// stand in it.
func TestWeightTensors(t *testing.T) {
	p := &graph.Program{Tensors: []graph.Tensor{{Role: graph.Weight}, {Role: graph.Constant}, {Role: graph.Frozen}, {Role: graph.Frozen}, {Role: graph.Label}, {Role: graph.Weight}}}
	if ids := network.WeightTensors(p); !slices.Equal(ids, []graph.TensorID{0, 2, 3, 5}) {
		t.Errorf("weights %v", ids)
	}
}
