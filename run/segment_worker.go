package run

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"slices"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/train"
)

// SegmentWorker proves segments of a run whose directory is elsewhere. It is not safe
// for concurrent use.
//
// Randomness is drawn anew for each attempt (protocol, section 19): nothing that could
// continue a proof is shipped.
type SegmentWorker struct {
	shipment *shipment
	prover   *owner.RunProver
	run      *train.Run
	trainer  *train.Trainer
	memory   memory.Limit
	proven   int // the last segment that was
}

// WorkerOptions are what a machine gives a SegmentWorker.
type WorkerOptions struct {
	CacheDir string       // keeps generators; "" makes them anew
	Memory   memory.Limit // that it may take; the zero Limit is none
	Rand     io.Reader    // nil: crypto/rand
	Arena    *poly.Arena  // that serves one run after the other; may be nil
}

// WorkFormat names what heads and workers must agree in: the protocol, the formats of
// proofs and of what is shipped.
func WorkFormat() string {
	return fmt.Sprintf("%s, bundle format %d, %s, %s, audit format %d, %s, %s", statement.Domain, bundle.Version, shipmentDomain, segmentInputDomain, audit.Version, claimsDomain, claimInputDomain)
}

// NewSegmentWorker prepares for the segments of a shipped run. Errors wrap
// fault.ErrMalformed, fault.ErrVersion (another setup or format) or fault.ErrResources.
func NewSegmentWorker(encoded []byte, o WorkerOptions) (*SegmentWorker, error) {
	s, err := decodeShipment(encoded)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{TransparentSetup, DevelopmentSetup}, s.setup) || s.statement.Mode.Wrapped() {
		return nil, fmt.Errorf("a run with setup %s in mode %s cannot be proven on other machines: %w", fault.Quote(s.setup), s.statement.Mode, fault.ErrVersion)
	}
	setup, err := CachedSetup(o.CacheDir, s.setup, s.statement.RowBits)
	if err != nil {
		return nil, err
	}
	if setup.ID != s.statement.Setup {
		return nil, fmt.Errorf("setup %s is %x here, the run has %x: %w", s.setup, setup.ID[:8], s.statement.Setup[:8], fault.ErrVersion)
	}
	tables := ops.NewTables()
	claims, err := bundle.NewClaims(s.statement, tables)
	if err != nil {
		return nil, err
	}
	rows, err := newShippedRows(s.statement, s.parts)
	if err != nil {
		return nil, err
	}
	w := &SegmentWorker{shipment: s, memory: o.Memory}
	w.run = &train.Run{Program: s.statement.Program(), Rates: s.statement.RatesOf(0, s.statement.Steps()), Segment: s.statement.Segment, Initial: s.initial, Rows: rows}
	if w.trainer, err = train.New(w.run, tables); err != nil {
		return nil, err
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	w.prover = &owner.RunProver{By: &proving.Prover{Setup: setup, Rand: o.Rand}, Claims: claims, Arena: o.Arena}
	for i := range s.parts {
		w.prover.Parts = append(w.prover.Parts, s.part(i))
	}
	w.prover.CertifiedAs(s.certificates, s.committed)
	return w, nil
}

// workerNeed is what a process takes that proves a segment over parts: it has their rows as
// they came, and as they are committed.
func workerNeed(m mode.Name, l *proof.Layout, parts []segment.PartShape) *memory.Need {
	need := proving.Memory(m, l)
	for _, shape := range parts {
		addPart(need, shape)
		need.Add("rows", int64(shape.Rows), int64(shape.Features+shape.Labels+shape.Attributes)*cellBytes)
	}
	return need
}

// Describe says what run it is, for logs: nothing that its bundle does not say.
func (w *SegmentWorker) Describe() string {
	s := w.shipment.statement
	return fmt.Sprintf("a run to work for: %d steps in %d segments, mode %s, statement %x", s.Steps(), s.Segments(), s.Mode, w.prover.Claims.Digest[:8])
}

// Proven says which segment it has proven last, for logs: nothing that the run's bundle
// does not say. Requires that it has proven one.
func (w *SegmentWorker) Proven() string { return segmentName(w.run, w.proven) }

// Prove proves a shipped segment. Errors wrap fault.ErrMalformed, fault.ErrResources
// where it does not fit the memory, and those of executing and proving it.
func (w *SegmentWorker) Prove(ctx context.Context, input []byte) ([]byte, error) {
	g, err := w.shipment.decodeSegment(input)
	if err != nil {
		return nil, err
	}
	sys, claim, err := w.prover.SegmentClaim(g.segment, g.before, g.after)
	if err != nil {
		return nil, err
	}
	var shapes []segment.PartShape
	for i := range w.shipment.parts {
		shapes = append(shapes, w.shipment.statement.PartShape(i))
	}
	need := workerNeed(w.shipment.statement.Mode, claim.Layout, shapes)
	if err := need.Within(fmt.Sprintf("proving a segment of %d steps on this worker", w.shipment.statement.Segment), w.memory, ""); err != nil {
		return nil, err
	}
	trace, err := w.trainer.TraceFrom(ctx, g.segment, g.weights)
	if err != nil {
		return nil, err
	}
	if trace.After.Digest(w.shipment.statement.Program()) != g.end {
		return nil, fmt.Errorf("%s: the weights after it are others on this machine than where it was trained: one of them errs: %w", segmentName(w.run, g.segment), fault.ErrInput)
	}
	w.proven = g.segment
	return w.prover.Segment(ctx, sys, claim, trace, g.before, g.after)
}
