package main

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
	"github.com/zkaudit/zkaudit/train"
)

// shape is a system to compile.
type shape struct {
	name    string
	rowBits int // at most
	system  func() (*relation.System, error)
}

var shapes = []shape{
	{"one layer, 3 steps (prooftest.Tiny)", 5, tiny},
	{"169-64-10, batch 32, 32 steps (zkaudit demo)", 22, dense(bench.Dense{Widths: []int{169, 64, 10}, Batch: 32, Rate: "0.75"}, 1024, 32)},
	{"784-128-10, batch 64, 256 steps", 22, dense(bench.Dense{Widths: []int{784, 128, 10}, Batch: 64, Rate: "0.125"}, 4096, 256)},
	{"784-512-512-10, batch 64, 32 steps", 22, dense(bench.Dense{Widths: []int{784, 512, 512, 10}, Batch: 64, Rate: "0.125"}, 4096, 32)},
}

func tiny() (*relation.System, error) {
	return prooftest.NewTiny(fatal{}, rand.New(rand.NewPCG(5, 6))).System, nil
}

// fatal stands in for a test: building the tiny system fails or it does not.
type fatal struct{ testing.TB }

func (fatal) Fatal(args ...any) { panic(fmt.Sprint(args...)) }

// dense states a segment whose every slot reads row 0: which rows are read is
// no part of the circuit.
func dense(d bench.Dense, rows, steps int) func() (*relation.System, error) {
	return func() (*relation.System, error) {
		p, rate, err := d.Program()
		if err != nil {
			return nil, err
		}
		run := segment.PublicInputs{Rates: train.ConstantRate(rate, steps), Rows: make([]schedule.Ref, steps*d.Batch)}
		s, err := segment.Build(p, segment.Shape{Steps: steps, PartRows: []int{rows}}, run, ops.NewTables())
		if err != nil {
			return nil, err
		}
		return s.Relation, nil
	}
}
