package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/train"
)

// Job is what training and proving share: everything that run.toml and the
// committed dataset decide.
type Job struct {
	Run          *train.Run
	Setup        *commitments.Setup
	Parts        []*owner.Part
	Certificates [][]byte // of the parts

	model    *model
	from     *continued // nil: the run continues none
	rows     *dataset
	spec     schedule.Spec
	schedule *schedule.Schedule
}

// Job reads model, data and commitments and settles the run.
func (d *Directory) Job() (*Job, error) {
	j := &Job{}
	var err error
	if j.model, err = d.readModel(); err != nil {
		return nil, err
	}
	if err := j.model.checkTrainable(); err != nil {
		return nil, err
	}
	if _, j.rows, err = d.read(); err != nil {
		return nil, err
	}
	if j.Setup, err = d.Setup(); err != nil {
		return nil, err
	}
	if j.from, err = d.continues(); err != nil {
		return nil, err
	}
	if j.from != nil {
		if err := j.from.fits(j.model, d.Mode(), j.Setup); err != nil {
			return nil, err
		}
	}
	if j.Parts, j.Certificates, err = d.loadParts(j.rows, j.model, j.Setup); err != nil {
		return nil, err
	}
	return j, j.settle(d.Config)
}

// settle derives the schedule and the run.
func (j *Job) settle(c *Config) error {
	var err error
	if j.spec, err = specOf(c, committedRows(publicParts(j.Parts), j.Setup.ID, j.Setup.RowBits)); err != nil {
		return err
	}
	if j.schedule, err = schedule.New(j.spec); err != nil {
		return err
	}
	encoded, err := j.spec.MarshalBinary()
	if err != nil {
		return err
	}
	if j.Run, err = newRun(c, j.model, j.rows, j.schedule); err != nil {
		return err
	}
	j.Run.Data = j.dataDigest(encoded)
	return nil
}

// newRun derives the run of a model on rows in the order of a schedule; its Data is to be
// set.
func newRun(c *Config, m *model, rows *dataset, order *schedule.Schedule) (*train.Run, error) {
	p, spec := m.program(), order.Spec()
	if err := c.weighs(rows.train); err != nil {
		return nil, err
	}
	source, err := train.NewScheduledRows(p, order, rows.train...)
	if err != nil {
		return nil, err
	}
	initial, err := m.initialWeights(&c.Initial)
	if err != nil {
		return nil, err
	}
	rates, err := c.ratesOf(m.rates, spec)
	if err != nil {
		return nil, err
	}
	r := &train.Run{Program: p, Rates: rates, Segment: min(c.Training.SegmentSteps, spec.Steps), Initial: initial, Rows: source}
	if err := ops.CheckBounds(p, initialBits(initial), int64(spec.Steps)); err != nil {
		return nil, err
	}
	return r, r.Check()
}

// dataDigest identifies the rows of all steps: the commitments and the order.
func (j *Job) dataDigest(spec []byte) [32]byte {
	h := encode.NewHash("zkaudit/run/data/v2")
	h.Int(len(j.Parts))
	for _, part := range j.Parts {
		digest := part.Digest(j.Setup.ID, j.Setup.RowBits)
		h.Fixed(digest[:])
	}
	h.Bytes(spec)
	return h.Sum()
}

// ordered are rows to be put in an order: how many each part has, and by what digest its
// commitment is known.
type ordered struct {
	rows    schedule.Parts
	digests [][32]byte
}

// committedRows are those of parts.
func committedRows(parts []*bundle.PublicPart, setup [32]byte, rowBits int) (o ordered) {
	for _, part := range parts {
		o.rows, o.digests = append(o.rows, part.Rows), append(o.digests, part.Digest(setup, rowBits))
	}
	return o
}

// specOf returns the schedule that run.toml asks for.
func specOf(c *Config, o ordered) (schedule.Spec, error) {
	spec := schedule.Spec{Batch: c.Training.Batch, Steps: c.Training.Steps, Parts: o.rows}
	if c.Schedule.Tail == schedule.Wrap.String() {
		spec.Tail = schedule.Wrap
	}
	if c.Schedule.Order == schedule.Shuffled.String() {
		spec.Order, spec.Seed, spec.Commitments = schedule.Shuffled, c.Schedule.Seed, o.digests
	}
	var err error
	if spec.Without, err = c.without(spec.Parts); err != nil {
		return spec, err
	}
	if rows := spec.EpochRows(); spec.Batch > rows {
		return spec, fmt.Errorf("training.batch is %d, there are %d rows to train on: %w", spec.Batch, rows, fault.ErrUsage)
	}
	if spec.Steps == 0 {
		spec.Steps = spec.StepsFor(c.Training.Epochs)
	}
	return spec, spec.Check()
}

// initialBits returns the b0 that initial weights are certified to: of a few
// widths the least that holds them, so that it says little about the weights.
func initialBits(w train.Weights) int {
	var largest int64
	for _, cells := range w {
		for _, v := range cells {
			largest = max(largest, v, ^v)
		}
	}
	for _, b0 := range []int{31, 47} {
		if largest < 1<<b0 {
			return b0
		}
	}
	return 61
}

// originOf says in the statement where the initial weights come from: of those of a
// run, from what it continues.
func originOf(c *InitialConfig, p *graph.Program, initial train.Weights, from *continued) bundle.Origin {
	o := bundle.Origin{Kind: bundle.Private, Bits: initialBits(initial)}
	switch {
	case from != nil:
		o.Kind, o.Predecessor = bundle.Continued, from.result.Digest()
	case c.From == "seed":
		o.Kind, o.Seed, o.Scheme = bundle.Seeded, c.Seed, c.Scheme
	case c.Publish:
		o.Kind = bundle.Published
		for _, id := range network.WeightTensors(p) {
			o.Cells = append(o.Cells, initial[id])
		}
	}
	return o
}

// Statement returns the public values of the run.
func (j *Job) Statement(c *Config, runID [32]byte, initial *owner.CommittedWeights) *bundle.Statement {
	s := terms(c, j.model, j.spec, j.Run.Rates, j.Run.Initial, publicParts(j.Parts), j.from)
	s.RunID, s.Context, s.Initial = runID, c.Proof.Context, initial.Public
	s.Setup, s.RowBits = j.Setup.ID, j.Setup.RowBits
	return s
}

// terms are the public values of a run that are known before there is one, but for the
// setup.
func terms(c *Config, m *model, spec schedule.Spec, rates []int64, initial train.Weights, parts []*bundle.PublicPart, from *continued) *bundle.Statement {
	s := &bundle.Statement{
		Mode: mode.Name(c.Proof.Mode), Network: m.step.Network, Segment: min(c.Training.SegmentSteps, spec.Steps), Rates: statedRates(m.program(), rates),
		Schedule: spec, Origin: originOf(&c.Initial, m.program(), initial, from),
	}
	for _, part := range parts {
		s.Parts = append(s.Parts, part.Commitment())
	}
	return s
}

// publicParts are what everybody may know of parts.
func publicParts(parts []*owner.Part) []*bundle.PublicPart {
	list := make([]*bundle.PublicPart, len(parts))
	for i, p := range parts {
		list[i] = &p.PublicPart
	}
	return list
}
