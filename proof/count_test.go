package proof_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
)

// turning is a system in which each tensor is the one before, reversed along one axis
// in turn, plus the one before that.
func turning(t *testing.T, tensors int) *relation.System {
	t.Helper()
	b := relation.NewBuilder("turning")
	axes, labels := make([]relation.Axis, 5), make([]relation.Label, 5)
	for i := range axes {
		axes[i], labels[i] = relation.Axis{Name: fmt.Sprint("a", i), Size: 2}, relation.Label(fmt.Sprint("l", i))
	}
	reversed := &relation.AxisMap{Out: []int32{0, 1}, In: []int32{1, 0}, Value: []int64{1, 1}}
	before := b.Witness("x", axes...)
	last := before
	for i := range tensors {
		from := append([]relation.Label{}, labels...)
		from[i%5] = "x"
		m := b.Public(fmt.Sprint("map ", i%5), reversed, axes[i%5], axes[i%5])
		next := b.Virtual(fmt.Sprint("z", i), axes, labels,
			relation.Times(relation.Int(1), relation.At(m, labels[i%5], "x"), relation.At(last, from...)),
			relation.Times(relation.Int(1), relation.At(before, labels...)))
		before, last = last, next
	}
	b.Equation("zero", axes, labels, relation.Times(relation.Int(1), relation.At(last, labels...)))
	sys, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return sys
}

// A small system can ask for a conversation that nobody could even count.
func TestEndlessConversations(t *testing.T) {
	l, err := proof.NewLayout(turning(t, 10), 6, false)
	if err != nil {
		t.Fatal(err)
	}
	if n := proof.Length(l); n < 100 || n > 2000 {
		t.Errorf("a conversation of %d elements", n)
	}
	if _, err := proof.NewLayout(turning(t, 400), 6, false); !errors.Is(err, fault.ErrResources) {
		t.Errorf("400 tensors: %v", err)
	}
}
