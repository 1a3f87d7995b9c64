package run

import (
	"fmt"

	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Layouts lists the layouts of all that the run proves: certificates of its parts and
// of its initial weights, then segments, of which one stands for all of its length. It
// takes model, data and choices, and needs nothing committed: keys may be made for the
// run before it begins.
func (d *Directory) Layouts() ([]*proof.Layout, error) {
	m, rows, err := d.read()
	if err != nil {
		return nil, err
	}
	segments, err := d.Config.segmenting(m, rows.trained())
	if err != nil {
		return nil, err
	}
	if err := segments.check(d.Config.Training.SegmentSteps); err != nil {
		return nil, err
	}
	var list []*proof.Layout
	add := func(sys *relation.System) error {
		l, err := proof.NewLayout(sys, segments.rowBits, segments.mode.ZeroKnowledge())
		list = append(list, l)
		return err
	}
	parts, tests := d.pieces(rows)
	for _, p := range append(parts, tests...) {
		shape := owner.ShapeOf(p.rows, m.program().Loss.Labels)
		chunks, err := segment.Chunks(shape, segments.rowBits)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
		for _, chunk := range chunks {
			c, err := segment.NewDatasetCertificate(shape, chunk)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
			if err := add(c.Relation); err != nil {
				return nil, fmt.Errorf("%s: %w", p.name, err)
			}
		}
	}
	initial, err := m.initialWeights(&d.Config.Initial)
	if err != nil {
		return nil, err
	}
	from, err := d.continues()
	if err != nil {
		return nil, err
	}
	origin := originOf(&d.Config.Initial, m.program(), initial, from)
	public, err := origin.Public(m.program())
	if err != nil {
		return nil, err
	}
	weights, err := segment.NewWeightsCertificate(m.program(), origin.Bits, public)
	if err != nil {
		return nil, err
	}
	if err := add(weights.Relation); err != nil {
		return nil, err
	}
	steps := min(d.Config.Training.SegmentSteps, segments.steps)
	for _, n := range []int{steps, segments.steps % steps} {
		if n > 0 {
			l, err := segments.layoutOf(n, steps)
			if err != nil {
				return nil, err
			}
			list = append(list, l)
		}
	}
	return list, nil
}

// Mode is that of the run's proofs.
func (d *Directory) Mode() mode.Name { return mode.Name(d.Config.Proof.Mode) }
