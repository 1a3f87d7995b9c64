package proof

import (
	"fmt"
	"math/bits"
	"sort"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Layout is what follows from a system alone: how lookups are concatenated
// and in which order virtual tensors are reduced. Prover and verifier derive
// it each for itself.
type Layout struct {
	System *relation.System
	RowLog int  // ℓ: a committed row has 2^ℓ cells
	Masked bool // the combined row is masked by a random one

	Blocks []Block // of the lookup hypercube, longest first
	Log    int     // variables of the lookup hypercube; 0 without lookups
	Arity  int     // elements of a fingerprint, tag excluded
	rank   []int   // of each virtual tensor
	ranks  int

	messages int // elements of a conversation
}

// Block is one lookup's cells or one table's rows inside the hypercube, 2^Log
// leaves at the aligned position Offset.
type Block struct {
	Table  int // which table it is or looks into
	Lookup int // index of the lookup, or −1 for the table itself
	Log    int
	Offset int
}

// maxHypercube bounds the leaves of the lookup tree.
const maxHypercube = 32

// maxDegree bounds the degree of virtual tensors, and of equations, as
// polynomials in the committed cells. Challenges are hashes of commitments to
// these cells, so a system whose virtual tensors could compute the hash would
// let a prover make its errors vanish at the challenges (Khovratovich, Rothblum
// and Soukhanov, eprint 2025/118). One Poseidon2 permutation has degree 5^64,
// and before it comes a SHA-256; systems of training steps and audits reach 7.
// What is of higher degree must commit a value on the way.
const maxDegree = 64

// NewLayout validates a system and derives its layout: whatever is argued
// about has passed relation.Validate, has a degree of at most maxDegree and a
// conversation of at most maxMessages.
// Protocol, section 8.
func NewLayout(sys *relation.System, rowLog int, masked bool) (*Layout, error) {
	if err := sys.Validate(); err != nil {
		return nil, err
	}
	if err := checkDegrees(sys); err != nil {
		return nil, err
	}
	l := &Layout{System: sys, RowLog: rowLog, Masked: masked}
	l.placeBlocks()
	if l.Log > maxHypercube {
		return nil, fmt.Errorf("lookups of system %s need 2^%d leaves, limit 2^%d: %w", sys.Name, l.Log, maxHypercube, fault.ErrResources)
	}
	l.rankVirtuals()
	var err error
	if l.messages, err = count(l); err != nil {
		return nil, err
	}
	return l, nil
}

// checkDegrees computes the degrees: 1 for a committed tensor, 0 for a public
// one, and for a sum the largest of its terms, whose factors' degrees add up.
// Protocol, section 17.
func checkDegrees(sys *relation.System) error {
	degree := make([]int, len(sys.Tensors))
	of := func(name string, sum *relation.Sum) (int, error) {
		highest := 0
		for i := range sum.Terms {
			d := 0
			for _, f := range sum.Terms[i].Factors {
				d += degree[f.Tensor]
			}
			highest = max(highest, d)
		}
		if highest > maxDegree {
			return 0, fmt.Errorf("system %s: %q has degree %d in committed cells, at most %d: %w", sys.Name, name, highest, maxDegree, fault.ErrUnsupported)
		}
		return highest, nil
	}
	for id := range sys.Tensors {
		var err error
		switch t := &sys.Tensors[id]; t.Kind {
		case relation.Witness, relation.External:
			degree[id] = 1
		case relation.Virtual:
			if degree[id], err = of(t.Name, t.Sum); err != nil {
				return err
			}
		}
	}
	for i := range sys.Equations {
		if _, err := of(sys.Equations[i].Name, &sys.Equations[i].Sum); err != nil {
			return err
		}
	}
	return nil
}

// placeBlocks gives every table and lookup its leaves (protocol, section 9).
func (l *Layout) placeBlocks() {
	s := l.System
	for i, k := range s.Lookups {
		l.Blocks = append(l.Blocks, Block{Table: k.Table, Lookup: i, Log: s.Tensor(k.Columns[0]).Log()})
		l.Arity = max(l.Arity, len(k.Columns))
	}
	if len(l.Blocks) == 0 {
		return
	}
	for i := range s.Tables {
		l.Blocks = append(l.Blocks, Block{Table: i, Lookup: -1, Log: s.Tables[i].Log})
		l.Arity = max(l.Arity, len(s.Tables[i].Columns))
	}
	sort.SliceStable(l.Blocks, func(i, j int) bool { return l.Blocks[i].Log > l.Blocks[j].Log })
	end := 0
	for i := range l.Blocks {
		l.Blocks[i].Offset = end
		end += 1 << l.Blocks[i].Log
	}
	l.Log = bits.Len(uint(end - 1))
}

// rankVirtuals assigns to each virtual tensor the batched sumcheck in which
// its claims are reduced: after every sumcheck that makes a claim on it. A
// factor of a term without sumcheck may be reduced in the same rank.
// Protocol, section 10.
func (l *Layout) rankVirtuals() {
	s := l.System
	l.rank = make([]int, len(s.Tensors))
	for i := range s.Equations {
		l.rankFactors(&s.Equations[i].Sum, 0)
	}
	for id := len(s.Tensors) - 1; id >= 0; id-- {
		if t := &s.Tensors[id]; t.Kind == relation.Virtual {
			l.rankFactors(t.Sum, l.rank[id])
		}
	}
	l.ranks = 1
	for id := range s.Tensors {
		if s.Tensors[id].Kind == relation.Virtual {
			l.ranks = max(l.ranks, l.rank[id]+1)
		}
	}
}

func (l *Layout) rankFactors(sum *relation.Sum, rank int) {
	for i := range sum.Terms {
		t := &sum.Terms[i]
		r := rank
		if len(l.System.Plan(sum, t).Bound) > 0 {
			r++
		}
		for _, f := range t.Factors {
			l.rank[f.Tensor] = max(l.rank[f.Tensor], r)
		}
	}
}

// SumcheckCells returns, for each batched sumcheck, how many cells its tables
// have together, if every tensor is claimed at one point.
func (l *Layout) SumcheckCells() []int64 {
	cells := make([]int64, l.ranks)
	add := func(sum *relation.Sum, rank int) {
		for i := range sum.Terms {
			if p := l.System.Plan(sum, &sum.Terms[i]); len(p.Bound) > 0 {
				cells[rank] += int64(p.Degree()) << p.Variables()
			}
		}
	}
	for i := range l.System.Equations {
		add(&l.System.Equations[i].Sum, 0)
	}
	for id := range l.System.Tensors {
		if t := &l.System.Tensors[id]; t.Kind == relation.Virtual {
			add(t.Sum, l.rank[id])
		}
	}
	return cells
}
