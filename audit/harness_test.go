package audit

import (
	"context"
	crand "crypto/rand"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/forger"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
)

// testRowBits is small: tensors of tests span several committed rows.
const testRowBits = 7

var developmentSetup = sync.OnceValues(func() (*commitments.Setup, error) { return commitments.NewDevelopment(testRowBits) })

// world is what the claims of a test are about.
type world struct {
	t        testing.TB
	setup    *commitments.Setup
	subjects *Subjects
	frame    Frame
	tables   *ops.Tables
	cache    *wrap.Cache // for mode zk
	rng      io.Reader   // blinds parts
	spoilt   bool        // a test has changed what was committed
}

func newWorld(t testing.TB) *world {
	t.Helper()
	setup, err := developmentSetup()
	if err != nil {
		t.Fatal(err)
	}
	return newWorldOf(t, setup)
}

func newWorldOf(t testing.TB, setup *commitments.Setup) *world {
	return &world{t: t, setup: setup, rng: crand.Reader, tables: ops.NewTables(), subjects: &Subjects{
		Parts: map[string]*bundle.PublicPart{}, Runs: map[string]*PublicRun{}, Models: map[string]*Model{}, Owned: Owned{map[string]OwnedPart{}, map[string]*OwnedRun{}},
	}, frame: Frame{Mode: mode.Validity, Setup: setup.ID, RowBits: setup.RowBits, Context: "test"}}
}

// owned returns a part with what opens it.
func (w *world) owned(part string) *owner.Part { return w.subjects.OwnedParts[part].(*owner.Part) }

// trained returns what opens the weights of a run.
func trained(r *OwnedRun) *owner.TrainedModel { return r.OwnedModel.(*owner.TrainedModel) }

// commit adds a part.
func (w *world) commit(name string, d *data.Dataset, kind graph.LabelKind) *owner.Part {
	w.t.Helper()
	if err := d.Check(); err != nil {
		w.t.Fatal(err)
	}
	p, err := owner.CommitPart(w.setup, d, kind, w.frame.Mode, w.rng)
	if err != nil {
		w.t.Fatal(err)
	}
	w.subjects.Parts[name], w.subjects.OwnedParts[name] = &p.PublicPart, p
	return p
}

// recommit commits to a part's cells as a test has changed them.
func (w *world) recommit(name string) {
	w.t.Helper()
	p := w.owned(name)
	for k, cells := range p.Cells {
		rows, err := w.setup.CommitInt32(cells.Small, p.Blinding[k])
		if err != nil {
			w.t.Fatal(err)
		}
		p.Commitments[k] = rows
	}
}

// dataset draws rows with the given codes of one attribute.
func dataset(rng *rand.Rand, width, classes int, attribute string, vocabulary []string, codes []int32) *data.Dataset {
	d := &data.Dataset{
		Rows: len(codes), Width: width, Shape: []int{width}, FractionBits: 4,
		Labels:     data.Labels{Kind: data.OneHot},
		Attributes: []data.Attribute{{Name: attribute, Vocabulary: vocabulary, Codes: codes}},
	}
	for range d.Rows * width {
		d.Features = append(d.Features, rng.Int32N(65)-32)
	}
	for c := range classes {
		d.Labels.Classes = append(d.Labels.Classes, string(rune('a'+c)))
	}
	for range d.Rows {
		d.Labels.Class = append(d.Labels.Class, rng.Int32N(int32(classes)))
	}
	return d
}

func repeat(counts ...int) []int32 {
	var codes []int32
	for g, n := range counts {
		for range n {
			codes = append(codes, int32(g))
		}
	}
	return codes
}

func (w *world) item(c Claim) *Item {
	for kind, make := range Kinds() {
		if sameType(make(), c) {
			return &Item{Name: "claim", Kind: kind, Claim: c}
		}
	}
	if _, ok := c.(*Rare); !ok { // the worked example is in no table
		w.t.Fatalf("%T is not in the table of kinds", c)
	}
	return &Item{Name: "claim", Kind: "rare", Claim: c}
}

// cheat is how a test forges a witness: change alters the cells of a tensor
// before others are computed from them. nil is honest.
type cheat struct {
	change func(tensor string, cells []int64)
}

// compute is Scope.compute with the cheat's change after each fill.
func (c *cheat) compute(s *Scope) *Values {
	if c == nil || c.change == nil {
		return s.compute()
	}
	honest := s.fills
	defer func() { s.fills = honest }()
	s.fills = nil
	for _, f := range honest {
		s.fill(func(v *Values) {
			before := maps.Clone(v.cells)
			f(v)
			for _, id := range slices.Sorted(maps.Keys(v.cells)) {
				if _, was := before[id]; !was && s.b.System().Tensor(id).Kind != relation.Public {
					c.change(s.name(id), v.cells[id])
				}
			}
		})
	}
	return s.compute()
}

// prove proves a claim; with a cheat, what can be made of it, true or false.
func (w *world) prove(c Claim, cheat *cheat) ([]Released, []byte, error) {
	w.t.Helper()
	by := proving.Prover{Setup: w.setup, Cache: w.cache, Rand: crand.Reader}
	if cheat == nil {
		return proveClaim(context.Background(), &w.frame, w.item(c), w.subjects, &by, w.tables)
	}
	made, err := w.witness(c, cheat)
	if err != nil {
		return nil, nil, err
	}
	st, secret := made.secret()
	encoded, err := (&forger.Prover{Prover: by}).Prove(context.Background(), w.frame.Mode, st, secret)
	return made.released(), encoded, err
}

func (w *world) verify(c Claim, released []Released, proof []byte) error {
	w.t.Helper()
	public := &Subjects{Parts: w.subjects.Parts, Runs: w.subjects.Runs, Models: w.subjects.Models}
	v := &mode.Verifier{Setup: w.setup.Verifier(), Wraps: wrap.Verifier{Cache: w.cache}}
	return verifyClaim(context.Background(), &w.frame, w.item(c), public, v, released, proof, w.tables)
}

// holds checks that a true claim is proven and verified.
func (w *world) holds(name string, c Claim) ([]Released, []byte) {
	w.t.Helper()
	w.naive(name, c, nil, true)
	released, proof, err := w.prove(c, nil)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	if err := w.verify(c, released, proof); err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return released, proof
}

// naive checks the prover's cells by the slow reference.
func (w *world) naive(name string, c Claim, forge *cheat, want bool) {
	w.t.Helper()
	st, values := w.cells(c, forge)
	if err := naive.Check(st.statement.Layout.System, values.assignment()); (err == nil) != want {
		w.t.Errorf("%s: the reference says %v, want it to hold: %v", name, err, want)
	}
}

func (w *world) cells(c Claim, forge *cheat) (*stated, *Values) {
	w.t.Helper()
	made, err := w.witness(c, forge)
	if err != nil {
		w.t.Fatal(err)
	}
	return made.stated, made.values
}

// witness is what a cheat makes of a claim. It fails where public values show that
// the claim is false.
func (w *world) witness(c Claim, forge *cheat) (*witness, error) {
	item := w.item(c)
	var released []Released
	for {
		st, err := state(&w.frame, item, w.subjects, released, w.tables)
		if err != nil {
			return nil, err
		}
		values := forge.compute(st.scope)
		if values.failed != nil {
			return nil, values.failed
		}
		if released != nil || len(st.scope.release.asked) == 0 {
			return &witness{stated: st, values: values}, nil
		}
		for _, r := range st.scope.release.asked {
			r.Values = r.compute(values)
			released = append(released, r)
		}
	}
}

// fails checks that a false claim is refused by the honest prover, with a
// reason that has the given words, and that the verifier rejects what a
// cheating prover makes of it: the honest cells, and, for every tensor that
// the prover chooses, cells moved by one with everything after them
// recomputed.
func (w *world) fails(name string, c Claim, why string) {
	w.t.Helper()
	_, _, err := w.prove(c, nil)
	if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), why) || fault.ExitCode(err) != fault.ExitRejected {
		w.t.Errorf("%s: honest prover: %v, want %q", name, err, why)
	}
	w.forged(name, c, nil)
	st, _ := w.cells(c, nil)
	sys := st.statement.Layout.System
	for i := range sys.Tensors {
		t := &sys.Tensors[i]
		if t.Kind != relation.Witness {
			continue
		}
		for cell, by := range map[int]int64{0: 1, t.Cells() / 2: -1} {
			w.naive(name+": "+t.Name, c, &cheat{change: func(tensor string, cells []int64) {
				if tensor == t.Name {
					cells[cell] += by
				}
			}}, false)
		}
	}
}

// forged checks that the verifier rejects a forged proof.
func (w *world) forged(name string, c Claim, change func(tensor string, cells []int64)) {
	w.t.Helper()
	w.naive(name, c, &cheat{change}, false)
	released, proof, err := w.prove(c, &cheat{change})
	if err != nil {
		w.t.Fatalf("%s: forging: %v", name, err)
	}
	if err := w.verify(c, released, proof); !errors.Is(err, fault.ErrRejected) {
		w.t.Errorf("%s: forged proof: %v", name, err)
	}
}

func sameType(a, b any) bool { return reflect.TypeOf(a) == reflect.TypeOf(b) }

// smallDataset is four rows of two features.
func smallDataset() *data.Dataset {
	return dataset(rand.New(rand.NewPCG(1, 1)), 2, 2, "sex", sexes, repeat(1, 3))
}

// proveClaim states a claim as a prover does and proves it.
func proveClaim(ctx context.Context, f *Frame, item *Item, subjects *Subjects, by *proving.Prover, tables *ops.Tables) ([]Released, []byte, error) {
	st, err := state(f, item, subjects, nil, tables)
	if err != nil {
		return nil, nil, err
	}
	return st.prove(ctx, by, nil)
}

// verifyClaim states a claim as a verifier does and checks its proof.
func verifyClaim(ctx context.Context, f *Frame, item *Item, subjects *Subjects, v *mode.Verifier, released []Released, encoded []byte, tables *ops.Tables) error {
	if released == nil {
		released = []Released{}
	}
	st, err := state(f, item, subjects, released, tables)
	if err != nil {
		return err
	}
	batch := v.NewBatch()
	if err := st.verify(ctx, batch, encoded); err != nil {
		return err
	}
	return falseProof(batch.Check())
}
