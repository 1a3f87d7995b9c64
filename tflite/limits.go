package tflite

// Limits of the reader. A file beyond one of them is refused before memory is
// taken for it.
const (
	// MaxFileSize bounds a .tflite file, in bytes.
	MaxFileSize = 256 << 20
	// MaxOperators bounds the operators of all subgraphs together.
	MaxOperators = 10_000
	// MaxTables bounds the tables visited in one file: tensors, buffers,
	// operators, signatures and their parts.
	MaxTables = 1 << 19
	// MaxOperands bounds the tensor indices in all lists of inputs, outputs and
	// intermediates together.
	MaxOperands = 1 << 20
	// MaxStructure bounds what a file holds besides constants, in bytes:
	// tables, names, shapes, index lists, quantisation parameters.
	MaxStructure = 32 << 20
	// MaxDepth bounds how deep tables nest.
	MaxDepth = 64
	// MaxRank bounds the axes of a tensor that Check lets pass.
	MaxRank = 6
)

// identifier is the file identifier at bytes 4..8.
const identifier = "TFL3"
