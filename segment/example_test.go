package segment_test

import (
	"fmt"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	model "github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Two steps of linear regression on four rows: what is committed before a proof
// begins, and what the proof commits.
func Example() {
	n, err := model.New(model.Architecture{
		Input:   []int{2},
		Weights: []model.Weight{{Shape: []int{2, 1}}},
		Layers:  []model.Layer{{Kind: model.FullyConnected, Inputs: []int{0}, Weights: []int{0}, Shape: []int{1}}},
	}, model.Choices{
		Batch: 2, Formats: model.Formats{Feature: 8, Activation: 8, Error: 8}, RateShift: 4,
		Loss: graph.MeanSquaredError, Labels: graph.Values,
	})
	if err != nil {
		panic(err)
	}
	shape := segment.Shape{Steps: 2, PartRows: []int{4}}
	rows := []schedule.Ref{{Row: 0}, {Row: 1}, {Row: 2}, {Row: 3}}
	s, err := segment.Build(n.Program(), shape, segment.PublicInputs{Rates: []int64{1, 1}, Rows: rows}, ops.NewTables())
	if err != nil {
		panic(err)
	}
	for _, id := range s.Relation.Committed(relation.External) {
		t := s.Relation.Tensor(id)
		fmt.Println(t.Name, t.Cells())
	}
	cells := 0
	for _, id := range s.Relation.Committed(relation.Witness) {
		cells += s.Relation.Tensor(id).RealCells()
	}
	for _, t := range s.Relation.Tables {
		cells -= s.Relation.Tensor(t.Count).RealCells()
	}
	fmt.Println(len(s.Relation.Equations), "equations,", len(s.Relation.Lookups), "lookups")
	fmt.Println(cells, "cells committed by the proof, beside the counts of", len(s.Relation.Tables), "tables")
	// Output:
	// part 0 features 8
	// part 0 labels 4
	// weight 0 FULLY_CONNECTED weights before 2
	// weight 0 FULLY_CONNECTED weights after 2
	// 2 equations, 4 lookups
	// 12 cells committed by the proof, beside the counts of 3 tables
}
