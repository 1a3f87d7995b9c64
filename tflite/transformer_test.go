package tflite

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// A transformer is written and read again with the weights asked for, those of
// adapters by names of their own.
func TestNewTransformer(t *testing.T) {
	shape := Transformer{Blocks: 2, Width: 6, Heads: 3, Context: 4, Vocabulary: 5, Rank: 2}
	asked := map[string]Shape{}
	m, err := NewTransformer("gpt", shape, func(name string, s Shape) []float32 {
		asked[name] = s
		n, _ := s.Elements()
		return make([]float32, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, parse(t, marshal(t, m))); diff != "" {
		t.Error(diff)
	}
	first := 0
	if found := Check(m, CheckOptions{BatchAxis: &first}); found.Err() != nil {
		t.Error(found.Err())
	}
	adapters := 0
	for name := range asked {
		if strings.HasPrefix(name, "gpt/adapters/") {
			adapters++
		} else if !strings.HasPrefix(name, "gpt/base/") {
			t.Errorf("a weight %q", name)
		}
	}
	if adapters != 2*2*2 || len(asked)-adapters != 2+2*12+2 {
		t.Errorf("%d adapters, %d other weights", adapters, len(asked)-adapters)
	}
	if diff := cmp.Diff(asked["gpt/adapters/block_1/attention/value/down"], Shape{2, 6}); diff != "" {
		t.Error(diff)
	}
}

// A tied head reads the table of tokens: there are no weights of a head.
func TestTiedTransformer(t *testing.T) {
	heads := 0
	m, err := NewTransformer("gpt", Transformer{Blocks: 1, Width: 6, Heads: 3, Context: 4, Vocabulary: 5, Tied: true}, func(name string, s Shape) []float32 {
		if strings.HasPrefix(name, "gpt/base/head") {
			heads++
		}
		n, _ := s.Elements()
		return make([]float32, n)
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, parse(t, marshal(t, m))); diff != "" {
		t.Error(diff)
	}
	g := &m.Subgraphs[0]
	first, last := g.Operators[0], g.Operators[len(g.Operators)-1]
	if heads != 0 || last.Inputs[1] != first.Inputs[0] || last.Inputs[2] != -1 {
		t.Errorf("%d weights of a head; it reads %v, the first operator %v", heads, last.Inputs, first.Inputs)
	}
}

func TestNewTransformerRefuses(t *testing.T) {
	fine := Transformer{Blocks: 1, Width: 6, Heads: 3, Context: 4, Vocabulary: 5}
	for name, change := range map[string]func(*Transformer){
		"no blocks":            func(t *Transformer) { t.Blocks = 0 },
		"no width":             func(t *Transformer) { t.Width = 0 },
		"negative heads":       func(t *Transformer) { t.Heads = -1 },
		"heads of other width": func(t *Transformer) { t.Heads = 4 },
		"no context":           func(t *Transformer) { t.Context = 0 },
		"too many tokens":      func(t *Transformer) { t.Vocabulary = 1<<16 + 1 },
		"a negative rank":      func(t *Transformer) { t.Rank = -1 },
		"a rank beyond":        func(t *Transformer) { t.Rank = 7 },
	} {
		shape := fine
		change(&shape)
		if _, err := NewTransformer("gpt", shape, nil); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
