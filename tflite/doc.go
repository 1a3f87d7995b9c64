// Package tflite reads, checks and writes .tflite files: the container that
// TensorFlow Lite keeps a model in (a FlatBuffer with the identifier TFL3).
//
// Reading has three layers, each of which trusts only the one before it:
//
//	bytes ── checkStructure ──► bytes whose every offset, vtable, vector and
//	          string lies inside the file (structure.go, layout.go)
//	      ── readModel ───────► Model, our own types (read*.go)
//	      ── validate ────────► a Model whose indices, shapes, constants and
//	          operator order make sense (validate.go)
//
// Parse does all three and accepts every well-formed model, also those that
// cannot be proven (int8, control flow, several subgraphs ...), so that they can
// be described. Check then says what is in the way of proving a model, one
// Finding per problem with its reason and the way round.
//
// Errors of Parse wrap fault.ErrMalformed (the bytes are damaged or are no
// model) or fault.ErrUnsupported (a limit of this reader: see the Max
// constants). Check's findings become one error by Findings.Err, which wraps
// fault.ErrUnsupported, or fault.ErrInput where only weight values are at fault.
//
// Sizes and layouts, as TensorFlow Lite defines them:
//
//	activations             [batch, height, width, channels], row-major
//	FULLY_CONNECTED weights [units, inputs]
//	CONV_2D weights         [outputs, kernel h, kernel w, inputs]
//	DEPTHWISE_CONV_2D       [1, kernel h, kernel w, outputs]
//	constants               little endian
//
// What the caller must still check: Check knows the container, not the
// arithmetic. Shapes that disagree between an operator's inputs and outputs,
// strides, axes and fused activations are the business of the operators.
package tflite
