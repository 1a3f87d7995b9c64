package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/train"
)

// smallFiles is room for what a stage writes beside what is counted: records, texts,
// headers, and that files fill whole blocks.
const smallFiles = 1 << 20

// rowBytes are those of a committed row with what blinds it.
const rowBytes = commitments.PointBytes + commitments.ScalarBytes

// fitsDisk returns fault.ErrResources, with the need, what is left and the way out,
// unless work that writes so many bytes to the run directory fits there. Where the
// system does not tell what is left, it fits.
func (d *Directory) fitsDisk(work string, bytes int64, way string) error {
	return fitsSpace(d.space, d.Path, d.Path, work, bytes, way)
}

// fitsSpace is fitsDisk for what is written to a directory that is made within another
// one, at, or is that one.
func fitsSpace(space artefact.Space, dir, at, work string, bytes int64, way string) error {
	left, known := space(at)
	if !known || bytes <= left {
		return nil
	}
	return fmt.Errorf("%s writes about %s to %s, whose file system has %s left: make room there, or %s: %w",
		work, memory.Format(bytes), fault.Quote(dir), memory.Format(left), way, fault.ErrResources)
}

// trainingFits asks for the checkpoints that are not there yet, and for the model,
// which has an integer and a float for each weight.
func (d *Directory) trainingFits(j *Job) error {
	checkpoints := train.NewCheckpoints(d.file(trainDir), j.Run)
	last, err := checkpoints.Last()
	if err != nil {
		return err
	}
	cells := int64(0)
	for _, id := range network.WeightTensors(j.Run.Program) {
		cells += int64(j.Run.Program.Tensor(id).Size())
	}
	missing := int64(j.Run.Segments() - last)
	return d.fitsDisk(fmt.Sprintf("training with a checkpoint after each of %d segments", j.Run.Segments()),
		missing*checkpoints.FileBytes()+cells*(8+4)+smallFiles, "have fewer of them by a larger training.segment_steps")
}

// committingFits asks for commitments to the rows, what opens them, and certificates.
func (d *Directory) committingFits(pieces []piece) error {
	const numberBytes = 12 // of a row, in the opening's list of those that are committed
	bytes := int64(smallFiles)
	for _, p := range pieces {
		cells := 0
		for _, width := range []int{p.rows.Width, p.rows.Labels.Width(), len(p.rows.Attributes)} {
			cells += 4*p.rows.Rows*width + 1<<d.Config.Proof.RowBits // padding at most doubles rows, and widths
		}
		bytes += int64(cells>>d.Config.Proof.RowBits)*rowBytes + numberBytes*int64(p.rows.Rows) + smallFiles
	}
	return d.fitsDisk("committing to the dataset", bytes, "commit to fewer rows")
}

// provingFits asks for the proofs of all segments, each in a file of its own and in
// the bundle, and for the weights between them with what blinds them.
func (d *Directory) provingFits(j *Job) error {
	s, err := d.Config.segmenting(j.model, j.rows.trained())
	if err != nil {
		return err
	}
	l, err := s.layout(j.Run.Segment)
	if err != nil {
		return err
	}
	p := j.Run.Program
	border, initial := int64(0), int64(0)
	for _, id := range network.WeightTensors(p) {
		rows := int64(bundle.CommittedRows(s.rowBits, p.Tensor(id).Axes...))
		if initial += int64(p.Tensor(id).Size()) * 8; p.Tensor(id).Role == graph.Weight {
			border += 2 * rows * rowBytes
		}
	}
	// Proofs of the other modes are no longer than this: their messages take at most
	// twice what they do in the clear.
	proof := 2 * int64(2*statement.Size(l, j.Setup.Kind)+artefact.Overhead)
	segments := int64(j.Run.Segments())
	return d.fitsDisk(fmt.Sprintf("proving %d segments", segments), segments*(proof+border)+border+initial+smallFiles, "prove elsewhere, on a copy of the directory")
}
