package reference

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// Peer answers the script of package proof about whole tables.
type Peer struct {
	layout *proof.Layout
	tables [][]fr.Element // by tensor
	mask   []fr.Element   // the random row of a masked layout, or nil
	coords []fr.Element

	// Lookups: fractions p/q by layer; then the layer being reduced.
	p, q  [][]fr.Element
	layer layer
	// The batched sumcheck being held.
	products []product
	// Reduction: each group's row, and the sumcheck over them.
	rows  [][]fr.Element
	folds []product
	point []fr.Element // bound by the reduction so far
}

var _ proof.Peer[fr.Element] = (*Peer)(nil)

// Tables computes every tensor of a system from an assignment. Errors are
// those of package naive.
func Tables(sys *relation.System, cells relation.Assignment) ([][]fr.Element, error) {
	known := naive.New(sys, cells)
	tables := make([][]fr.Element, len(sys.Tensors))
	for id := range tables {
		t, err := known.Table(relation.ID(id))
		if err != nil {
			return nil, err
		}
		tables[id] = t
	}
	return tables, nil
}

// New returns a prover about tables, one per tensor of the layout's system.
// mask is the random row of a masked layout, nil otherwise.
func New(l *proof.Layout, tables [][]fr.Element, mask []fr.Element) (*Peer, error) {
	if len(tables) != len(l.System.Tensors) || l.Masked != (mask != nil) {
		return nil, fmt.Errorf("%d tables for %d tensors, mask %v: %w", len(tables), len(l.System.Tensors), mask != nil, fault.ErrUsage)
	}
	for id := range tables {
		if t := &l.System.Tensors[id]; len(tables[id]) != t.Cells() {
			return nil, fmt.Errorf("%d cells for tensor %q: %w", len(tables[id]), t.Name, fault.ErrUsage)
		}
	}
	return &Peer{layout: l, tables: tables, mask: mask}, nil
}

// Drawn is part of proof.Peer.
func (p *Peer) Drawn(c proof.Coord, v fr.Element) { p.coords = append(p.coords, v) }

// Evaluate is part of proof.Peer.
func (p *Peer) Evaluate(t relation.ID, point []proof.Coord) fr.Element {
	return naive.Evaluate(p.tables[t], p.values(point))
}

func (p *Peer) values(point []proof.Coord) []fr.Element {
	vs := make([]fr.Element, len(point))
	for i, c := range point {
		vs[i] = p.coords[c]
	}
	return vs
}
