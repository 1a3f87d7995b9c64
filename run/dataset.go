package run

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/train"
)

// dataset holds the rows of a run, by part.
type dataset struct {
	train, test          []*data.Dataset // test: nil for imported parts, or where none are asked for
	recipes, testRecipes []*recipe.Recipe
	imported             []*imported    // nil where a part is committed here
	encoding             *data.Encoding // of csv files
	remarks              []error        // what their owner should know of files that an encoding is fitted to
	fitted               []int          // rows of the first part that normalisation is fitted on; nil: nothing is fitted here
}

// imported is a part that its owner has committed.
type imported struct {
	file    *bundle.PartFile
	opening *owner.PartOpening
}

// publicFile is the public side of a part that its owner has committed; nil of nil.
func (i *imported) publicFile() *bundle.PartFile {
	if i == nil {
		return nil
	}
	return i.file
}

// readDataset reads all parts in the formats that the program asks for, and
// splits those that are committed here.
func readDataset(dir string, c *Config, p *graph.Program) (*dataset, error) {
	d := &dataset{}
	if err := d.readImported(dir, c); err != nil {
		return nil, err
	}
	list, from, err := recipes(dir, c, p, d.encoding)
	if err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	d.fitted, d.remarks = from.rows, from.remarks
	var all []*data.Dataset
	for i, files := range c.Data {
		r := list[i]
		if d.imported[i] != nil {
			r = &d.imported[i].opening.Recipe
		} else if d.encoding == nil {
			d.encoding = r.Encoding
		}
		part, err := readPart(dir, files, r, from.whole)
		if err != nil {
			return nil, fmt.Errorf("data: %w", err)
		}
		if err := train.Fits(p, part); err != nil {
			return nil, fmt.Errorf("data %s: %w", within(dir, files.File), misfit(err, p, part))
		}
		if len(all) > 0 && !slices.Equal(part.Labels.Classes, all[0].Labels.Classes) {
			return nil, fault.Advise(fmt.Errorf("data %s: its classes are not those of %s, in this order: %w", within(dir, files.File), within(dir, c.Data[0].File), fault.ErrInput), "list all of them by %s, for every owner alike", "columns.classes")
		}
		all, d.recipes = append(all, part), append(d.recipes, r)
	}
	return d, d.split(all, &c.Test)
}

// misfit adds to an error about rows that do not fit the model what does: columns,
// or a model that zkaudit model makes.
func misfit(err error, p *graph.Program, rows *data.Dataset) error {
	features, labels := rows.Width != p.Tensor(p.Input).Units(), rows.Labels.Width() != p.Tensor(p.Label).Units()
	if !features && !labels {
		return err
	}
	outputs := rows.Labels.Width()
	if outputs < 1 {
		return err
	}
	units := "none"
	var hidden []string
	for i := range p.Tensors {
		if t := &p.Tensors[i]; (t.Role == graph.Weight || t.Role == graph.Frozen) && len(t.Axes) == 2 {
			hidden = append(hidden, strconv.Itoa(t.Axes[1].Size))
		}
	}
	if len(hidden) > 1 {
		units = strings.Join(hidden[:len(hidden)-1], ",")
	}
	makes := fmt.Sprintf("zkaudit model FILE --inputs %d --dense %s --outputs %d", rows.Width, units, outputs)
	if features {
		return fault.Advise(err, "choose columns by %s, or make a model that fits: "+makes, "columns.features")
	}
	return fault.Advise(err, "name the classes by %s or the columns by %s, or make a model that fits: "+makes, "columns.classes", "columns.targets")
}

// readPart reads one part, or takes the rows that are read already: whole, of
// the only file that is committed here.
func readPart(dir string, files DataConfig, r *recipe.Recipe, whole *data.Dataset) (*data.Dataset, error) {
	if whole != nil && files.Part == "" {
		return r.Finish(whole)
	}
	labels := files.Labels
	if labels != "" {
		labels = within(dir, labels)
	}
	return r.Read(within(dir, files.File), labels)
}

// split divides the parts into rows to train on and rows to test on. Imported
// parts are trained on whole, and so are the rows that normalisation is fitted
// on: those that it makes equal to others take them along.
func (d *dataset) split(all []*data.Dataset, c *TestConfig) error {
	sides := map[[32]byte]bool{} // by row: held out
	for i, part := range all {
		for row := range part.Rows {
			if d.imported[i] != nil && c.GroupDuplicates {
				sides[rowKey(part, row)] = false
			}
		}
	}
	for _, row := range d.fitted {
		if c.GroupDuplicates {
			sides[rowKey(all[0], row)] = false
		}
	}
	for i, part := range all {
		var kept, held []int
		if d.imported[i] == nil && c.Rows > 0 {
			if c.Rows >= part.Rows {
				return fault.Advise(fmt.Errorf("part %d: %d rows held out of %d: %w", i, c.Rows, part.Rows, fault.ErrUsage), "lower %s", "test.rows")
			}
			if kept, held = holdOut(part, c, sides); len(kept) == 0 || len(held) == 0 {
				return fault.Advise(fmt.Errorf("part %d: %d rows would be trained on and %d held out, since equal rows stay together: %w", i, len(kept), len(held), fault.ErrUsage),
					"hold out another number by %s, or set %s to false", "test.rows", "test.group_duplicates")
			}
		}
		rows, err := part.Select(kept)
		if err != nil {
			return err
		}
		var test *data.Dataset
		if len(held) > 0 {
			if test, err = part.Select(held); err != nil {
				return err
			}
		}
		r := d.recipes[i]
		d.train, d.test, d.testRecipes = append(d.train, rows), append(d.test, test), append(d.testRecipes, r.Of(held))
		if kept != nil {
			d.recipes[i] = r.Of(kept)
		}
	}
	return nil
}

// trainedOn chooses the rows of the first part that normalisation is fitted on,
// as far as they can be told from an encoding fitted on all rows: rows that are
// equal in the file are equal in any encoding, and stay on one side.
func (c *TestConfig) trainedOn(d *data.Dataset) []int {
	kept, held := holdOut(d, c, map[[32]byte]bool{})
	if len(kept) == 0 || len(held) == 0 { // split says so, or all are trained on
		return nil
	}
	return kept
}

// holdOut chooses the rows of a part that are held out. sides tells, by row,
// where equal rows of this and earlier parts are, so that about as many as
// asked for are held out: exactly as many where no two are equal.
func holdOut(d *data.Dataset, c *TestConfig, sides map[[32]byte]bool) (kept, held []int) {
	n, t := d.Rows, c.Rows
	for row, next := 0, 0; row < n; row++ {
		hold := row >= n-t
		if c.From != "end" {
			if hold = next < t && row == next*n/t; hold {
				next++
			}
		}
		if c.GroupDuplicates {
			key := rowKey(d, row)
			if side, known := sides[key]; known {
				hold = side
			} else {
				sides[key] = hold
			}
		}
		if hold {
			held = append(held, row)
		} else {
			kept = append(kept, row)
		}
	}
	return kept, held
}

// trained returns the number of rows to train on of each part.
func (d *dataset) trained() []int {
	rows := make([]int, len(d.train))
	for i, part := range d.train {
		rows[i] = part.Rows
	}
	return rows
}

// rowKey is the same for rows with equal features.
func rowKey(d *data.Dataset, row int) [32]byte {
	var b []byte
	for _, cell := range d.Row(row) {
		b = binary.LittleEndian.AppendUint16(b, uint16(cell))
	}
	return sha256.Sum256(b)
}

// held returns all rows held out, or nil.
func (d *dataset) held() (*data.Dataset, error) {
	var parts []*data.Dataset
	for _, part := range d.test {
		if part != nil {
			plain := *part
			plain.Attributes = nil // nothing that training reads
			parts = append(parts, &plain)
		}
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return data.Concat(parts...)
}
