package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
)

// recipes returns the recipes of the parts that are committed here, by
// [[data]] table, nil for those that are imported. encoding is that of the
// imported ones, or nil.
func recipes(dir string, c *Config, p *graph.Program, encoding *data.Encoding) (list []*recipe.Recipe, from fitting, err error) {
	base := recipe.Recipe{Format: c.Columns.Format, Reconstruct: c.Columns.Reconstruct}
	format, err := c.format()
	switch {
	case err != nil:
		return nil, from, err
	case !format.Table:
		base.Indices = ops.IndexRows(p) > 0
		if base.FractionBits = c.Formats.Feature; !c.Columns.Reconstruct {
			base.Classes = p.Tensor(p.Label).Units()
			if base.Vocabulary, err = c.classesWithin(dir, format); err != nil {
				return nil, from, err
			}
		}
		if len(c.Columns.Attributes) > 0 {
			return nil, from, &fault.Setting{Key: "columns.attributes", Err: fmt.Errorf("%s has no columns; constants it may have: %w", format.Name, fault.ErrUsage)}
		}
	default:
		base.Layout = c.Columns.layout().Told()
		options := func(f data.TableFormat) data.TableOptions { return tableOptions(c, p, f) }
		if base.Encoding, from, err = encodingOf(dir, c, options, encoding); err != nil {
			return nil, from, err
		}
	}
	for i := range c.Data {
		if c.Data[i].Part != "" {
			list = append(list, nil)
			continue
		}
		r := base
		r.Constants = c.constants(i)
		list = append(list, &r)
	}
	return list, from, nil
}

// classesWithin returns the classes of files that call them by name, sorted, or in the
// order that is chosen; nil where they are numbers.
func (c *Config) classesWithin(dir string, format data.Format) ([]string, error) {
	if format.Labels != data.LabelsWithin || len(c.Columns.Classes) > 0 {
		return some(c.Columns.Classes), nil
	}
	var all []string
	for _, files := range c.Data {
		if files.Part != "" {
			continue
		}
		classes, err := data.ClassesOf(within(dir, files.File))
		if err != nil {
			return nil, err
		}
		all = append(all, classes...)
	}
	return data.SortClasses(all), nil
}

// format is that of the files of rows.
func (c *Config) format() (data.Format, error) {
	f, err := data.FormatNamed(c.Columns.Format)
	if err != nil {
		err = &fault.Setting{Key: "columns.format", Err: err}
	}
	return f, err
}

// fitting is what an encoding was fitted on here, if it was.
type fitting struct {
	remarks []error
	whole   *data.Dataset // the only file, read already; nil where there are several
	rows    []int         // of the first file, that normalisation is fitted on; nil: all, or nothing is fitted
}

// encodingOf returns the encoding of the files that are committed here: the
// one given, the imported one, or one that fits all files; nil if there is no
// such file. options settles how one is fitted to a file.
func encodingOf(dir string, c *Config, options func(data.TableFormat) data.TableOptions, imported *data.Encoding) (_ *data.Encoding, from fitting, err error) {
	if !slices.ContainsFunc(c.Data, func(d DataConfig) bool { return d.Part == "" }) {
		return nil, from, nil
	}
	if c.Columns.Encoding != "" {
		e, err := readEncoding(within(dir, c.Columns.Encoding))
		if err != nil {
			return nil, from, err
		}
		imported = e
	}
	if imported != nil {
		if len(imported.Attributes) != len(c.Columns.Attributes) {
			var names []string
			for _, a := range imported.Attributes {
				names = append(names, a.Name)
			}
			return nil, from, &fault.Setting{Key: "columns.attributes", Err: fmt.Errorf("%q, the encoding given has %q: %w", c.Columns.Attributes, names, fault.ErrUsage)}
		}
		return imported, from, nil
	}
	var fitted []*data.Encoding
	for _, files := range c.Data {
		if files.Part != "" {
			continue
		}
		path := within(dir, files.File)
		format, err := c.Columns.layout().Table(path, c.Columns.Format)
		if err != nil {
			return nil, from, err
		}
		o := options(format)
		if len(fitted) == 0 && c.Test.Rows > 0 { // the others' normalisation is that of the first
			o.FitOn = func(d *data.Dataset) []int {
				from.rows = c.Test.trainedOn(d)
				return from.rows
			}
		}
		d, err := data.LoadTable(path, o)
		if err != nil {
			return nil, from, err
		}
		fitted, from.whole = append(fitted, d.Source.Encoding), d
		from.remarks = append(from.remarks, d.Source.Remarks...)
	}
	if len(fitted) == 1 {
		return fitted[0], from, nil
	}
	from.whole = nil
	union, err := data.Union(fitted...)
	return union, from, err
}

// constants returns the constant attributes of a [[data]] table.
func (c *Config) constants(i int) []recipe.Constant {
	var list []recipe.Constant
	for _, name := range slices.Sorted(maps.Keys(c.Data[i].Constants)) {
		vocabulary := c.Vocabulary[name]
		if vocabulary == nil {
			found := map[string]bool{}
			for _, other := range c.Data {
				if other.Part == "" {
					found[other.Constants[name]] = true
				}
			}
			vocabulary = slices.Sorted(maps.Keys(found))
		}
		list = append(list, recipe.Constant{Name: name, Value: c.Data[i].Constants[name], Vocabulary: vocabulary})
	}
	return list
}

// maxEncoding bounds a file with an encoding.
const maxEncoding = 64 << 20

// readEncoding reads an encoding from a file of its own, or from a part that
// publishes it.
func readEncoding(path string) (*data.Encoding, error) {
	e, err := encodingIn(path)
	if err != nil {
		return nil, &fault.Setting{Key: "columns.encoding", Err: err}
	}
	return e, nil
}

func encodingIn(path string) (*data.Encoding, error) {
	text, err := artefact.ReadFile(path, maxEncoding)
	if err != nil {
		return nil, err
	}
	if h, err := artefact.DecodeHeader(text); err == nil && h.Kind == bundle.PartKind() {
		part, err := bundle.UnmarshalPart(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if part.Meaning.Encoding == nil {
			return nil, fmt.Errorf("part %s does not publish its encoding (its owner would set publish_encoding): %w", path, fault.ErrInput)
		}
		return part.Meaning.Encoding, nil
	}
	var e data.Encoding
	if err := artefact.CheckJSON(text); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, fmt.Errorf("%s: %w: %v", path, fault.ErrInput, err)
	}
	return &e, nil
}

// tableOptions settles what the target columns are from what the program's loss
// takes.
func tableOptions(c *Config, p *graph.Program, format data.TableFormat) data.TableOptions {
	label := p.Tensor(p.Label)
	o := c.columnOptions(format)
	o.TargetFractionBits, o.Rows, o.Task = label.Format.Fraction, ops.IndexRows(p), data.Regression
	switch {
	case c.Columns.Reconstruct:
		o.Task = data.Unlabelled
	case p.Loss.Labels == graph.OneHot, p.Loss.Labels == graph.Bits && label.Units() > 1 && len(o.Targets) <= 1:
		o.Task, o.TargetFractionBits = data.Classification, 0
	case ops.SequenceClasses(p) > 0:
		o.TargetClasses = ops.SequenceClasses(p)
	}
	return o
}

// columnOptions are the choices of columns, whatever model reads them.
func (c *Config) columnOptions(format data.TableFormat) data.TableOptions {
	o := data.TableOptions{
		TableFormat:       format,
		FractionBits:      c.Formats.Feature,
		Columns:           some(c.Columns.Features),
		Categorical:       c.Columns.Categorical,
		Targets:           some(c.Columns.Targets),
		Classes:           some(c.Columns.Classes),
		Normalise:         normalisationOf(c.Columns.Normalise),
		NormaliseTargets:  normalisationOf(c.Columns.NormaliseTargets),
		Impute:            c.Columns.rule(),
		MissingAsCategory: c.Columns.MissingAsCategory,
	}
	for _, name := range c.Columns.Attributes {
		o.Attributes = append(o.Attributes, data.AttributeColumn{Column: name, Vocabulary: c.Vocabulary[name]})
	}
	return o
}

// some is a list, nil where it is empty.
func some(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

func normalisationOf(s string) data.Normalisation {
	switch s {
	case "minmax":
		return data.NormaliseMinMax
	case "standard":
		return data.NormaliseStandard
	default:
		return data.NormaliseNone
	}
}

// Tabular reports whether the files of rows are tables, whose columns an encoding
// makes numbers of.
func (c *Config) Tabular() bool {
	f, err := c.format()
	return err == nil && f.Table
}
