package transpile_test

import (
	"fmt"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

// A layer of two units on two inputs, trained by cross-entropy: the forward
// pass, the loss, and the updates at the end of the step.
func ExampleTranspile() {
	m, err := tflite.NewDense("tiny", []tflite.DenseLayer{
		{Units: 2, Weights: []float32{1, 0, 0, 1}, Bias: []float32{0, 0.5}},
	}, 2, true)
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := transpile.Transpile(m, transpile.Options{
		Batch: 4, Formats: network.DefaultFormats(), RateShift: 5,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range r.Program.Nodes {
		fmt.Println(n.Name)
	}
	for _, w := range r.Program.OfRole(graph.Weight) {
		t := r.Program.Tensor(w)
		fmt.Println(t.Name, t.Format)
	}
	// Output:
	// 0 FULLY_CONNECTED
	// 0 FULLY_CONNECTED rounded
	// softmax
	// loss gradient
	// 0 FULLY_CONNECTED weights update
	// 0 FULLY_CONNECTED bias update
	// 0 FULLY_CONNECTED weights s63.23
	// 0 FULLY_CONNECTED bias s63.23
}
