package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/train"
)

// dataset holds the rows of a run, by part.
type dataset struct {
	train []*data.Dataset
	test  []*data.Dataset // nil entries where a part holds none out
}

// readDataset reads all parts in the formats that the program asks for.
func readDataset(dir string, c *Config, p *graph.Program) (*dataset, error) {
	d := &dataset{}
	var first *data.Dataset
	for i, files := range c.Data {
		part, err := readPart(dir, c, p, files, first)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		if first == nil {
			first = part
		}
		if c.Columns.Reconstruct {
			part = part.Reconstruction()
		}
		if err := train.Fits(p, part); err != nil {
			return nil, fmt.Errorf("data %s: %w", within(dir, files.File), err)
		}
		kept, held, err := holdOut(part, &c.Test)
		if err != nil {
			return nil, fmt.Errorf("part %d: %w", i, err)
		}
		d.train, d.test = append(d.train, kept), append(d.test, held)
	}
	return d, nil
}

// readPart reads one part; parts after the first take its encoding.
func readPart(dir string, c *Config, p *graph.Program, files DataConfig, first *data.Dataset) (*data.Dataset, error) {
	path := within(dir, files.File)
	if c.Columns.Format == "idx" {
		o, labels := data.IDXOptions{FractionBits: c.Formats.Feature}, ""
		if files.Labels != "" && !c.Columns.Reconstruct {
			o.Classes, labels = p.Tensor(p.Label).Units(), within(dir, files.Labels)
		}
		return data.LoadIDX(path, labels, o)
	}
	format := data.CSVFormat{Name: path, Header: headerOf(c.Columns.Header)}
	if first != nil {
		return data.LoadCSVAs(path, format, first.Source.Encoding)
	}
	return data.LoadCSV(path, csvOptions(c, p, format))
}

// csvOptions settles what the target columns are from what the program's loss
// takes.
func csvOptions(c *Config, p *graph.Program, format data.CSVFormat) data.CSVOptions {
	label := p.Tensor(p.Label)
	o := data.CSVOptions{
		CSVFormat:          format,
		FractionBits:       c.Formats.Feature,
		TargetFractionBits: label.Format.Fraction,
		Columns:            c.Columns.Features,
		Categorical:        c.Columns.Categorical,
		Targets:            c.Columns.Targets,
		Classes:            c.Columns.Classes,
		Normalise:          normalisationOf(c.Columns.Normalise),
		NormaliseTargets:   normalisationOf(c.Columns.NormaliseTargets),
		Task:               data.Regression,
	}
	switch {
	case c.Columns.Reconstruct:
		o.Task = data.Unlabelled
	case p.Loss.Labels == graph.OneHot, p.Loss.Labels == graph.Bits && label.Units() > 1 && len(o.Targets) <= 1:
		o.Task, o.TargetFractionBits = data.Classification, 0
	}
	if len(o.Columns) == 0 {
		o.Columns = nil
	}
	if len(o.Targets) == 0 {
		o.Targets = nil
	}
	if len(o.Classes) == 0 {
		o.Classes = nil
	}
	return o
}

func headerOf(s string) data.Header {
	switch s {
	case "yes":
		return data.HeaderYes
	case "no":
		return data.HeaderNo
	default:
		return data.HeaderAuto
	}
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

// holdOut splits a part into rows to train on and rows to test on.
func holdOut(d *data.Dataset, c *TestConfig) (kept, held *data.Dataset, err error) {
	n, t := d.Rows, c.Rows
	switch {
	case t == 0:
		return d, nil, nil
	case t >= n:
		return nil, nil, fmt.Errorf("%d rows held out of %d: %w", t, n, fault.ErrUsage)
	case c.From == "end":
		return d.Split(n-t, t)
	}
	var keep, hold []int
	for row, next := 0, 0; row < n; row++ {
		if next < t && row == next*n/t {
			hold = append(hold, row)
			next++
			continue
		}
		keep = append(keep, row)
	}
	return pick(d, keep), pick(d, hold), nil
}

// pick returns the given rows in new memory.
func pick(d *data.Dataset, rows []int) *data.Dataset {
	out := *d
	out.Rows = len(rows)
	out.Features, out.Labels.Class, out.Labels.Values = nil, nil, nil
	for _, row := range rows {
		out.Features = append(out.Features, d.Row(row)...)
		switch d.Labels.Kind {
		case data.OneHot:
			out.Labels.Class = append(out.Labels.Class, d.Labels.Class[row])
		case data.Values:
			n := d.Labels.Targets
			out.Labels.Values = append(out.Labels.Values, d.Labels.Values[row*n:(row+1)*n]...)
		}
	}
	return &out
}

// held returns all rows held out, or nil.
func (d *dataset) held() (*data.Dataset, error) {
	var parts []*data.Dataset
	for _, part := range d.test {
		if part != nil {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return data.Concat(parts...)
}
