package tflite

// Limits of the reader. A file beyond one of them is refused before memory is
// taken for it.
const (
	// MaxFileSize bounds a .tflite file, in bytes.
	MaxFileSize = 256 << 20
	// maxOperators bounds the operators of all subgraphs together.
	maxOperators = 10_000
	// maxTables bounds the tables visited in one file: tensors, buffers,
	// operators, signatures and their parts.
	maxTables = 1 << 19
	// maxOperands bounds the tensor indices in all lists of inputs, outputs and
	// intermediates together.
	maxOperands = 1 << 20
	// maxStructure bounds what a file holds besides constants, in bytes:
	// tables, names, shapes, index lists, quantisation parameters.
	maxStructure = 32 << 20
	// maxDepth bounds how deep tables nest.
	maxDepth = 64
	// maxRank bounds the axes of a tensor that Check lets pass.
	maxRank = 6
)

// identifier is the file identifier at bytes 4..8.
const identifier = "TFL3"
