package aggregate_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/segment"
)

// TestWrappedRound: where the verifier's script runs nowhere but in a SNARK, global
// weights that are off by one, under commitments that say so, have none: not of who
// proves honestly, nor by the SNARK of the round that is true.
func TestWrappedRound(t *testing.T) {
	if testing.Short() {
		t.Skip("sets up keys of a circuit of 2^17 constraints")
	}
	w := newWrappedRound(t)
	f, global, err := w.averager(t, w.liar).Average(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	keys := wrap.Verifier{Cache: w.liar.Cache}
	if err := w.verify(t, f, keys); err != nil {
		t.Fatal(err)
	}
	if err := w.verify(t, f, wrap.Verifier{Cache: wrap.NewCache("")}); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("with keys of another setup: %v", err)
	}
	if err := w.verify(t, f, nil); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("without what verifies wraps: %v", err)
	}
	s, st, secret := w.offByOne(t, f.Statement, global.Cells)
	honest := &w.liar.Prover.Prover
	if _, err := honest.Prove(context.Background(), s.Mode, st, secret); err == nil {
		t.Error("a SNARK of weights that are off")
	}
	forged, err := w.liar.Prove(context.Background(), s.Mode, st, secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.verify(t, &aggregate.File{Statement: s, Proof: forged}, keys); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "the average") {
		t.Errorf("weights that are off, with the SNARK of others: %v", err)
	}
}

// wrappedRound is of two runs of mode validity that say they are of a wrapped one: of
// their proofs nothing is asked here.
type wrappedRound struct {
	list  []*participant
	setup *commitments.Setup
	liar  *listening
}

// listening is a forger that keeps the secret of its last proof.
type listening struct {
	*forger.Prover
	secret statement.Secret
}

func (l *listening) Prove(ctx context.Context, m mode.Name, st *statement.Statement, secret statement.Secret) ([]byte, error) {
	l.secret = secret
	return l.Prover.Prove(ctx, m, st, secret)
}

func newWrappedRound(t *testing.T) *wrappedRound {
	t.Helper()
	w := &wrappedRound{}
	for _, p := range three(t)[:2] {
		b, model, s := *p.bundle, *p.model, *p.bundle.Statement
		s.Mode, model.Mode, b.Statement = mode.ZKGroth16, mode.ZKGroth16, &s
		w.list = append(w.list, &participant{bundle: &b, model: &model})
	}
	var err error
	if w.setup, err = commitments.NewDevelopment(w.list[0].bundle.Statement.RowBits); err != nil {
		t.Fatal(err)
	}
	w.liar = &listening{Prover: &forger.Prover{Prover: proving.Prover{Setup: w.setup, Cache: wrap.NewCache(t.TempDir()), Rand: rand.Reader}}}
	return w
}

func (w *wrappedRound) averager(t *testing.T, by mode.Prover) *owner.Averager {
	t.Helper()
	a := &owner.Averager{By: by, Setup: w.setup, Contributions: contributions(t, w.list), Rand: rand.Reader}
	for _, p := range w.list {
		a.Models = append(a.Models, p.model)
	}
	return a
}

func (w *wrappedRound) verify(t *testing.T, f *aggregate.File, wraps mode.Wraps) error {
	t.Helper()
	list := contributions(t, w.list)
	var runs []*bundle.Predecessor
	for _, c := range list {
		runs = append(runs, &bundle.Predecessor{Result: c.Result})
	}
	_, err := aggregate.Verify(context.Background(), f, list, runs, w.setup.Verifier(), aggregate.Options{AllowInsecure: true, Wraps: wraps})
	return err
}

// offByOne adds 1 to the last cell of the first weight, in the cells and in the
// commitment, so that the rest there has 28 less, as many as there are rows: all that
// is said outside of the SNARK holds of it.
func (w *wrappedRound) offByOne(t *testing.T, of *aggregate.Statement, global map[graph.TensorID][]int64) (*aggregate.Statement, *statement.Statement, statement.Secret) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	list, p, s := contributions(t, w.list), w.list[0].bundle.Statement.Program(), clone(of)
	averages, rests := map[graph.TensorID][]int64{}, map[graph.TensorID][]int64{}
	for _, id := range network.WeightTensors(p) {
		averages[id], rests[id] = segment.Average([]int64{list[0].Samples, list[1].Samples}, [][]int64{w.list[0].model.Cells[id], w.list[1].model.Cells[id]})
	}
	id := network.WeightTensors(p)[0]
	last := len(global[id]) - 1
	one := make([]int64, len(global[id]))
	one[last] = 1
	rows, err := w.setup.CommitInt64(ops.Pad(p.Tensor(id).Axes, one), make([]fr.Element, len(s.Global[0])))
	must(err)
	for row := range rows {
		s.Global[0][row].Add(&s.Global[0][row], &rows[row])
	}
	total := list[0].Samples + list[1].Samples
	averages[id][last]++
	rests[id][last] -= total
	cert, st, err := s.Claim(list)
	must(err)
	cells, err := cert.Assign(averages, rests)
	must(err)
	// Both are virtual: what they are by their definition, outside of their table.
	remainder, complement := make([]int32, len(one)), make([]int32, len(one))
	for i, r := range rests[id] {
		remainder[i], complement[i] = int32(r+total/2), int32(total-1-r-total/2)
	}
	axes, averaged := p.Tensor(id).Axes, cert.Weights[0]
	cells[averaged.Remainder[0]], cells[averaged.Complement[0]] = relation.Cells{Small: ops.Pad(axes, remainder)}, relation.Cells{Small: ops.Pad(axes, complement)}
	return s, st, statement.Secret{Cells: cells, External: w.liar.secret.External}
}
