// Package data reads datasets into the integers that are committed and trained
// on: a matrix of 16-bit features and, per row, a class or target values.
//
// A real feature x with f fraction bits becomes the integer nearest to x·2^f,
// ties to even, computed from the exact decimal or byte in the file. The same
// file and options give the same integers on every machine.
//
//	source              feature x
//	CSV number          (cell − offset)/scale; offset 0 and scale 1 unless normalised
//	CSV category        1 for the cell's category, 0 for the others (one-hot)
//	byte b of an array  b/255, or b with ScaleNone
//
//	symbol  identifier              meaning
//	f       Dataset.FractionBits    fraction bits of the features, 0 … 14
//	-       Dataset.Rows, Width     rows and features per row
//	-       Labels.Class            class index per row, 0 … len(Classes)−1
//	-       Filled                  cells that were missing and were filled in
//	-       Attributes              categories for audits, no features unless named as both
//	-       Labels.Values           target values, rows × Targets, own fraction bits
//
// Normalisation is fitted on the rows that are read, or on those of them that
// TableOptions.FitOn chooses (the rows trained on), in exact decimals: minmax
// takes offset = min, scale = max − min; standard takes the mean and the
// population standard deviation, each rounded half-even to 40 digits. A column
// of one value has scale 1. The fitted parameters are part of Source.Encoding;
// ReadTableAs applies them to other rows, such as a test set.
//
// Missing cells of features are refused, or filled in as TableOptions.Impute says: with
// the mean (rounded alike) or the median of the rows that normalisation is fitted on,
// or what is most frequent there. Dataset.Filled says which were.
//
// Separator and decimal mark of a CSV file are told from its first 64 KiB unless
// TableFormat says them: of comma, semicolon, tab and bar the one with which all
// rows have as many cells, two or more, and then most cells are numbers; the
// comma as decimal mark where it separates no cells and some number only makes
// sense so. A mark between thousands is taken out where some number has it and a
// decimal mark, too (1,234.5), or TableFormat says it. All are part of Source.Encoding,
// and ReadTableAs takes them from there.
// A cell that no float64 holds is refused, and Source.Remarks says which features
// tell a model nothing.
//
// Formats are tables, whose rows have columns, or arrays, whose rows have one shape
// (Format). A table of JSON lines has the keys of its objects for columns,
// in the order in which they come. Its cells are those of CSV: a text that is a
// number counts as one, null and a key that is not there are missing cells. A table
// that is not text has the cells that CSV would have for its values: a float the
// shortest decimal that reads back as it in its own type. docs/data.md has all formats.
//
// Vocabularies (classes, categories) are sorted by value if all entries are
// numbers, which are then compared by value ("1" is "1.0"), and by bytes
// otherwise.
//
// Errors name the file, the line (from 1, header included; elsewhere than in text the
// row, from 0) and the column.
// Rows are kept as they are, duplicates with their multiplicity.
//
// What these integers are worth, that labels are true and rows are what an
// owner says, no check here can tell.
package data
