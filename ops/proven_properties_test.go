package ops_test

import (
	"context"
	cryptorand "crypto/rand"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network/networktest"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prooftest"
	"github.com/zkaudit/zkaudit/proof/prover"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/statement"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// proverOf proves what an assignment says, true or false, over small rows.
type proverOf struct {
	setup    *commitments.Setup
	by       *forger.Prover
	verifier *mode.Verifier
}

func newProverOf(t *testing.T) *proverOf {
	t.Helper()
	setup, err := commitments.NewTransparent(10, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	return &proverOf{setup, &forger.Prover{Prover: proving.Prover{Setup: setup, Rand: cryptorand.Reader}}, &mode.Verifier{Setup: setup.Verifier()}}
}

// verdict commits to the external cells of an assignment, proves the system of them with
// the honest prover's answers, and returns what a verifier says.
func (p *proverOf) verdict(t *testing.T, m mode.Name, sys *relation.System, cells relation.Assignment) error {
	t.Helper()
	l, err := proof.NewLayout(sys, p.setup.RowBits, m == mode.ZK)
	if err != nil {
		t.Fatal(err)
	}
	st := &statement.Statement{Kind: "segment", Layout: l, Setup: p.setup.ID}
	secret := statement.Secret{Cells: slices.Clone(cells)}
	for _, id := range sys.Committed(relation.External) {
		rows, blinding := p.commit(t, m, cells[id])
		st.External, secret.External = append(st.External, rows), append(secret.External, blinding)
	}
	encoded, err := p.by.Prove(context.Background(), m, st, secret)
	if err != nil {
		t.Fatal(err)
	}
	return p.verifier.Verify(context.Background(), m, st, encoded)
}

func (p *proverOf) commit(t *testing.T, m mode.Name, c relation.Cells) (rows []bn254.G1Affine, blinding []fr.Element) {
	t.Helper()
	var err error
	if m == mode.ZK {
		if blinding, err = commitments.RandomScalars(cryptorand.Reader, p.setup.Rows(c.Len())); err != nil {
			t.Fatal(err)
		}
	}
	if c.Small != nil {
		rows, err = p.setup.CommitInt32(c.Small, blinding)
	} else {
		rows, err = p.setup.CommitInt64(c.Large, blinding)
	}
	if err != nil {
		t.Fatal(err)
	}
	return rows, blinding
}

// executedOf executes a random network; nil if a value leaves its format.
func executedOf(t *testing.T, rng *rand.Rand, d *networktest.Training) *executed {
	t.Helper()
	x, err := tryExecute(t, d.Program(), d.Steps, rng.Uint64(), func(*executed, *graph.Node) {})
	if errors.Is(err, fault.ErrOverflow) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// modes are those whose proofs need no keys.
func modes() []mode.Name { return []mode.Name{mode.Validity, mode.ZK} }

// What is executed of a random network is proven, in both modes without keys, and the
// proofs are accepted.
func TestNetworksAreProven(t *testing.T) {
	p, proven := newProverOf(t), 0
	drawn(t, 3, func(t *testing.T, rng *rand.Rand, d *networktest.Training) {
		x := executedOf(t, rng, d)
		if x == nil {
			return
		}
		x.checkHonest(t)
		for _, m := range modes() {
			if err := p.verdict(t, m, x.sys.Relation, x.assignment); err != nil {
				t.Errorf("%s: %v", m, err)
			}
		}
		proven++
	})
	if proven == 0 {
		t.Error("nothing was proven")
	}
}

// private are the tensors whose cells a prover chooses or commits, and which have cells.
func (x *executed) private() (ids []relation.ID) {
	for i := range x.sys.Relation.Tensors {
		kind := x.sys.Relation.Tensors[i].Kind
		if (kind == relation.Witness || kind == relation.External) && x.assignment[i].Len() > 0 {
			ids = append(ids, relation.ID(i))
		}
	}
	return ids
}

// A cell of any column that is another is refused: by the relations for every tensor of a
// random network, and for some by the verifier of a whole proof, in both modes. What the
// relations leave to a prover are the remainders of errors that a gate of 0 stops, and
// cells of rows that nothing reads.
func TestChangedNetworksAreRefused(t *testing.T) {
	p := newProverOf(t)
	changedCells, whole := 0, 0
	drawn(t, 3, func(t *testing.T, rng *rand.Rand, d *networktest.Training) {
		x := executedOf(t, rng, d)
		if x == nil {
			return
		}
		x.checkCounts(t, rng)
		ids := x.private()
		rng.Shuffle(len(ids), func(i, k int) { ids[i], ids[k] = ids[k], ids[i] })
		for i, id := range ids {
			cells, said := x.changeCell(t, rng, id)
			if cells == nil {
				continue
			}
			changedCells++
			if i >= 2 && *graphs == 0 { // the others when asked for
				continue
			}
			whole++
			m := modes()[i%2]
			if err := p.verdict(t, m, x.sys.Relation, x.filled(t, cells)); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("%s, mode %s: %v", said, m, err)
			}
		}
	})
	if changedCells < 5*whole && *graphs == 0 || whole == 0 {
		t.Errorf("%d cells changed, %d proven: the test shows little", changedCells, whole)
	}
}

// checkCounts changes how often a row of each table is said to be looked up.
func (x *executed) checkCounts(t *testing.T, rng *rand.Rand) {
	t.Helper()
	sys, counted := x.sys.Relation, slices.Clone(x.assignment)
	if err := prover.Count(sys, counted); err != nil {
		t.Fatal(err)
	}
	if err := naive.Check(sys, counted); err != nil {
		t.Fatal(err)
	}
	for k := range sys.Tables {
		id, cells := sys.Tables[k].Count, slices.Clone(counted)
		row := rng.IntN(sys.Tables[k].Rows)
		cells[id] = changed(cells[id], row, 1)
		if err := naive.Check(sys, cells); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("table %q: one more reading of row %d: %v", sys.Tables[k].Name, row, err)
		}
	}
}

// changeCell changes a random real cell of a tensor, such that the relations refuse it;
// nil where none of some cells matters.
func (x *executed) changeCell(t *testing.T, rng *rand.Rand, id relation.ID) (cells relation.Assignment, said string) {
	t.Helper()
	tensor := x.sys.Relation.Tensor(id)
	rows := tensor.Kind == relation.External && !strings.HasPrefix(tensor.Name, "weight ")
	for range 8 {
		at := flat(tensor.Axes, rng.IntN(tensor.RealCells()))
		delta := []int64{1, -1, 1 << rng.IntN(16), -1 << rng.IntN(16)}[rng.IntN(4)]
		cells := x.bare()
		cells[id] = changed(cells[id], at, delta)
		err := naive.Check(x.sys.Relation, cells)
		switch {
		case errors.Is(err, fault.ErrRejected):
			return cells, tensor.Name
		case err != nil:
			t.Fatal(err)
		case !rows && !x.behindClosedGate(id, at):
			t.Errorf("%s: cell %d changed by %d satisfies the relations", tensor.Name, at, delta)
		}
	}
	return nil, ""
}

// filled gives virtual tensors the cells that they have, given all others, where these are
// small integers; elsewhere the honest ones. A prover asks for them.
func (x *executed) filled(t *testing.T, cells relation.Assignment) relation.Assignment {
	t.Helper()
	sys, filled := x.sys.Relation, slices.Clone(cells)
	known := naive.New(sys, cells)
	for i := range sys.Tensors {
		if sys.Tensors[i].Kind != relation.Virtual || x.assignment[i].Len() == 0 {
			continue
		}
		filled[i] = changed(x.assignment[i], 0, 0)
		for c, v := range table(t, known, relation.ID(i)) {
			if n, small := smallInteger(v); small && filled[i].Small != nil {
				filled[i].Small[c] = n
			}
		}
	}
	return filled
}

// smallInteger is an element as an integer of 32 bits, if it is one.
func smallInteger(v fr.Element) (int32, bool) {
	minus := v
	minus.Neg(&v)
	switch {
	case v.IsUint64() && v.Uint64() < 1<<31:
		return int32(v.Uint64()), true
	case minus.IsUint64() && minus.Uint64() < 1<<31:
		return -int32(minus.Uint64()), true
	}
	return 0, false
}

// Garbage in the padding of all that a prover chooses is accepted only where every
// relation holds of it, and then the real cells are the honest ones still; with a false
// real cell beside it everything is refused. Virtual tensors may then be anything, so
// proofs are made by the reference prover, about whole tables of field elements.
func TestPaddingOfNetworks(t *testing.T) {
	setup, err := commitments.NewTransparent(10, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	accepted, refused := 0, 0
	drawn(t, 1, func(t *testing.T, rng *rand.Rand, d *networktest.Training) {
		x := executedOf(t, rng, d)
		if x == nil {
			return
		}
		x.checkPadding(t)
		honest := prooftest.NewCase(t, x.sys.Relation, slices.Clone(x.assignment))
		if rng.IntN(2) == 0 {
			honest = honest.Masked(t, setup)
		}
		harmless := x.bare() // garbage wherever the relations allow it
		for _, id := range x.private() {
			cells := slices.Clone(harmless)
			cells[id] = x.garbage(rng, id, cells[id])
			if err := naive.Check(x.sys.Relation, cells); err == nil {
				harmless = cells
			} else if !errors.Is(err, fault.ErrRejected) {
				t.Fatal(err)
			} else if refused++; *graphs > 0 && rng.IntN(20) == 0 {
				x.attempt(t, honest, cells, err)
			}
		}
		accepted++
		x.attempt(t, honest, harmless, nil)
		x.attempt(t, honest, x.falseBeside(t, rng, harmless), fault.ErrRejected)
		if *graphs > 0 {
			tab := &x.sys.Relation.Tables[rng.IntN(len(x.sys.Relation.Tables))]
			lie := honest.Clone()
			count := &lie.Tables[tab.Count][rng.IntN(tab.Rows)]
			one := fr.One()
			count.Add(count, &one)
			if err := lie.Attempt(t); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("table %q: one more reading: %v", tab.Name, err)
			}
		}
	})
	if accepted == 0 || refused == 0 {
		t.Errorf("%d accepted, %d refused: the test shows little", accepted, refused)
	}
}

// falseBeside changes a real cell, such that the relations refuse it, beside what stands
// in the padding.
func (x *executed) falseBeside(t *testing.T, rng *rand.Rand, harmless relation.Assignment) relation.Assignment {
	t.Helper()
	ids := x.private()
	for {
		id := ids[rng.IntN(len(ids))]
		lie, said := x.changeCell(t, rng, id)
		if lie == nil {
			continue
		}
		cells, tensor := slices.Clone(harmless), x.sys.Relation.Tensor(id)
		for c := range tensor.RealCells() {
			at := flat(tensor.Axes, c)
			if delta := lie[id].At(at) - cells[id].At(at); delta != 0 {
				cells[id] = changed(cells[id], at, delta)
			}
		}
		if err := naive.Check(x.sys.Relation, cells); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: a false cell beside garbage in the padding: %v", said, err)
		}
		return cells
	}
}

// garbage returns cells with random ones in the padding of a tensor.
func (x *executed) garbage(rng *rand.Rand, id relation.ID, c relation.Cells) relation.Cells {
	c.Small, c.Large = slices.Clone(c.Small), slices.Clone(c.Large)
	for i := range c.Len() {
		if v := rng.Int64N(1<<16) - 1<<15; prooftest.IsReal(x.sys.Relation.Tensor(id).Axes, i) {
			continue
		} else if c.Small != nil {
			c.Small[i] = int32(v)
		} else {
			c.Large[i] = v
		}
	}
	return c
}

// attempt proves cells in the mode of a case: accepted if want is nil, refused otherwise.
func (x *executed) attempt(t *testing.T, honest *prooftest.Case, cells relation.Assignment, want error) {
	t.Helper()
	c := honest.Clone()
	for _, id := range x.private() {
		for i := range c.Tables[id] {
			c.Tables[id][i].SetInt64(cells[id].At(i))
		}
	}
	c.Commit(t)
	if want != nil {
		c.Recount(t)
	}
	err := c.Attempt(t)
	if want == nil && err != nil || want != nil && !errors.Is(err, fault.ErrRejected) {
		t.Errorf("%v; the relations say %v", err, want)
	}
}
