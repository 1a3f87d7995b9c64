package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/transcript"
	"github.com/zkaudit/zkaudit/proof/verifier"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// Result is one measured proof.
type Result struct {
	Prove, Verify time.Duration
	Bytes         int
}

// Prove measures the argument of a segment: the commitment to the weights
// after, which every segment makes, and the proof; and its verification.
func (w *Workload) Prove(ctx context.Context, setup *commitments.Setup, arena *poly.Arena) (Result, error) {
	start := time.Now()
	for _, id := range w.After {
		if _, err := setup.CommitInt64(w.Cells[id].Large, nil); err != nil {
			return Result{}, err
		}
	}
	p, err := prover.Prove(ctx, setup, w.Statement, prover.Secret{Cells: w.Cells, Arena: arena})
	if err != nil {
		return Result{}, err
	}
	r := Result{Prove: time.Since(start)}
	encoded, err := p.MarshalBinary()
	if err != nil {
		return r, err
	}
	r.Bytes = len(encoded)
	start = time.Now()
	err = verifier.Verify(setup.Verifier(), w.Statement, encoded)
	r.Verify = time.Since(start)
	return r, err
}

// Wrapped measures the proof of a segment in zero knowledge: making the keys,
// proving with them at hand, and verifying with them at hand.
type Wrapped struct {
	Keys, Prove, Verify time.Duration
	Bytes               int
}

// ProveWrapped proves the segment in a zero-knowledge mode.
func (w *Workload) ProveWrapped(ctx context.Context, setup *commitments.Setup, m mode.Name, arena *poly.Arena) (Wrapped, error) {
	var r Wrapped
	st, err := commit(setup, "segment", w.Statement.Layout.System, w.Cells, true)
	if err != nil {
		return r, err
	}
	cache := wrap.NewCache("")
	p := proving.Prover{Setup: setup, Cache: cache, Rand: rand.Reader}
	secret := prover.Secret{Cells: w.Cells, Arena: arena}
	var encoded []byte
	for i := range 2 { // the first proof makes the keys
		start := time.Now()
		if encoded, err = p.Prove(ctx, m, st, secret); err != nil {
			return r, err
		}
		if i == 0 {
			r.Keys = time.Since(start)
		}
		r.Prove = time.Since(start)
	}
	r.Keys -= r.Prove
	r.Bytes = len(encoded)
	v := mode.Verifier{Setup: setup.Verifier(), Wraps: wrap.Verifier{Cache: cache}}
	start := time.Now()
	err = v.Verify(ctx, m, st, encoded)
	r.Verify = time.Since(start)
	return r, err
}

// Lookups measures the lookup argument of a segment alone: multiplicities,
// tree and leaf claims.
func (w *Workload) Lookups(arena *poly.Arena) (time.Duration, error) {
	l := w.Statement.Layout
	start := time.Now()
	if err := prover.Count(l.System, w.Cells); err != nil {
		return 0, err
	}
	p, err := prover.New(l, w.Cells, nil, arena)
	if err != nil {
		return 0, err
	}
	tr := transcript.NewNative(statement.Domain)
	proof.Begin(l, tr, fr.NewElement(1), fr.Element{})
	var checks proof.Checks
	proof.ArgueLookups[fr.Element](l, &checks, tr, p)
	if err := checks.Err(); err != nil {
		return 0, fmt.Errorf("lookups: %w", err)
	}
	return time.Since(start), nil
}

// Certificates measures both certificates of a run on generated rows: that of
// the dataset part and that of private initial weights.
func Certificates(ctx context.Context, setup *commitments.Setup, d Dense, rows int, arena *poly.Arena) (time.Duration, error) {
	p, _, err := d.Program()
	if err != nil {
		return 0, err
	}
	classes := d.Widths[len(d.Widths)-1]
	shape := segment.PartShape{Rows: rows, Features: d.Widths[0], Labels: classes, Kind: graph.OneHot}
	chunks, err := segment.Chunks(shape, setup.RowBits)
	if err != nil {
		return 0, err
	}
	weights, err := segment.NewWeightsCertificate(p, 40, nil)
	if err != nil {
		return 0, err
	}
	initial, err := network.Random(p, []byte("bench"), network.Glorot)
	if err != nil {
		return 0, err
	}
	initialCells, err := weights.Assign(initial)
	if err != nil {
		return 0, err
	}
	total, err := proveSystem(ctx, setup, weights.Relation, initialCells, arena)
	if err != nil {
		return 0, err
	}
	features, labels := owner.PartCells(d.Digits(rows))
	for _, chunk := range chunks {
		c, err := segment.NewDatasetCertificate(shape, chunk)
		if err != nil {
			return 0, err
		}
		more, err := proveSystem(ctx, setup, c.Relation, c.Assign([]relation.Cells{features, labels}), arena)
		if err != nil {
			return 0, err
		}
		total += more
	}
	return total, nil
}

func proveSystem(ctx context.Context, setup *commitments.Setup, sys *relation.System, cells relation.Assignment, arena *poly.Arena) (time.Duration, error) {
	st, err := commit(setup, "certificate", sys, cells, false)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	_, err = prover.Prove(ctx, setup, st, prover.Secret{Cells: cells, Arena: arena})
	return time.Since(start), err
}
