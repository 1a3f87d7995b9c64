package data

import (
	"fmt"
	"io"
	"slices"

	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Task says what the target columns are.
type Task uint8

const (
	// TaskAuto: classes if the target holds text, or at most maxAutoClasses
	// distinct integers, each value on two rows on average; values otherwise.
	TaskAuto Task = iota
	// Classification: one target column of class names.
	Classification
	// Regression: one or more target columns of numbers.
	Regression
	// Unlabelled: no target; every column that is no attribute is a feature
	// unless Columns says.
	Unlabelled
)

// Normalisation says how the numbers of a column are shifted and scaled.
type Normalisation uint8

const (
	// NormaliseNone takes numbers as they are.
	NormaliseNone Normalisation = iota
	// NormaliseMinMax takes them to [0, 1].
	NormaliseMinMax
	// NormaliseStandard takes them to mean 0 and standard deviation 1.
	NormaliseStandard
)

const (
	maxAutoClasses       = 20
	defaultMaxCategories = 1000
)

// TableOptions says how to read a table into a dataset. Columns are named as
// in the header, or by number from 1.
type TableOptions struct {
	TableFormat
	FractionBits       int // of the features; DefaultFractionBits is usual
	TargetFractionBits int // of target values

	Columns     []string // features, in this order; nil: all but the targets and the attributes
	Categorical []string // features to one-hot even where they are numbers
	Targets     []string // nil: the last column
	Task        Task
	Classes     []string // vocabulary of the labels, in this order; nil: the values found
	Attributes  []AttributeColumn

	// Rows, if not 0, says that features are indices below it, which become
	// themselves at 0 fraction bits.
	Rows int
	// TargetClasses, if not 0, says that targets are numbers of classes below it,
	// which become themselves at 0 fraction bits; −1 is none.
	TargetClasses    int
	Normalise        Normalisation // of the features that are numbers
	NormaliseTargets Normalisation // of target values
	// FitOn chooses the rows that normalisation is fitted on, given the table as
	// a fit on all rows encodes it: those that are trained on, so that rows held
	// out shape no feature. nil, as a function or a choice: all rows.
	// Vocabularies are those of all rows in any case.
	FitOn func(d *Dataset) []int
	// Impute fills in missing cells of features that are numbers, with MostFrequent
	// those of categories, too; fitted as normalisation is, which counts them.
	Impute encoding.Rule
	// MissingAsCategory takes a missing cell of a categorical feature for the
	// category "?". Missing numbers and labels are refused always.
	MissingAsCategory bool
	MaxCategories     int // per column; 0: 1000
}

// ReadTable reads a table, gzip or plain, fits the encoding that o asks for and
// applies it. Source.Encoding holds what was fitted.
//
// Besides fault.ErrUsage for options that make no sense, errors name the line
// and column: fault.ErrInput for missing, non-finite or mixed cells, ragged
// rows and labels outside the vocabulary; fault.ErrOverflow, with the value,
// format and flags that help, for a value outside the 16-bit range;
// fault.ErrResources for more bytes or cells than allowed.
func ReadTable(r io.Reader, o TableOptions) (_ *Dataset, err error) {
	defer fault.Catch(&err, "table", fault.ErrInput)
	if o.FractionBits < 0 || o.FractionBits > MaxFractionBits || o.TargetFractionBits < 0 || o.TargetFractionBits > MaxFractionBits {
		return nil, fmt.Errorf("%d fraction bits of features and %d of targets, want 0 to %d: %w", o.FractionBits, o.TargetFractionBits, MaxFractionBits, fault.ErrUsage)
	}
	if o.Rows != 0 && (o.Rows < 0 || o.FractionBits != 0 || len(o.Categorical) > 0) {
		return nil, fmt.Errorf("indices below %d with %d fraction bits and %d columns of categories: %w", o.Rows, o.FractionBits, len(o.Categorical), fault.ErrUsage)
	}
	if o.Rows != 0 && o.Normalise != NormaliseNone {
		return nil, &fault.Setting{Key: "columns.normalise", Err: fmt.Errorf("indices are taken as they are, want none: %w", fault.ErrUsage)}
	}
	if !o.Impute.Known() {
		return nil, &fault.Setting{Key: "columns.impute", Err: fmt.Errorf("%s, want none, mean, median or most-frequent: %w", fault.Quote(string(o.Impute)), fault.ErrUsage)}
	}
	if o.Rows != 0 && o.Impute != encoding.NoRule {
		return nil, &fault.Setting{Key: "columns.impute", Err: fmt.Errorf("indices are taken as they are, want none: %w", fault.ErrUsage)}
	}
	if o.TargetClasses != 0 && (o.TargetClasses < 0 || o.TargetFractionBits != 0 || o.Task != Regression) {
		return nil, fmt.Errorf("numbers of %d classes with %d fraction bits: %w", o.TargetClasses, o.TargetFractionBits, fault.ErrUsage)
	}
	if o.TargetClasses != 0 && o.NormaliseTargets != NormaliseNone {
		return nil, &fault.Setting{Key: "columns.normalise_targets", Err: fmt.Errorf("numbers of classes are taken as they are, want none: %w", fault.ErrUsage)}
	}
	s, err := readSheet(r, o.TableFormat)
	if err != nil {
		return nil, err
	}
	d, err := encodeFitted(s, o)
	if err != nil {
		return nil, err
	}
	d.Source.Remarks = remarks(s, d)
	return d, nil
}

// encodeFitted fits an encoding and applies it.
func encodeFitted(s *sheet, o TableOptions) (*Dataset, error) {
	e, err := fit(s, o)
	if err != nil {
		return nil, err
	}
	setLayout(e, s.layout)
	d, err := s.integers(e)
	if err != nil || o.FitOn == nil || e.FittedRows == 0 {
		return d, err
	}
	rows := o.FitOn(d)
	if rows == nil {
		return d, nil
	}
	if e, err = refit(s, e, rows, o); err != nil {
		return nil, err
	}
	return s.integers(e)
}

// ReadTableAs reads a table with an encoding fitted before, such as that of a
// training set on its test set. A table is laid out as the one that the encoding
// was fitted on, unless the format says otherwise. Columns are found by name if the file has a
// header, by index otherwise; others are not looked at. Errors are those of
// ReadTable.
func ReadTableAs(r io.Reader, format TableFormat, encoding *Encoding) (_ *Dataset, err error) {
	defer fault.Catch(&err, "table", fault.ErrInput)
	if err := check(encoding); err != nil {
		return nil, err
	}
	if format, err = format.like(encoding); err != nil {
		return nil, err
	}
	s, err := readSheet(r, format)
	if err != nil {
		return nil, err
	}
	return s.integers(encoding)
}

// LoadTable is ReadTable of the file at path.
func LoadTable(path string, o TableOptions) (*Dataset, error) {
	return readFile(path, func(r io.Reader, name string) (*Dataset, error) {
		o.Name = name
		return ReadTable(r, o)
	})
}

// LoadTableAs is ReadTableAs of the file at path.
func LoadTableAs(path string, format TableFormat, encoding *Encoding) (*Dataset, error) {
	return readFile(path, func(r io.Reader, name string) (*Dataset, error) {
		format.Name = name
		return ReadTableAs(r, format, encoding)
	})
}

// roles are the positions of the columns that o selects.
type roles struct {
	features, targets []int
	categorical       []bool // per column of the sheet
}

func selectColumns(s *sheet, o TableOptions) (roles, error) {
	find := func(selectors []string) ([]int, error) {
		var found []int
		for _, selector := range selectors {
			i, err := s.find(selector)
			if err != nil {
				return nil, err
			}
			if slices.Contains(found, i) {
				return nil, fmt.Errorf("%s: column %s is selected twice: %w", s.name, fault.Quote(s.names[i]), fault.ErrUsage)
			}
			found = append(found, i)
		}
		return found, nil
	}
	var r roles
	var err error
	switch {
	case o.Task > Unlabelled:
		return r, fmt.Errorf("unknown task %d: %w", o.Task, fault.ErrUsage)
	case o.Task == Unlabelled && len(o.Targets) > 0:
		return r, fmt.Errorf("%s: target columns for a table without labels: %w", s.name, fault.ErrUsage)
	case o.Task == Unlabelled:
	case o.Targets == nil:
		r.targets = []int{len(s.names) - 1}
	default:
		if r.targets, err = find(o.Targets); err != nil {
			return r, err
		}
	}
	if r.features, err = find(o.Columns); err != nil {
		return r, err
	}
	attributes, err := s.attributes(o.Attributes)
	if err != nil {
		return r, err
	}
	for i := range s.names {
		isTarget := slices.Contains(r.targets, i)
		if isTarget && slices.Contains(r.features, i) {
			return r, fmt.Errorf("%s: column %s is a feature and the target: %w", s.name, fault.Quote(s.names[i]), fault.ErrUsage)
		}
		if o.Columns == nil && !isTarget && !slices.Contains(attributes, i) {
			r.features = append(r.features, i)
		}
	}
	if len(r.features) == 0 {
		err := fmt.Errorf("%s: no feature column is left of %d: %w", s.name, len(s.names), fault.ErrUsage)
		if len(s.names) == 1 {
			err = s.oneColumn(err)
		}
		return r, err
	}
	categorical, err := find(o.Categorical)
	r.categorical = make([]bool, len(s.names))
	for _, i := range categorical {
		r.categorical[i] = true
	}
	return r, err
}
