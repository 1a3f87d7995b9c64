package proof

import (
	"math/big"

	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/relation"
)

// silent is arithmetic and transcript over nothing.
type silent struct{}

func (silent) Const(*big.Int) struct{}             { return struct{}{} }
func (silent) Add(_, _ struct{}) struct{}          { return struct{}{} }
func (silent) Sub(_, _ struct{}) struct{}          { return struct{}{} }
func (silent) Mul(_, _ struct{}) struct{}          { return struct{}{} }
func (silent) AssertEqual(_, _ struct{}, _ string) {}
func (silent) AssertNonZero(struct{}, string)      {}

func (silent) Absorb(transcript.Kind, ...struct{}) {}
func (silent) Challenge() struct{}                 { return struct{}{} }

// counter is a peer that counts the elements it is asked for.
type counter struct {
	Replay[struct{}]
	n int
}

func (c *counter) Fractions(int) [4]struct{} {
	c.n += 4
	return [4]struct{}{}
}

func (c *counter) LayerRound() [2]struct{} {
	c.n += 2
	return [2]struct{}{}
}

func (c *counter) Evaluate(relation.ID, []Coord) struct{} {
	c.n++
	return struct{}{}
}

func (c *counter) TermValue(*Instance[struct{}]) struct{} {
	c.n++
	return struct{}{}
}

func (c *counter) SumRound(degree int) []struct{} {
	c.n += degree
	return make([]struct{}, degree)
}

func (c *counter) ReductionRound() [2]struct{} {
	c.n += 2
	return [2]struct{}{}
}

func (c *counter) RowValues(n int) []struct{} {
	c.n += n
	return make([]struct{}, n)
}
