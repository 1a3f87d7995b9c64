package tflite_test

import (
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/tflite"
)

// A model is read, checked against the operators a caller can prove, and
// described.
func Example() {
	model, err := tflite.NewDense("tiny", []tflite.DenseLayer{
		{Units: 1, Activation: tflite.ActRelu, Weights: []float32{1, -1}, Bias: []float32{0.5}},
	}, 2, false)
	if err != nil {
		panic(err)
	}
	data, err := tflite.Marshal(model)
	if err != nil {
		panic(err)
	}

	model, err = tflite.Parse(data)
	if err != nil {
		panic(err)
	}
	opts := tflite.CheckOptions{Operators: map[tflite.Builtin]bool{tflite.OpFullyConnected: true}}
	if err := tflite.Check(model, opts).Err(); err != nil {
		panic(err)
	}
	s := tflite.Describe(model, opts)
	if err := s.WriteText(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// TensorFlow Lite model, schema version 3
	// parameters 3, constants 12 bytes
	// subgraph 0 "main"
	//   in   float32[?×2]
	//     0  FULLY_CONNECTED v1 (float32[?×2], const float32[1×2], const float32[1]) -> float32[?×1]
	//        {Activation:RELU WeightsFormat:0 KeepNumDims:false AsymmetricInputs:false BiasType:float32}
	//   out  float32[?×1]
	// signature "serving_default": "input" -> "output"
}

// Trained weights go back into the file they came from, with the exact integers
// of the training beside their float32 roundings.
func ExampleReplaceWeights() {
	model, err := tflite.NewDense("tiny", []tflite.DenseLayer{{Units: 1, Weights: []float32{0, 0}}}, 2, false)
	if err != nil {
		panic(err)
	}
	original, err := tflite.Marshal(model)
	if err != nil {
		panic(err)
	}
	trained, err := tflite.ReplaceWeights(original, []tflite.ExactTensor{{
		Tensor: 1, Name: "tiny/dense_0/weights", Shape: tflite.Shape{1, 2},
		FractionBits: 30, Cells: []int64{1 << 29, -3 << 28},
	}})
	if err != nil {
		panic(err)
	}

	model, err = tflite.Parse(trained)
	if err != nil {
		panic(err)
	}
	exact, err := tflite.ExactWeights(model)
	if err != nil {
		panic(err)
	}
	fmt.Println(exact[0].Cells, exact[0].Floats())
	// Output: [536870912 -805306368] [0.5 -0.75]
}
