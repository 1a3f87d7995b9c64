package main

import (
	"context"

	"github.com/zkaudit/zkaudit/bench"
	"github.com/zkaudit/zkaudit/commitments"
)

// shape is a segment of a dense network.
type shape struct {
	name  string
	dense bench.Dense
	steps int
}

func dense(batch int, widths ...int) bench.Dense {
	return bench.Dense{Widths: widths, Batch: batch, Rate: "0.125"}
}

var shapes = []shape{
	{"4-16-3, batch 16, 300 steps", dense(16, 4, 16, 3), 300},
	{"108-16-2, batch 64, 400 steps", dense(64, 108, 16, 2), 400},
	{"784-128-10, batch 64, 32 steps", dense(64, 784, 128, 10), 32},
	{"784-128-10, batch 64, 256 steps", dense(64, 784, 128, 10), 256},
	{"784-128-10, batch 64, 938 steps", dense(64, 784, 128, 10), 938},
	{"eight layers of 1024, batch 64, 16 steps", dense(64, 1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024, 1024), 16},
}

// names lists these shapes, and those of peers.
func names() []string {
	var list []string
	for _, s := range shapes {
		list = append(list, s.name)
	}
	for _, p := range bench.Peers() {
		list = append(list, p.Name)
	}
	return list
}

// segment trains a shape.
func segment(ctx context.Context, name string, setup *commitments.Setup) (*bench.Workload, error) {
	for _, s := range shapes {
		if s.name == name {
			return s.dense.Segment(ctx, setup, 4096, s.steps)
		}
	}
	p, err := bench.Named(name)
	if err != nil {
		return nil, err
	}
	return p.Segment(ctx, setup, 64)
}
