package proof

import (
	"fmt"
	"math/bits"
	"sort"

	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// Layout is what follows from a system alone: how lookups are concatenated
// and in which order virtual tensors are reduced. Prover and verifier derive
// it each for itself.
type Layout struct {
	System *relation.System
	RowLog int  // ℓ: a committed row has 2^ℓ cells
	Masked bool // the opening is masked by a random row

	Blocks []Block // of the lookup hypercube, longest first
	Log    int     // variables of the lookup hypercube; 0 without lookups
	Arity  int     // elements of a fingerprint, tag excluded
	rank   []int   // of each virtual tensor
	ranks  int
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

// NewLayout validates a system and derives its layout: whatever is argued
// about has passed relation.Validate.
func NewLayout(sys *relation.System, rowLog int, masked bool) (*Layout, error) {
	if err := sys.Validate(); err != nil {
		return nil, err
	}
	l := &Layout{System: sys, RowLog: rowLog, Masked: masked}
	l.placeBlocks()
	if l.Log > maxHypercube {
		return nil, fmt.Errorf("lookups of system %s need 2^%d leaves, limit 2^%d: %w", sys.Name, l.Log, maxHypercube, fault.ErrResources)
	}
	l.rankVirtuals()
	return l, nil
}

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
