package main

import (
	"math/big"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// none is the element of a script that runs only to be counted.
type none struct{}

// part is a part of the script by the messages that it absorbs.
type part int

const (
	lookups     part = iota // rounds and fractions of the lookup tree
	sumchecks               // rounds of batched sumchecks
	rowValues               // rounds of the reduction, values of rows
	evaluations             // values of tensors at points
	others                  // statement, salt, further challenges from one state
	parts
)

func (p part) String() string {
	return [parts]string{"lookups", "sumchecks", "row values", "evaluations", "others"}[p]
}

// partOf says which part a message belongs to.
func partOf(kind transcript.Kind) part {
	switch kind {
	case transcript.Fractions, transcript.LayerRound:
		return lookups
	case transcript.SumRound:
		return sumchecks
	case transcript.ReductionRound, transcript.RowValues:
		return rowValues
	case transcript.Evaluations:
		return evaluations
	}
	return others
}

// counts is arithmetic and transcript over nothing.
type counts struct {
	permutations    [parts]int
	multiplications int

	sponge *transcript.Sponge[none]
	now    part
}

func (*counts) Const(*big.Int) none             { return none{} }
func (*counts) Add(_, _ none) none              { return none{} }
func (*counts) Sub(_, _ none) none              { return none{} }
func (c *counts) Mul(_, _ none) none            { c.multiplications++; return none{} }
func (*counts) AssertEqual(_, _ none, _ string) {}
func (*counts) AssertNonZero(none, string)      {}
func (c *counts) Permute(*[4]none)              { c.permutations[c.now]++ }

// Absorb counts the permutations of a message for its part.
func (c *counts) Absorb(kind transcript.Kind, message ...none) {
	c.now = partOf(kind)
	c.sponge.Absorb(kind, message...)
	c.now = others
}

// Challenge is part of proof.Transcript.
func (c *counts) Challenge() none { return c.sponge.Challenge() }

// total is the number of permutations of all parts.
func (c *counts) total() int {
	n := 0
	for _, k := range c.permutations {
		n += k
	}
	return n
}

// count runs the script over nothing.
func count(l *proof.Layout) counts {
	c := &counts{now: others}
	c.sponge = transcript.New(c, "")
	proof.Begin(l, c, none{}, none{})
	proof.Argue(l, c, c, proof.NewReplay(make([]none, proof.Length(l))))
	return *c
}
