package prooftest

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/reference"
	"github.com/zkaudit/zkaudit/relation"
)

// Teller tells the story of some tables until the reduction, which it answers
// about others: those that are committed.
type Teller struct {
	*reference.Peer
	truth *reference.Peer
	// AboutLookups, if set, tells another story about the lookups.
	AboutLookups *reference.Peer
	leaves       int // 1: the bottom of the tree is said; 2: its columns are; 3: after
	// Root, if set, replaces the fractions of the root.
	Root func([4]fr.Element) [4]fr.Element
	// Columns makes values of tensors true where the story of the lookup tree
	// is not.
	Columns bool
	// FirstTerm, FirstSumRound and FirstReductionRound, if set, change the first
	// message of their kind.
	FirstTerm           func(*fr.Element)
	FirstSumRound       func([]fr.Element)
	FirstReductionRound func(*[2]fr.Element)

	log  int // of the lookup tree
	said int // messages so far

	// At is where each message starts, by name and number.
	At map[string]int
	// What the script has told.
	Coords  []fr.Element
	Lambdas []fr.Element
	Sums    []ToldSum
	Gamma   []fr.Element // the weights of the first group's claims
	Delta   []fr.Element // those of the groups
}

// ToldSum is one batched sumcheck as the script starts it.
type ToldSum struct {
	Instances []*proof.Instance[fr.Element]
	Weights   []fr.Element
}

func (p *Teller) note(kind string, n int) {
	for i := 0; ; i++ {
		key := fmt.Sprint(kind, " ", i)
		if _, ok := p.At[key]; !ok {
			p.At[key] = p.said
			break
		}
	}
	p.said += n
}

// Drawn is part of proof.Peer.
func (p *Teller) Drawn(c proof.Coord, v fr.Element) {
	p.Coords = append(p.Coords, v)
	p.Peer.Drawn(c, v)
	p.truth.Drawn(c, v)
	if p.AboutLookups != nil {
		p.AboutLookups.Drawn(c, v)
	}
	if p.leaves > 0 {
		p.leaves++
	}
}

// Fractions is part of proof.Peer.
func (p *Teller) Fractions(k int) [4]fr.Element {
	p.note("fractions", 4)
	f := p.tree().Fractions(k)
	if k == p.log-1 {
		p.leaves = 1
	}
	if k == 0 && p.Root != nil {
		f = p.Root(f)
	}
	return f
}

// LayerRound is part of proof.Peer.
func (p *Teller) LayerRound() [2]fr.Element {
	p.note("layer round", 2)
	return p.tree().LayerRound()
}

// tree tells the story of the lookups.
func (p *Teller) tree() *reference.Peer {
	if p.AboutLookups != nil && p.leaves < 3 {
		return p.AboutLookups
	}
	return p.Peer
}

// Lookups is part of proof.Peer.
func (p *Teller) Lookups(alpha, beta fr.Element) { p.tree().Lookups(alpha, beta) }

// LayerBind is part of proof.Peer.
func (p *Teller) LayerBind(r fr.Element) { p.tree().LayerBind(r) }

// Evaluate is part of proof.Peer.
func (p *Teller) Evaluate(id relation.ID, point []proof.Coord) fr.Element {
	p.note(fmt.Sprint("value of ", id), 1)
	if p.Columns {
		return p.truth.Evaluate(id, point)
	}
	return p.tree().Evaluate(id, point)
}

// Layer is part of proof.Peer.
func (p *Teller) Layer(k int, point []proof.Coord, lambda fr.Element) {
	p.Lambdas = append(p.Lambdas, lambda)
	p.tree().Layer(k, point, lambda)
}

// TermValue is part of proof.Peer.
func (p *Teller) TermValue(i *proof.Instance[fr.Element]) fr.Element {
	p.note("term", 1)
	v := p.Peer.TermValue(i)
	if p.FirstTerm != nil {
		p.FirstTerm(&v)
		p.FirstTerm = nil
	}
	return v
}

// Sum is part of proof.Peer.
func (p *Teller) Sum(instances []*proof.Instance[fr.Element], weights []fr.Element) {
	p.Sums = append(p.Sums, ToldSum{instances, weights})
	p.Peer.Sum(instances, weights)
}

// SumRound is part of proof.Peer.
func (p *Teller) SumRound(degree int) []fr.Element {
	p.note("sum round", degree)
	m := p.Peer.SumRound(degree)
	if p.FirstSumRound != nil {
		p.FirstSumRound(m)
		p.FirstSumRound = nil
	}
	return m
}

// Reduction is part of proof.Peer.
func (p *Teller) Reduction(groups []*proof.Group[fr.Element], weights []fr.Element) {
	if len(groups) > 0 {
		p.Gamma, p.Delta = groups[0].Weights, weights
	}
	p.truth.Reduction(groups, weights)
}

// ReductionRound is part of proof.Peer.
func (p *Teller) ReductionRound() [2]fr.Element {
	p.note("reduction round", 2)
	m := p.truth.ReductionRound()
	if p.FirstReductionRound != nil {
		p.FirstReductionRound(&m)
		p.FirstReductionRound = nil
	}
	return m
}

// ReductionBind is part of proof.Peer.
func (p *Teller) ReductionBind(r fr.Element) { p.truth.ReductionBind(r) }

// RowValues is part of proof.Peer.
func (p *Teller) RowValues(n int) []fr.Element {
	p.note("row values", n)
	return p.truth.RowValues(n)
}
