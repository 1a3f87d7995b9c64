package tflite

// kind says how a field of a table is stored.
type kind uint8

const (
	scalar kind = iota // size bytes inside the table
	text               // offset to a string
	vector             // offset to a vector of scalars of size bytes, which the reader copies
	blob               // offset to a vector of bytes, handed out where it lies
	tables             // offset to a vector of offsets to tables
	child              // offset to a table
	choice             // offset to a table that the byte in the field before names
	unread             // offset to something we do not look into
)

// field is one slot of a table's vtable.
type field struct {
	name  string
	kind  kind
	size  int    // bytes of a scalar or of an element of a vector or blob
	table layout // of child and tables
	// pick gives the layout for a choice, false where we know none.
	pick func(tag byte) (layout, bool)
}

// layout lists the fields of a table by id. It is the schema once more
// (schema/model_subset.fbs; a test compares the two), in the form the structure
// check walks.
type layout struct {
	name   string
	fields []field
}

func num(name string, size int) field { return field{name: name, kind: scalar, size: size} }
func str(name string) field           { return field{name: name, kind: text} }
func vec(name string, size int) field { return field{name: name, kind: vector, size: size} }
func raw(name string) field           { return field{name: name, kind: blob, size: 1} }
func skip(name string) field          { return field{name: name, kind: unread} }
func many(name string, t layout) field {
	return field{name: name, kind: tables, table: t}
}

func modelLayout() layout {
	return layout{"Model", []field{
		num("version", 4),
		many("operator_codes", operatorCodeLayout()),
		many("subgraphs", subgraphLayout()),
		str("description"),
		many("buffers", bufferLayout()),
		vec("metadata_buffer", 4),
		many("metadata", metadataLayout()),
		many("signature_defs", signatureLayout()),
		skip("external_buffer_groups"),
		skip("external_buffers"),
	}}
}

func operatorCodeLayout() layout {
	return layout{"OperatorCode", []field{
		num("deprecated_builtin_code", 1),
		str("custom_code"),
		num("version", 4),
		num("builtin_code", 4),
	}}
}

func subgraphLayout() layout {
	return layout{"SubGraph", []field{
		many("tensors", tensorLayout()),
		vec("inputs", 4),
		vec("outputs", 4),
		many("operators", operatorLayout()),
		str("name"),
		num("debug_metadata_index", 4),
	}}
}

func tensorLayout() layout {
	return layout{"Tensor", []field{
		vec("shape", 4),
		num("type", 1),
		num("buffer", 4),
		str("name"),
		{name: "quantization", kind: child, table: quantizationLayout()},
		num("is_variable", 1),
		skip("sparsity"),
		vec("shape_signature", 4),
		num("has_rank", 1),
		skip("variant_tensors"),
		num("external_buffer", 4),
	}}
}

func quantizationLayout() layout {
	return layout{"QuantizationParameters", []field{
		vec("min", 4),
		vec("max", 4),
		vec("scale", 4),
		vec("zero_point", 8),
		num("details_type", 1),
		skip("details"),
		num("quantized_dimension", 4),
	}}
}

func operatorLayout() layout {
	return layout{"Operator", []field{
		num("opcode_index", 4),
		vec("inputs", 4),
		vec("outputs", 4),
		num("builtin_options_type", 1),
		{name: "builtin_options", kind: choice, pick: optionsLayout},
		raw("custom_options"),
		num("custom_options_format", 1),
		vec("mutating_variable_inputs", 1),
		vec("intermediates", 4),
		num("large_custom_options_offset", 8),
		num("large_custom_options_size", 8),
		num("builtin_options_2_type", 1),
		skip("builtin_options_2"),
		num("debug_metadata_index", 4),
	}}
}

func bufferLayout() layout {
	return layout{"Buffer", []field{raw("data"), num("offset", 8), num("size", 8)}}
}

func metadataLayout() layout {
	return layout{"Metadata", []field{str("name"), num("buffer", 4)}}
}

func signatureLayout() layout {
	maps := layout{"TensorMap", []field{str("name"), num("tensor_index", 4)}}
	return layout{"SignatureDef", []field{
		many("inputs", maps),
		many("outputs", maps),
		str("signature_key"),
		str("deprecated_tag"),
		num("subgraph_index", 4),
	}}
}
