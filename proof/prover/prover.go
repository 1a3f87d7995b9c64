package prover

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/relation"
)

// Peer answers the script of package proof about one assignment.
type Peer struct {
	layout *proof.Layout
	sys    *relation.System
	cells  relation.Assignment
	mask   fr.Vector  // the random row of a masked layout, or nil
	whole  *poly.Loan // until the conversation is over
	tables *poly.Loan // until the current phase is

	stored int // the longest layer of the lookup tree that is stored

	coords  []fr.Element
	known   [][]known            // by tensor: evaluations at hand
	eqs     map[string]fr.Vector // equality tables of the current phase
	large   map[relation.ID]fr.Vector
	pending map[*relation.Term][]*tables // built for TermValue, used by Sum

	tree       *tree
	layer      *layerRun
	sum        *batchedSum
	evaluation *reductionSum
}

type known struct {
	point []proof.Coord
	value fr.Element
}

// New returns the honest peer for an assignment whose table counts are filled in
// (see Count). mask is the random row of a masked layout, nil otherwise. The
// arena may be nil.
func New(l *proof.Layout, cells relation.Assignment, mask fr.Vector, arena *poly.Arena) (*Peer, error) {
	if l.Masked != (mask != nil) || mask != nil && len(mask) != 1<<l.RowLog {
		return nil, fmt.Errorf("mask row of %d cells, layout masked %v: %w", len(mask), l.Masked, fault.ErrUsage)
	}
	p := &Peer{
		layout: l,
		sys:    l.System,
		cells:  cells,
		mask:   mask,
		whole:  &poly.Loan{Arena: arena},
		tables: &poly.Loan{Arena: arena},

		stored:  storedLayer(l.Log),
		known:   make([][]known, len(l.System.Tensors)),
		eqs:     map[string]fr.Vector{},
		large:   map[relation.ID]fr.Vector{},
		pending: map[*relation.Term][]*tables{},
	}
	for id := range p.sys.Tensors {
		t := &p.sys.Tensors[id]
		n := cells[id].Len()
		need := t.Kind == relation.Witness || t.Kind == relation.External
		if n == 0 && need || n != 0 && n != t.Cells() {
			return nil, fmt.Errorf("tensor %q has %d cells assigned, needs %d: %w", t.Name, n, t.Cells(), fault.ErrUsage)
		}
	}
	return p, nil
}

// Drawn is part of proof.Peer.
func (p *Peer) Drawn(c proof.Coord, v fr.Element) {
	if int(c) != len(p.coords) {
		panic("prover: coordinates are numbered in the order drawn")
	}
	p.coords = append(p.coords, v)
}

// nextPhase returns the tables of the current phase, and begins another one.
func (p *Peer) nextPhase() *poly.Loan {
	was := p.tables
	p.tables = &poly.Loan{Arena: was.Arena}
	return was
}

// end gives back all that is lent. The peer must not be asked any more.
func (p *Peer) end() {
	p.whole.End()
	p.tables.End()
	if p.sum != nil {
		p.sum.tables.End()
	}
}

func (p *Peer) values(point []proof.Coord) []fr.Element {
	vs := make([]fr.Element, len(point))
	for i, c := range point {
		vs[i] = p.coords[c]
	}
	return vs
}
