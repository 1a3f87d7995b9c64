package networktest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/network/networktest"
)

// Every kind of layer and every choice is drawn, and the same seed draws the same.
func TestEverythingIsDrawn(t *testing.T) {
	kinds, choices, sizes := map[network.Kind]int{}, map[string]int{}, map[bool]int{}
	for seed := range uint64(300) {
		d := networktest.NewTraining(rand.New(rand.NewPCG(seed, 1)), networktest.Wide)
		for i, l := range d.Layers {
			kinds[l.Kind]++
			for _, size := range d.Shapes[i+1] {
				sizes[size&(size-1) == 0]++
			}
		}
		c := d.Choices()
		for name, there := range map[string]bool{
			string(c.Loss): true, "clip": c.Clip > 0, "smoothing": c.Smoothing > 0, "frozen": len(c.Frozen) > 0, "momentum": c.Momentum != nil, "decay": c.Decay != nil,
			"scheduled": c.Scheduled, "constant": !c.Scheduled, "other formats": c.Formats.Activation != c.Formats.Feature, fmt.Sprint(d.Steps, " steps"): true,
		} {
			if there {
				choices[name]++
			}
		}
		if again := networktest.NewTraining(rand.New(rand.NewPCG(seed, 1)), networktest.Wide); again.Digest() != d.Digest() {
			t.Fatalf("seed %d draws two networks", seed)
		}
	}
	want := append(networktest.Functions(),
		network.FullyConnected, network.Conv2D, network.DepthwiseConv2D, network.TransposeConv, network.BatchMatmul, network.Softmax, network.Reshape, network.Transpose, network.Add,
		network.Sub, network.SubFrom, network.Mul, network.AveragePool2D, network.MaxPool2D, network.StridedSlice, network.Pad, network.Reverse, network.Concatenation, network.Maximum, network.Minimum)
	for _, kind := range want {
		if kinds[kind] < 3 {
			t.Errorf("%s is drawn %d times", kind, kinds[kind])
		}
	}
	if len(kinds) != len(want) {
		t.Errorf("drawn are %q", slices.Sorted(maps.Keys(kinds)))
	}
	if len(choices) != 14 || slices.Min(slices.Collect(maps.Values(choices))) < 20 || sizes[false] < 300 {
		t.Errorf("choices %v, axes that are powers of two %v", choices, sizes)
	}
}
