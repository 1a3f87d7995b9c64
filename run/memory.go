package run

import (
	"errors"
	"fmt"
	"iter"
	"sort"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// cellBytes are those of a cell of rows, as they are read and as they are
// committed.
const cellBytes = 4

// addRows counts rows that are read.
func addRows(need *memory.Need, d *data.Dataset) {
	need.Add("rows", int64(d.Rows), int64(d.Width+d.Labels.Width()+len(d.Attributes))*cellBytes)
}

// addPart counts the cells of a part's tensors, as they are committed.
func addPart(need *memory.Need, shape segment.PartShape) {
	cells := 0
	for _, width := range []int{shape.Features, shape.Labels, max(1, shape.Attributes)} {
		cells += ops.PaddedSize([]relation.Axis{{Size: shape.Rows}, {Size: width}})
	}
	need.Add("committed cells", int64(cells), cellBytes)
}

// certificateLayouts are those of the proofs of a part's certificate, one for each chunk.
func certificateLayouts(shape segment.PartShape, m mode.Name, rowBits int) ([]*proof.Layout, error) {
	chunks, err := segment.Chunks(shape, rowBits)
	if err != nil {
		return nil, err
	}
	var layouts []*proof.Layout
	for _, chunk := range chunks {
		c, err := segment.NewDatasetCertificate(shape, chunk)
		if err != nil {
			return nil, err
		}
		l, err := proof.NewLayout(c.Relation, rowBits, m.ZeroKnowledge())
		if err != nil {
			return nil, err
		}
		layouts = append(layouts, l)
	}
	return layouts, nil
}

// certifying estimates what committing to a part and certifying it takes: one
// chunk after the other.
func certifying(shape segment.PartShape, m mode.Name, rowBits int) (*memory.Need, error) {
	layouts, err := certificateLayouts(shape, m, rowBits)
	if err != nil {
		return nil, err
	}
	largest := &memory.Need{}
	for _, l := range layouts {
		if need := proving.Memory(m, l); need.Bytes() > largest.Bytes() {
			largest = need
		}
	}
	addPart(largest, shape)
	return largest, nil
}

// readingBytes is how much memory reading takes for each byte of a table: its
// cells as text, as numbers, and as integers. Half a million rows of eleven
// numbers of seven bytes take 7.
const readingBytes = 8

// FitsReading returns fault.ErrResources unless reading the tables of a
// configuration in a directory fits.
func FitsReading(dir string, c *Config, limit memory.Limit) error {
	need := &memory.Need{}
	for name, bytes := range tableBytes(dir, c) {
		need.Add(fmt.Sprintf("the table %s", fault.Quote(name)), bytes, readingBytes)
	}
	return need.Within("reading the data", limit, "leave out rows, or divide them into several runs")
}

// tableBytes gives the length of the files of rows, unpacked, up to one that cannot be
// read: whoever reads it says what is wrong with it.
func tableBytes(dir string, c *Config) iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for _, files := range c.Data {
			for _, name := range []string{files.File, files.Labels} {
				if name == "" {
					continue
				}
				bytes, err := data.UnpackedBytes(within(dir, name))
				if err != nil || !yield(name, bytes) {
					return
				}
			}
		}
	}
}

// fitsTraining returns fault.ErrResources unless training fits: every tensor of a
// step, and what the weights were and become.
func (d *Directory) fitsTraining(j *Job) error {
	return j.trainingNeed().Within(fmt.Sprintf("training with batches of %d rows", j.Run.Program.Batch), d.memory, "smaller batches (training.batch), or a smaller model, would take less")
}

// trainingNeed is what training takes.
func (j *Job) trainingNeed() *memory.Need {
	need := &memory.Need{}
	j.rows.addMemory(need)
	step, weights := int64(0), int64(0)
	p := j.Run.Program
	held := ops.Held(p)
	for i := range p.Tensors {
		t := &p.Tensors[i]
		if held[i] {
			step += int64(t.Size())
		}
		if t.Role == graph.Weight || t.Role == graph.Frozen {
			weights += int64(t.Size())
		}
	}
	need.Add("a training step", step, 8)
	need.Add("weights", weights, 3*8)
	if m := p.Optimizer.Momentum; m != nil {
		need.Add("gradients that a momentum keeps", weights, 8*int64(min(len(m.Response), m.Restart)+1))
	}
	if p.Optimizer.Decay != nil {
		need.Add("what weights lose", weights, 8)
	}
	return need
}

// fitsCommit returns fault.ErrResources, with a number of rows that would fit,
// unless committing to each of the pieces fits.
func (d *Directory) fitsCommit(rows *dataset, pieces []piece, kind graph.LabelKind) error {
	m, rowBits := mode.Name(d.Config.Proof.Mode), d.Config.Proof.RowBits
	for _, p := range pieces {
		shape := owner.ShapeOf(p.rows, kind)
		need := func(n int) (*memory.Need, error) {
			shape.Rows = n
			if p.imported != nil {
				need := &memory.Need{}
				addPart(need, shape)
				return need, nil
			}
			return certifying(shape, m, rowBits)
		}
		all, err := need(p.rows.Rows)
		if err != nil {
			return err
		}
		rows.addMemory(all)
		work := fmt.Sprintf("committing to %s, %d rows of %d features,", p.name, p.rows.Rows, p.rows.Width)
		err = all.Within(work, d.memory, d.fittingRows(need, p.rows.Rows))
		if err != nil {
			return err
		}
	}
	return nil
}

// fittingRows says how many rows of a part would fit, a power of two.
func (d *Directory) fittingRows(need func(rows int) (*memory.Need, error), rows int) string {
	for n := ops.PaddedSize([]relation.Axis{{Size: rows}}) / 2; n >= 1; n /= 2 {
		if part, err := need(n); err == nil && part.Within("", d.memory, "") == nil {
			return fmt.Sprintf("a run with parts of up to %d rows would fit", n)
		}
	}
	return "no part fits"
}

// addMemory counts the rows of all parts.
func (r *dataset) addMemory(need *memory.Need) {
	for _, list := range [][]*data.Dataset{r.train, r.test} {
		for _, rows := range list {
			if rows != nil {
				addRows(need, rows)
			}
		}
	}
}

// fitsProving returns fault.ErrResources, with the steps that would fit, unless
// proving a segment fits.
func (d *Directory) fitsProving(j *Job) error {
	if d.memory.Bytes == 0 {
		return nil
	}
	s, err := d.Config.segmenting(j.model, j.rows.trained())
	if err != nil {
		return err
	}
	all, err := s.need(j.Run.Segment, j.rows)
	if err != nil || all.Within("", d.memory, "") == nil {
		return err
	}
	fits := "no segment fits"
	if n := s.longestWithin(j.Run.Segment, j.rows, d.memory); n > 0 {
		fits = fmt.Sprintf("training.segment_steps = %d would fit, for which zkaudit train --restart trains again", n)
	}
	return all.Within(fmt.Sprintf("proving segments of %d steps", j.Run.Segment), d.memory, fits)
}

// need is what proving a segment of so many steps takes beside rows.
func (s *segmenting) need(steps int, rows *dataset) (*memory.Need, error) {
	l, err := s.layout(steps)
	if err != nil {
		return nil, err
	}
	need := proving.Memory(s.mode, l)
	rows.addMemory(need)
	return need, nil
}

// divisorsTried bounds how many lengths are tried below one that fits, for one that
// momentum and decay allow.
const divisorsTried = 64

// longestWithin returns the steps of the longest segment that is shorter than steps, fits
// a limit, and may be chosen; 0 if there is none. What a segment needs grows with it.
func (s *segmenting) longestWithin(steps int, rows *dataset, limit memory.Limit) int {
	tooLong := func(n int) bool { // not: that no segment may have so many steps
		need, err := s.need(n, rows)
		return errors.Is(err, fault.ErrResources) || err == nil && need.Within("", limit, "") != nil
	}
	longest := sort.Search(steps-1, func(n int) bool { return tooLong(n + 1) })
	for n := longest; n > 0 && n > longest-divisorsTried; n-- {
		if s.check(n) == nil && !tooLong(n) {
			return n
		}
	}
	return 0
}
