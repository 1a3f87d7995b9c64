package main

import (
	"math/big"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/transcript"
)

// none is the element of a script that runs only to be counted.
type none struct{}

// counts is arithmetic and transcript over nothing.
type counts struct{ permutations, multiplications int }

func (*counts) Const(*big.Int) none             { return none{} }
func (*counts) Add(_, _ none) none              { return none{} }
func (*counts) Sub(_, _ none) none              { return none{} }
func (c *counts) Mul(_, _ none) none            { c.multiplications++; return none{} }
func (*counts) AssertEqual(_, _ none, _ string) {}
func (*counts) AssertNonZero(none, string)      {}
func (c *counts) Permute(*[4]none)              { c.permutations++ }

// count runs the script over nothing.
func count(l *proof.Layout) counts {
	c := &counts{}
	tr := transcript.New(c, "")
	proof.Begin(l, tr, none{}, none{})
	proof.Argue(l, c, tr, silence(l))
	return *c
}

// countLookups runs the part of the script that proves lookups.
func countLookups(l *proof.Layout) counts {
	c := &counts{}
	proof.ArgueLookups(l, c, transcript.New(c, ""), silence(l))
	return *c
}

// silence is a peer that says nothing, as often as asked.
func silence(l *proof.Layout) proof.Peer[none] {
	return proof.NewReplay(make([]none, proof.Length(l)))
}
