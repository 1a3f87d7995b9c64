package bundle

import (
	"crypto/sha256"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Limits of a statement. They bound what a verifier does for a bundle.
const (
	MaxContext  = 1 << 12  // bytes
	maxNetwork  = 64 << 20 // bytes
	MaxRows     = 1 << 26  // of all parts
	MaxSlots    = 1 << 24  // rows read by one segment
	MaxChoices  = 1 << 26  // of a segment: rows read times parts
	MaxSegments = 1 << 20
	maxPoints   = 1 << 22 // committed rows of one tensor

	MaxAttributes = 1 << 10 // per row of a part

	// maxPublicCells bounds initial weights that the verifier derives or reads.
	maxPublicCells = 1 << 26
)

// Statement holds the public values of a run.
type Statement struct {
	Mode     mode.Name
	RunID    [32]byte
	Context  string           // what the verifier asked to be bound: a nonce, an order
	Network  *network.Network // what is trained and how; the step follows from it
	Segment  int              // S
	Rates    []int64          // n_s: one for graph.ConstantSGD, else one per step
	Setup    [32]byte
	RowBits  int // ℓ
	Schedule schedule.Spec
	Parts    []PartCommitment
	Origin   Origin
	Initial  WeightCommitments // before the first step, frozen weights included
}

// PartCommitment holds the commitments of one owner's rows. Training reads features and
// labels; attributes are committed with them for audits.
type PartCommitment struct {
	Features, Labels []bn254.G1Affine
	Attributes       []bn254.G1Affine // nil for a part without
	Columns          int              // attributes per row
	Meaning          [32]byte         // Meaning.Digest: what numbers and codes mean
}

// WeightCommitments are commitments to weight tensors, in the program's order.
type WeightCommitments [][]bn254.G1Affine

// OriginKind says how the initial weights came about.
type OriginKind uint8

const (
	// Private: known to the trainer only; the certificate bounds them.
	Private OriginKind = iota
	// Seeded: derived from a public seed by network.Random.
	Seeded
	// Published: a base model whose integers stand in the statement.
	Published
	// Continued: the final weights of another training, under its commitments. The
	// certificate bounds them; whose they are, Verify compares (see Predecessor).
	Continued
)

// String returns "private", "seed", "published" or "continued".
func (k OriginKind) String() string {
	if names := [...]string{"private", "seed", "published", "continued"}; int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("unknown (%d)", uint8(k))
}

// Origin says where the initial weights come from and how large they are.
type Origin struct {
	Kind   OriginKind
	Bits   int    // b0
	Seed   string // Seeded
	Scheme string // Seeded: a network.Scheme
	// Cells are the unpadded integers of a Published model, by weight tensor
	// in the program's order.
	Cells [][]int64
	// Predecessor is the digest of the Result that a Continued run starts from.
	Predecessor [32]byte
}

// Program returns the step that the network makes. Requires a network.
func (s *Statement) Program() *graph.Program { return s.Network.Program() }

// Steps returns the number of steps of the run, T_run.
func (s *Statement) Steps() int { return s.Schedule.Steps }

// Segments returns the number of segments, ⌈T_run/S⌉.
func (s *Statement) Segments() int { return (s.Steps() + s.Segment - 1) / s.Segment }

// Range returns the first step of a segment and its number of steps.
// Requires 0 <= i < Segments().
func (s *Statement) Range(i int) (first, count int) {
	first = i * s.Segment
	return first, min(s.Segment, s.Steps()-first)
}

// RatesOf returns the rate numerators of count steps from first.
func (s *Statement) RatesOf(first, count int) []int64 {
	if len(s.Rates) != 1 || s.Program().Optimizer.Kind != graph.ConstantSGD {
		return s.Rates[first : first+count]
	}
	rates := make([]int64, count)
	for i := range rates {
		rates[i] = s.Rates[0]
	}
	return rates
}

// PartShape returns the shape of a dataset part.
func (s *Statement) PartShape(i int) segment.PartShape {
	p := s.Program()
	return segment.PartShape{
		Rows:     s.Schedule.Parts[i],
		Features: p.Tensor(p.Input).Units(),
		Labels:   p.Tensor(p.Label).Units(),
		Kind:     p.Loss.Labels,

		Attributes: s.Parts[i].Columns,
	}
}

// PartDigest identifies a committed part: its shape, the setup, the row size, the
// commitments and what its numbers and codes mean. Schedules are bound to it,
// auditors pin it.
func (s *Statement) PartDigest(i int) [32]byte {
	return partDigest(s.PartShape(i), s.Setup, s.RowBits, s.Parts[i])
}

// partDigest is Statement.PartDigest without a run.
func partDigest(shape segment.PartShape, setup [32]byte, rowBits int, part PartCommitment) [32]byte {
	b := encode.Domain("zkaudit/dataset-part/v1")
	b = appendShape(b, shape)
	b = append(b, setup[:]...)
	b = encode.Int(b, rowBits)
	b = append(b, part.Meaning[:]...)
	for _, rows := range part.Tensors() {
		b = encode.Bytes(b, commitments.AppendPoints(nil, rows))
	}
	return sha256.Sum256(b)
}

// Tensors returns the commitments of features, labels and, for a part with
// attributes, those.
func (p *PartCommitment) Tensors() [][]bn254.G1Affine {
	if p.Columns == 0 {
		return [][]bn254.G1Affine{p.Features, p.Labels}
	}
	return [][]bn254.G1Affine{p.Features, p.Labels, p.Attributes}
}

// Digest identifies weight commitments.
func (w WeightCommitments) Digest() [32]byte {
	b := encode.Domain("zkaudit/weight-commitments/v1")
	for _, rows := range w {
		b = encode.Bytes(b, commitments.AppendPoints(nil, rows))
	}
	return sha256.Sum256(b)
}

func appendShape(b []byte, shape segment.PartShape) []byte {
	for _, n := range []int{shape.Rows, shape.Features, shape.Labels, shape.Attributes} {
		b = encode.Int(b, n)
	}
	return encode.Text(b, shape.Kind)
}

// CommittedRows returns in how many rows of 2^rowBits cells a tensor with
// these axes is committed.
func CommittedRows(rowBits int, axes ...relation.Axis) int {
	log := 0
	for _, a := range axes {
		log += a.Log()
	}
	return 1 << max(0, log-rowBits)
}

// partRows returns the committed rows of the tensors of a part of that shape.
func partRows(shape segment.PartShape, rowBits int) []int {
	widths := []int{shape.Features, shape.Labels}
	if shape.Attributes > 0 {
		widths = append(widths, shape.Attributes)
	}
	rows := make([]int, len(widths))
	for k, width := range widths {
		rows[k] = CommittedRows(rowBits, relation.Axis{Size: shape.Rows}, relation.Axis{Size: width})
	}
	return rows
}

// check returns fault.ErrMalformed unless there are as many points as the
// shape asks for.
func (p *PartCommitment) check(shape segment.PartShape, rowBits int) error {
	if p.Columns < 0 || p.Columns > MaxAttributes || p.Columns != shape.Attributes || p.Columns == 0 && p.Attributes != nil {
		return fmt.Errorf("%d attributes, %d committed rows of them: %w", p.Columns, len(p.Attributes), fault.ErrMalformed)
	}
	want := partRows(shape, rowBits)
	for k, rows := range p.Tensors() {
		if len(rows) != want[k] {
			return fmt.Errorf("tensor %d has %d committed rows, needs %d: %w", k, len(rows), want[k], fault.ErrMalformed)
		}
	}
	return nil
}

// Check returns an error that names what is wrong unless the statement is one
// that can be proven: parts that agree with one another, within the limits.
// Errors wrap fault.ErrMalformed, or fault.ErrVersion for another mode.
func (s *Statement) Check() error {
	if err := s.checkShape(); err != nil {
		return err
	}
	return s.checkCommitments()
}

// checkShape checks everything but the commitments and what is bound to them.
func (s *Statement) checkShape() error {
	malformed := func(format string, args ...any) error {
		return fmt.Errorf("statement: %s: %w", fmt.Sprintf(format, args...), fault.ErrMalformed)
	}
	if err := s.Mode.Check(); err != nil {
		return fmt.Errorf("statement: %w", err)
	}
	if s.Network == nil {
		return malformed("no network")
	}
	if err := s.Schedule.Check(); err != nil {
		return malformed("%v", err)
	}
	batch := s.Program().Batch
	switch {
	case len(s.Context) > MaxContext:
		return malformed("context of %d bytes, at most %d", len(s.Context), MaxContext)
	case s.RowBits < commitments.MinRowBits || s.RowBits > commitments.MaxRowBits:
		return malformed("rows of 2^%d cells", s.RowBits)
	case s.Schedule.Batch != batch:
		return malformed("schedule with batches of %d, program with batches of %d", s.Schedule.Batch, batch)
	}
	size := Size{Parts: s.Schedule.Parts, Batch: batch, Steps: s.Steps(), Segment: s.Segment}
	if limit, _ := size.Beyond(); limit != "" {
		return malformed("%s", limit)
	}
	if err := s.checkRates(); err != nil {
		return malformed("%v", err)
	}
	if m := s.Program().Optimizer.Momentum; m != nil && s.Segments() > 1 && s.Segment%m.Restart != 0 {
		return malformed("segments of %d steps, a momentum restarted every %d: a segment would forget gradients", s.Segment, m.Restart)
	}
	if d := s.Program().Optimizer.Decay; d != nil && (s.Segment != d.Every || s.Segment > s.Steps()) {
		return malformed("%d steps in segments of %d, weights that decay every %d: want it at the end of segments", s.Steps(), s.Segment, d.Every)
	}
	if err := s.Origin.check(s.Program()); err != nil {
		return malformed("%v", err)
	}
	if err := ops.CheckBounds(s.Program(), s.Origin.Bits, int64(s.Steps())); err != nil {
		return malformed("%v", err)
	}
	return nil
}

func (s *Statement) checkRates() error {
	want := s.Steps()
	if s.Program().Optimizer.Kind == graph.ConstantSGD {
		want = 1
	}
	if len(s.Rates) != want {
		return fmt.Errorf("%d rates for optimizer %q and %d steps", len(s.Rates), s.Program().Optimizer.Kind, s.Steps())
	}
	for i, n := range s.Rates {
		if n < 1 || n > number.MaxNumerator {
			return fmt.Errorf("rate numerator %d at %d, want 1 to %d", n, i, number.MaxNumerator)
		}
	}
	return nil
}

// checkCommitments checks the numbers of points, and that a shuffle is bound
// to the commitments.
func (s *Statement) checkCommitments() error {
	if len(s.Parts) != len(s.Schedule.Parts) {
		return fmt.Errorf("statement: %d committed parts, the schedule has %d: %w", len(s.Parts), len(s.Schedule.Parts), fault.ErrMalformed)
	}
	for i, part := range s.Parts {
		if err := part.check(s.PartShape(i), s.RowBits); err != nil {
			return fmt.Errorf("statement: part %d: %w", i, err)
		}
		if t := s.Program().Attributes(); t != graph.None && part.Columns != s.Program().Tensor(t).Units() {
			return fmt.Errorf("statement: part %d has %d attributes, the program reads one of %d: %w", i, part.Columns, s.Program().Tensor(t).Units(), fault.ErrMalformed)
		}
		if s.Schedule.Order == schedule.Shuffled && s.Schedule.Commitments[i] != s.PartDigest(i) {
			return fmt.Errorf("statement: the schedule is bound to another dataset than part %d: %w", i, fault.ErrRejected)
		}
	}
	parts := make([][][]bn254.G1Affine, len(s.Parts))
	for i := range s.Parts {
		parts[i] = s.Parts[i].Tensors()
	}
	if i, j, shared := SharedRow(parts); shared {
		return fmt.Errorf("statement: parts %d and %d hold the same committed rows, which would count twice: %w", i, j, fault.ErrMalformed)
	}
	ids := network.WeightTensors(s.Program())
	if len(s.Initial) != len(ids) {
		return fmt.Errorf("statement: commitments to %d initial weights of %d: %w", len(s.Initial), len(ids), fault.ErrMalformed)
	}
	for i, id := range ids {
		if want := CommittedRows(s.RowBits, s.Program().Tensor(id).Axes...); len(s.Initial[i]) != want {
			return fmt.Errorf("statement: initial weight %d has %d committed rows, needs %d: %w", i, len(s.Initial[i]), want, fault.ErrMalformed)
		}
	}
	return nil
}
