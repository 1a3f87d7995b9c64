package relation_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/relation"
)

// TestSystemsAreSmall: each count has its limit, which itself is allowed.
func TestSystemsAreSmall(t *testing.T) {
	row := relation.Axis{Name: "row", Size: 2}
	for name, c := range map[string]struct {
		limit int
		add   func(b *relation.Builder, i int)
	}{
		"tensors":   {relation.MaxTensors - 1, func(b *relation.Builder, i int) { b.Witness(fmt.Sprint(i), row) }},
		"equations": {relation.MaxEquations, func(b *relation.Builder, i int) { b.Equation("e", []relation.Axis{row}, []relation.Label{"i"}) }},
		"lookups":   {relation.MaxLookups, func(b *relation.Builder, _ int) { b.LookUp(b.Table("t", 0, 2), 0) }},
		"tables": {relation.MaxTables, func(b *relation.Builder, i int) {
			b.System().Tables = append(b.System().Tables, relation.Table{})
		}},
		"terms": {relation.MaxTerms, func(b *relation.Builder, i int) {
			if i == 0 {
				b.Equation("e", []relation.Axis{row}, []relation.Label{"i"})
			}
			sum := &b.System().Equations[0].Sum
			if i%2 == 1 { // as many of a virtual tensor
				if i == 1 {
					b.Virtual("v", []relation.Axis{row}, []relation.Label{"i"})
				}
				sum = b.System().Tensors[1].Sum
			}
			sum.Terms = append(sum.Terms, relation.Times(relation.Int(1), relation.At(0, "i")))
		}},
	} {
		b := relation.NewBuilder("test")
		b.Witness("w", row)
		for i := range c.limit {
			c.add(b, i)
		}
		if _, err := b.Build(); errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("as many %s as allowed: %v", name, err)
		}
		c.add(b, c.limit)
		if _, err := b.Build(); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("more %s: %v", name, err)
		}
	}
}

// TestTermsAddUp: the terms of every sum count, wherever it stands.
func TestTermsAddUp(t *testing.T) {
	half := relation.Sum{Terms: make([]relation.Term, relation.MaxTerms/2)}
	rest := relation.Sum{Terms: make([]relation.Term, relation.MaxTerms-relation.MaxTerms/2+1)}
	for name, s := range map[string]*relation.System{
		"first tensor and last": {Tensors: []relation.Tensor{{Sum: &half}, {}, {Sum: &rest}}},
		"two equations":         {Equations: []relation.Equation{{Sum: half}, {Sum: rest}}},
		"tensor and equation":   {Tensors: []relation.Tensor{{Sum: &half}}, Equations: []relation.Equation{{Sum: rest}}},
	} {
		if err := s.Validate(); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("too many terms in %s: %v", name, err)
		}
	}
}
