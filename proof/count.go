package proof

import (
	"fmt"
	"math/big"

	"github.com/zkaudit/zkaudit/internal/fault"
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

// maxMessages bounds the elements of a conversation. In a small network whose values
// are moved along one axis and then another, and read again later, tensors are claimed
// at as many points as there are ways through it: what counts them must stop.
const maxMessages = 1 << 16

// tooLong is what a counter panics with.
type tooLong struct{}

// count returns how many elements a conversation about the layout has. The script has
// no way to be left early but for a panic, which goes no further. Errors wrap
// fault.ErrResources.
func count(l *Layout) (n int, err error) {
	defer func() {
		if r := recover(); r == (tooLong{}) {
			err = fmt.Errorf("a proof of %s: a conversation of more than %d elements: %w", fault.Quote(l.System.Name), maxMessages, fault.ErrResources)
		} else if r != nil {
			panic(r)
		}
	}()
	c := &counter{}
	Argue[struct{}](l, silent{}, silent{}, c)
	return c.n, nil
}

// counter is a peer that counts the elements it is asked for, up to maxMessages.
type counter struct {
	Replay[struct{}]
	n int
}

func (c *counter) count(n int) {
	if c.n += n; c.n > maxMessages {
		panic(tooLong{})
	}
}

func (c *counter) Fractions(int) [4]struct{} {
	c.count(4)
	return [4]struct{}{}
}

func (c *counter) LayerRound() [2]struct{} {
	c.count(2)
	return [2]struct{}{}
}

func (c *counter) Evaluate(relation.ID, []Coord) struct{} {
	c.count(1)
	return struct{}{}
}

func (c *counter) TermValue(*Instance[struct{}]) struct{} {
	c.count(1)
	return struct{}{}
}

func (c *counter) SumRound(degree int) []struct{} {
	c.count(degree)
	return make([]struct{}, degree)
}

func (c *counter) ReductionRound() [2]struct{} {
	c.count(2)
	return [2]struct{}{}
}

func (c *counter) RowValues(n int) []struct{} {
	c.count(n)
	return make([]struct{}, n)
}
