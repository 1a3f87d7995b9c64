package run

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Recipe says how the rows of a file become the integers of a part: what its
// owner keeps beside the file, to show later that these are the committed rows.
// It is private: normalisation and the choice of rows tell of the data.
type Recipe struct {
	Format       string         `json:"format"` // "csv" or "idx"
	Header       string         `json:"header,omitempty"`
	Separator    string         `json:"separator,omitempty"`     // csv, as data.ParseSeparator takes it; "": that of the encoding
	DecimalComma string         `json:"decimal_comma,omitempty"` // csv: "yes", "no"; "": as the encoding
	Encoding     *data.Encoding `json:"encoding,omitempty"`      // csv
	FractionBits int            `json:"fraction_bits,omitempty"` // idx
	Classes      int            `json:"classes,omitempty"`       // idx: of its labels, if it has a file of them
	Reconstruct  bool           `json:"reconstruct,omitempty"`   // the targets are the features
	Constants    []Constant     `json:"constants,omitempty"`
	Rows         []int          `json:"rows,omitempty"` // of the file, from 0; nil: all
}

// Constant is an attribute with one value for all rows of a part.
type Constant struct {
	Name       string   `json:"name"`
	Value      string   `json:"value"`
	Vocabulary []string `json:"vocabulary"`
}

// Read reads a part from its file, and its labels from another for idx. Errors
// are those of package data.
func (r *Recipe) Read(file, labels string) (*data.Dataset, error) {
	d, err := r.read(file, labels)
	if err != nil {
		return nil, err
	}
	return r.finish(d)
}

func (r *Recipe) read(file, labels string) (*data.Dataset, error) {
	switch {
	case r.Format == "idx":
		o := data.IDXOptions{FractionBits: r.FractionBits, Classes: r.Classes}
		if (r.Classes > 0) != (labels != "") {
			return nil, fault.Advise(fmt.Errorf("%s: idx rows with classes have a file of labels, and others none: %w", file, fault.ErrUsage), "give it by %s", "data.labels")
		}
		return data.LoadIDX(file, labels, o)
	case r.Format == "csv" && r.Encoding != nil:
		format, err := (&ColumnConfig{Header: r.Header, Separator: r.Separator, DecimalComma: r.DecimalComma}).format(file)
		if err != nil {
			return nil, fault.Recast(err, fault.ErrMalformed)
		}
		return data.LoadCSVAs(file, format, r.Encoding)
	}
	return nil, fmt.Errorf("rows of format %q without an encoding: %w", r.Format, fault.ErrMalformed)
}

// finish makes the part from all rows of the file.
func (r *Recipe) finish(d *data.Dataset) (*data.Dataset, error) {
	if r.Reconstruct {
		d = d.Reconstruction()
	}
	var err error
	for _, c := range r.Constants {
		if d, err = d.WithConstant(c.Name, c.Value, c.Vocabulary); err != nil {
			return nil, err
		}
	}
	return selected(d, r.Rows)
}

// of returns the recipe of some rows; nil means all.
func (r *Recipe) of(rows []int) *Recipe {
	some := *r
	some.Rows = rows
	return &some
}

// selected returns the given rows, in memory shared with d if they are
// neighbours; nil means all. Errors wrap fault.ErrInput.
func selected(d *data.Dataset, rows []int) (*data.Dataset, error) {
	if rows == nil {
		return d, nil
	}
	for i, row := range rows {
		if row < 0 || row >= d.Rows {
			return nil, fmt.Errorf("there is no row %d: rows are numbered from 0 to %d: %w", row, d.Rows-1, fault.ErrInput)
		}
		if i > 0 && row <= rows[i-1] {
			return nil, fmt.Errorf("row %d behind row %d is out of order: %w", row, rows[i-1], fault.ErrInput)
		}
	}
	if n := len(rows); n > 0 && rows[n-1]-rows[0] == n-1 {
		return d.Slice(rows[0], rows[0]+n)
	}
	return pick(d, rows), nil
}

// pick returns the given rows in new memory.
func pick(d *data.Dataset, rows []int) *data.Dataset {
	out := *d
	out.Rows = len(rows)
	out.Features, out.Labels.Class, out.Labels.Values = nil, nil, nil
	out.Attributes = slices.Clone(d.Attributes)
	for k := range out.Attributes {
		out.Attributes[k].Codes = nil
	}
	for _, row := range rows {
		out.Features = append(out.Features, d.Row(row)...)
		switch d.Labels.Kind {
		case data.OneHot:
			out.Labels.Class = append(out.Labels.Class, d.Labels.Class[row])
		case data.Values:
			n := d.Labels.Targets
			out.Labels.Values = append(out.Labels.Values, d.Labels.Values[row*n:(row+1)*n]...)
		}
		for k := range out.Attributes {
			out.Attributes[k].Codes = append(out.Attributes[k].Codes, d.Attributes[k].Codes[row])
		}
	}
	return &out
}

// recipes returns the recipes of the parts that are committed here, by
// [[data]] table, nil for those that are imported. encoding is that of the
// imported ones, or nil.
func recipes(dir string, c *Config, p *graph.Program, encoding *data.Encoding) (list []*Recipe, from fitting, err error) {
	base := Recipe{Format: c.Columns.Format, Reconstruct: c.Columns.Reconstruct}
	switch {
	case c.Columns.Format == "idx":
		if base.FractionBits = c.Formats.Feature; !c.Columns.Reconstruct {
			base.Classes = p.Tensor(p.Label).Units()
		}
		if len(c.Columns.Attributes) > 0 {
			return nil, from, &fault.Setting{Key: "columns.attributes", Err: fmt.Errorf("idx has no columns; constants it may have: %w", fault.ErrUsage)}
		}
	default:
		base.Header = c.Columns.Header
		base.Separator, base.DecimalComma = told(c.Columns.Separator), told(c.Columns.DecimalComma)
		if base.Encoding, from, err = encodingOf(dir, c, p, encoding); err != nil {
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

// told is a setting of a file's layout, "" if the file tells.
func told(setting string) string {
	if setting == autoLayout {
		return ""
	}
	return setting
}

// fitting is what an encoding was fitted on here, if it was.
type fitting struct {
	remarks []error
	whole   *data.Dataset // the only file, read already; nil where there are several
	rows    []int         // of the first file, that normalisation is fitted on; nil: all, or nothing is fitted
}

// encodingOf returns the encoding of the files that are committed here: the
// one given, the imported one, or one that fits all files; nil if there is no
// such file.
func encodingOf(dir string, c *Config, p *graph.Program, imported *data.Encoding) (_ *data.Encoding, from fitting, err error) {
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
		format, err := c.Columns.format(path)
		if err != nil {
			return nil, from, err
		}
		o := csvOptions(c, p, format)
		if len(fitted) == 0 && c.Test.Rows > 0 { // the others' normalisation is that of the first
			o.FitOn = func(d *data.Dataset) []int {
				from.rows = c.Test.trainedOn(d)
				return from.rows
			}
		}
		d, err := data.LoadCSV(path, o)
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
func (c *Config) constants(i int) []Constant {
	var list []Constant
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
		list = append(list, Constant{Name: name, Value: c.Data[i].Constants[name], Vocabulary: vocabulary})
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
