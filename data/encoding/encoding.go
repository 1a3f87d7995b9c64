// Package encoding says how the cells of a table became integers, in words that
// a part may publish. Package data fits encodings and applies them.
package encoding

import "math"

// MaxFractionBits is the largest number of fraction bits: 1.0 must fit a cell.
const MaxFractionBits = 14

// MaxVocabulary bounds the entries of an attribute's vocabulary.
const MaxVocabulary = math.MaxInt16

// Encoding is the exact recipe by which the cells of a table became integers.
// It can be written as JSON and applied to other rows with data.ReadTableAs.
type Encoding struct {
	// Separator of the table's cells, by data.SeparatorName, and whether its numbers
	// have decimal commas; "": commas between cells.
	Separator    string `json:"separator,omitempty"`
	DecimalComma bool   `json:"decimalComma,omitempty"`
	// Thousands is the mark that is taken out between thousands, by data.MarkName;
	// "": none.
	Thousands string `json:"thousands,omitempty"`

	FractionBits       int `json:"fractionBits"`
	TargetFractionBits int `json:"targetFractionBits,omitempty"`
	// Imputation is the rule that missing cells of features are filled in by.
	Imputation Rule `json:"imputation,omitempty"`
	// FittedRows is how many rows offsets, scales and fills are fitted on: those that
	// are trained on, where others are held out. 0: nothing was fitted.
	FittedRows int      `json:"fittedRows,omitempty"`
	Features   []Column `json:"features"`
	// Targets is one column with a vocabulary for classes, columns without for
	// values, and empty for rows without labels.
	Targets []Column `json:"targets,omitempty"`
	// Attributes are columns with a vocabulary, for audits. Training reads those
	// that are among Features, too.
	Attributes []Column `json:"attributes,omitempty"`
}

// Column is the recipe of one column: a number (cell − Offset)/Scale, an index, or
// an entry of the vocabulary Categories.
type Column struct {
	Name  string `json:"name"`
	Index int    `json:"index"` // in the file it was fitted on, from 1

	Offset string `json:"offset,omitempty"` // exact decimal
	Scale  string `json:"scale,omitempty"`  // exact decimal above zero
	// Rows, if not 0, says that every cell is an index: an integer from 0 to Rows−1,
	// which stays what it is. Of a target it is the number of a class, or −1 for none.
	Rows int `json:"rows,omitempty"`

	Categories []string `json:"categories,omitempty"`
	// Numeric: categories are numbers, compared by value.
	Numeric bool `json:"numeric,omitempty"`

	// Fill is what a missing cell of a feature counts as: a number, or a category;
	// "": it is refused.
	Fill string `json:"fill,omitempty"`
}

// Rule says what missing cells are filled in with.
type Rule string

// Rules of imputation.
const (
	NoRule       Rule = ""
	Mean         Rule = "mean"
	Median       Rule = "median"
	MostFrequent Rule = "most-frequent"
)

// Known reports whether there is such a rule, NoRule included.
func (r Rule) Known() bool {
	return r == NoRule || r == Mean || r == Median || r == MostFrequent
}

// Filled says how many missing cells of a column of a part were filled in.
type Filled struct {
	Column string `json:"column"`
	Rule   Rule   `json:"rule"`
	Cells  int    `json:"cells"`
}

// Width is the number of features the column becomes.
func (c Column) Width() int { return max(1, len(c.Categories)) }

// Classes returns the vocabulary of the labels, nil for values or none.
func (e *Encoding) Classes() []string {
	if len(e.Targets) == 1 {
		return e.Targets[0].Categories
	}
	return nil
}
