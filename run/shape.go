package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// Shape is what a model takes and returns that is trained on the rows of a
// configuration.
type Shape struct {
	Input   []int    `json:"input"`   // sizes of a row: units, or those of a picture
	Outputs int      `json:"outputs"` // classes, or values to predict
	Classes []string `json:"classes,omitempty"`
	Rows    int      `json:"rows"`
}

// Measure reads the files of a configuration that names no model and returns the shape
// of their rows. task says what the target is; with data.TaskAuto the first file tells.
// File names are relative to the working directory. Errors are those of package data.
func Measure(c *Config, task data.Task) (*Shape, error) {
	fallback(&c.Formats.Feature, network.DefaultFormats().Feature)
	if err := c.completeColumns("standard"); err != nil {
		return nil, err
	}
	format, err := c.format()
	if err != nil {
		return nil, err
	}
	var s *Shape
	if format.Table {
		s, err = c.measureTable(task)
	} else {
		s, err = c.measureArrays(format, task)
	}
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	if c.Columns.Reconstruct {
		s.Outputs, s.Classes = product(s.Input), nil
	}
	return s, nil
}

func product(sizes []int) int {
	n := 1
	for _, size := range sizes {
		n *= size
	}
	return n
}

func (c *Config) measureTable(task data.Task) (*Shape, error) {
	options := func(f data.TableFormat) data.TableOptions {
		o := c.columnOptions(f)
		o.TargetFractionBits = o.FractionBits
		if o.Task = task; c.Columns.Reconstruct {
			o.Task = data.Unlabelled
		}
		return o
	}
	e, from, err := encodingOf(".", c, options, nil)
	if err != nil {
		return nil, err
	}
	s := &Shape{}
	for _, files := range c.Data {
		rows := from.whole
		if rows == nil {
			r := recipe.Recipe{Format: c.Columns.Format, Encoding: e, Layout: c.Columns.layout().Told()}
			if rows, err = r.Read(files.File, ""); err != nil {
				return nil, err
			}
		}
		s.Input, s.Outputs, s.Classes = rows.Shape, rows.Labels.Width(), rows.Labels.Classes
		s.Rows += rows.Rows
	}
	return s, nil
}

func (c *Config) measureArrays(format data.Format, task data.Task) (*Shape, error) {
	if task == data.Regression {
		return nil, fmt.Errorf("labels of %s are classes: %w", format.Name, fault.ErrUsage)
	}
	vocabulary, err := c.classesWithin(".", format)
	if err != nil {
		return nil, err
	}
	s := &Shape{}
	for _, files := range c.Data {
		if format.Labels == data.LabelsBeside && files.Labels == "" && !c.Columns.Reconstruct {
			return nil, fault.Advise(fmt.Errorf("%s: %s rows with classes have a file of labels: %w", files.File, format.Name, fault.ErrUsage), "give it by %s", "data.labels")
		}
		rows, err := data.LoadArrays(format.Name, files.File, files.Labels, data.ArrayOptions{FractionBits: c.Formats.Feature, Vocabulary: vocabulary, Unlabelled: c.Columns.Reconstruct})
		if err != nil {
			return nil, err
		}
		if s.Input != nil && fmt.Sprint(s.Input) != fmt.Sprint(rows.Shape) {
			return nil, fmt.Errorf("%s: rows of %v, those of %s have %v: %w", files.File, rows.Shape, c.Data[0].File, s.Input, fault.ErrInput)
		}
		s.Input, s.Rows = rows.Shape, s.Rows+rows.Rows
		if n := rows.Labels.Width(); n > s.Outputs {
			s.Outputs, s.Classes = n, rows.Labels.Classes
		}
	}
	return s, nil
}
