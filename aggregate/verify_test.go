package aggregate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/train"
)

// TestRound: three participants of 12, 16 and 20 rows are averaged, weight by weight,
// and what the commitments of the round open to is that average.
func TestRound(t *testing.T) {
	list := three(t)
	f, global := average(t, list, 1)
	report, err := verified(t, f, []*participant{list[2], list[0], list[1]})
	if err != nil {
		t.Fatal(err)
	}
	if report.Samples != 12+16+20 || report.Round != 1 || report.Steps != 6 || len(report.Missing) != 0 || len(report.Chain.Links()) != 4 {
		t.Errorf("%d samples, round %d, %d steps, missing %v, a chain of %d", report.Samples, report.Round, report.Steps, report.Missing, len(report.Chain.Links()))
	}
	if text, err := json.Marshal(report); err != nil || bytes.Contains(text, []byte("null")) {
		t.Errorf("as JSON, lists that are empty are lists: %s, %v", text, err)
	}
	p := list[0].bundle.Statement.Program()
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	for k, id := range network.WeightTensors(p) {
		for i := range global.Cells[id] {
			sum := new(big.Int)
			for j, of := range list {
				sum.Add(sum, new(big.Int).Mul(big.NewInt(int64(12+4*j)), big.NewInt(of.model.Cells[id][i])))
			}
			// ⌊sum/48 + 1/2⌋
			want := new(big.Int).Div(sum.Add(sum, big.NewInt(24)), big.NewInt(48))
			if want.Int64() != global.Cells[id][i] {
				t.Errorf("weight %d, cell %d: %d, want %v", k, i, global.Cells[id][i], want)
			}
		}
		rows, err := setup.CommitInt64(ops.Pad(p.Tensor(id).Axes, global.Cells[id]), global.Blinding[k])
		if err != nil || !slices.Equal(rows, f.Statement.Global[k]) {
			t.Errorf("weight %d is not what is committed: %v", k, err)
		}
	}
}

// TestRoundInZeroKnowledge: the same in the default mode, over the transparent setup.
func TestRoundInZeroKnowledge(t *testing.T) {
	list, err := participants(2, func(c *run.Config) {
		c.Proof.Mode, c.Proof.Setup = "zk", ""
	})
	if err != nil {
		t.Fatal(err)
	}
	f, _ := average(t, list, 1)
	report, err := verified(t, f, list)
	if err != nil {
		t.Fatal(err)
	}
	if report.Samples != 12+16 || report.Insecure {
		t.Errorf("%d samples, insecure: %v", report.Samples, report.Insecure)
	}
	f.Statement.Global[0][0], f.Statement.Global[1][0] = f.Statement.Global[1][0], f.Statement.Global[0][0]
	if _, err := verified(t, f, list); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("two global commitments exchanged: %v", err)
	}
}

// TestAggregatorLies: who averages cannot make a round of anything but the average of
// all that it names, each counted as it must be.
func TestAggregatorLies(t *testing.T) {
	list := three(t)
	// A lie that is proven as well as it can be: rounds of contributions that say
	// something else than their bundles do.
	counted := func(change func(list []*aggregate.Contribution)) *aggregate.File {
		a := averager(t, list)
		change(a.Contributions)
		f, _, err := a.Average(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for name, f := range map[string]*aggregate.File{
		"counts exchanged": counted(func(l []*aggregate.Contribution) { l[0].Samples, l[1].Samples = l[1].Samples, l[0].Samples }),
		"one counts more":  counted(func(l []*aggregate.Contribution) { l[2].Samples *= 2 }),
		"all count once":   counted(func(l []*aggregate.Contribution) { l[0].Samples, l[1].Samples, l[2].Samples = 1, 1, 1 }),
	} {
		if _, err := verified(t, f, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "counts for") {
			t.Errorf("%s: %v", name, err)
		}
	}
	two, _ := average(t, list[:2], 1)
	if _, err := verified(t, two, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "does not count") {
		t.Errorf("one left out: %v", err)
	}
	all, _ := average(t, list, 1)
	if _, err := verified(t, all, list[:2]); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "was not given") {
		t.Errorf("one not shown: %v", err)
	}
	if _, _, err := averager(t, []*participant{list[0], list[1], list[0]}).Average(context.Background(), 1); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("one counted twice: %v", err)
	}
	second, _ := average(t, list, 2)
	if _, err := verified(t, second, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "number 1") {
		t.Errorf("a first round that says it is the second: %v", err)
	}
}

// TestOtherAverages: global weights that are off by one in one cell, and those that
// are no average of anything, are refused, however they are proven.
func TestOtherAverages(t *testing.T) {
	list := three(t)
	p := list[0].bundle.Statement.Program()
	for k, id := range network.WeightTensors(p) {
		for _, d := range []int64{1, -1} {
			// The aggregator pretends that a participant had other weights, so that the
			// average of these is what it wants, and proves that.
			a := averager(t, list)
			liar := *a.Models[0]
			liar.Cells = train.Weights{}
			for w, cells := range a.Models[0].Cells {
				liar.Cells[w] = slices.Clone(cells)
			}
			liar.Cells[id][0] += d * 48 // 12 times this is 12 more in the average
			a.Models[0] = &liar
			f, _, err := a.Average(context.Background(), 1)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := verified(t, f, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "the average") {
				t.Errorf("weight %d moved by %d: %v", k, d, err)
			}
		}
	}
}

// TestStatementIsBound: a proof is one of its statement alone. Each change leaves a
// statement that is well formed.
func TestStatementIsBound(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	other, _ := average(t, list, 1)
	for name, change := range map[string]func(f *aggregate.File){
		"another proof":             func(f *aggregate.File) { f.Proof = other.Proof },
		"no proof":                  func(f *aggregate.File) { f.Proof = nil },
		"another average":           func(f *aggregate.File) { f.Statement.Global = other.Statement.Global },
		"one tensor of another":     func(f *aggregate.File) { f.Statement.Global[1] = other.Statement.Global[1] },
		"a participant's weights":   func(f *aggregate.File) { f.Statement.Global[1] = list[0].bundle.Final()[1] },
		"fewer bits":                func(f *aggregate.File) { f.Statement.Bits = 60 },
		"a negated commitment":      func(f *aggregate.File) { f.Statement.Global[0][0].Neg(&f.Statement.Global[0][0]) },
		"another context":           func(f *aggregate.File) { f.Statement.Context = "federation 2" },
		"another mode":              func(f *aggregate.File) { f.Statement.Mode = "zk" },
		"participants in two order": func(f *aggregate.File) { slices.Reverse(f.Statement.Participants) },
		"a weight less":             func(f *aggregate.File) { f.Statement.Global = f.Statement.Global[:3] },
		"a weight more":             func(f *aggregate.File) { f.Statement.Global = append(f.Statement.Global, f.Statement.Global[0]) },
		"a committed row more": func(f *aggregate.File) {
			f.Statement.Global[0] = append(f.Statement.Global[0], f.Statement.Global[0][0])
		},
	} {
		changed := &aggregate.File{Statement: clone(f.Statement), Proof: f.Proof}
		change(changed)
		if _, err := verified(t, changed, list); !errors.Is(err, fault.ErrRejected) && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	changed := clone(f.Statement)
	changed.Setup[0]++
	if _, err := verified(t, &aggregate.File{Statement: changed, Proof: f.Proof}, list); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("another setup: %v", err)
	}
	changed = clone(f.Statement)
	changed.RowBits++
	if _, err := verified(t, &aggregate.File{Statement: changed, Proof: f.Proof}, list); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("rows of another size: %v", err)
	}
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := aggregate.Verify(context.Background(), f, nil, nil, setup.Verifier(), aggregate.Options{}); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("the development setup: %v", err)
	}
}

func clone(s *aggregate.Statement) *aggregate.Statement {
	c := *s
	c.Participants, c.Global = slices.Clone(s.Participants), nil
	for _, rows := range s.Global {
		c.Global = append(c.Global, slices.Clone(rows))
	}
	return &c
}

// TestRestIsComputed: the commitments to rests are those of the definition.
func TestRestIsComputed(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	all := contributions(t, list)
	cert, st, err := f.Statement.Claim(all)
	if err != nil {
		t.Fatal(err)
	}
	n := len(cert.Weights)
	if len(st.External) != 2*n || n != 4 {
		t.Fatalf("%d commitments for %d weights", len(st.External), n)
	}
	for i := range n {
		var want bn254.G1Jac
		add := func(point bn254.G1Affine, times int64) {
			var term bn254.G1Affine
			term.ScalarMultiplication(&point, big.NewInt(times))
			want.AddMixed(&term)
		}
		for k, c := range all {
			add(c.Result.Weights[i].Rows[0], int64(12+4*k))
		}
		add(f.Statement.Global[i][0], -48)
		if sum := new(bn254.G1Affine).FromJacobian(&want); !st.External[n+i][0].Equal(sum) {
			t.Errorf("weight %d: another commitment to the rest", i)
		}
		if !st.External[i][0].Equal(&f.Statement.Global[i][0]) {
			t.Errorf("weight %d: another commitment to the average", i)
		}
	}
}

// TestVerifyTakesWhatWasVerified: contributions come with the verified runs that they are
// of, each once, and a round takes no more memory than it may.
func TestVerifyTakesWhatWasVerified(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	var runs []*bundle.Predecessor
	for _, p := range list {
		r, err := bundle.Verify(context.Background(), p.bundle, bundle.Expectation{}, setup.Verifier(), bundle.Options{AllowInsecure: true})
		if err != nil {
			t.Fatal(err)
		}
		runs = append(runs, r.Predecessor())
	}
	all := contributions(t, list)
	options := aggregate.Options{AllowInsecure: true}
	for name, c := range map[string]struct {
		list []*aggregate.Contribution
		runs []*bundle.Predecessor
		want error
	}{
		"as they are":           {all, runs, nil},
		"runs exchanged":        {all, []*bundle.Predecessor{runs[1], runs[0], runs[2]}, fault.ErrUsage},
		"one not verified":      {all, []*bundle.Predecessor{runs[0], nil, runs[2]}, fault.ErrUsage},
		"fewer runs":            {all, runs[:2], fault.ErrUsage},
		"a participant twice":   {append(slices.Clone(all), all[0]), append(slices.Clone(runs), runs[0]), fault.ErrUsage},
		"a participant missing": {all[1:], runs[1:], fault.ErrRejected},
	} {
		if _, err := aggregate.Verify(context.Background(), f, c.list, c.runs, setup.Verifier(), options); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	options.MaxMemory = 1
	if _, err := aggregate.Verify(context.Background(), f, all, runs, setup.Verifier(), options); !errors.Is(err, fault.ErrResources) {
		t.Errorf("a byte of memory: %v", err)
	}
}

// TestSecondRound: runs of a second round start from the commitments of the first, with
// a layer that is not trained. It keeps its commitments there, and nobody may give it
// others; in the first round, where each participant commits to it anew, it stays what
// it is.
func TestSecondRound(t *testing.T) {
	var first, second []*participant
	var dirs []string
	for number := range 2 {
		dirs = append(dirs, t.TempDir())
		p, err := trained(dirs[number], number+1, func(c *run.Config) { c.Model.FrozenLayers = []string{"0"} })
		if err != nil {
			t.Fatal(err)
		}
		first = append(first, p)
	}
	f, global := average(t, first, 1)
	p := first[0].bundle.Statement.Program()
	frozen := 0
	for k, id := range network.WeightTensors(p) {
		if p.Tensor(id).Role == graph.Frozen {
			frozen = k
			if !slices.Equal(global.Cells[id], first[0].model.Cells[id]) || slices.Equal(f.Statement.Global[k], first[0].bundle.Statement.Initial[k]) {
				t.Errorf("frozen weight %d has changed, or was not committed anew", k)
			}
		}
	}
	before, err := verified(t, f, first)
	if err != nil {
		t.Fatal(err)
	}
	round := filepath.Join(t.TempDir(), "round")
	if err := run.WriteRound(round, f, first[0].bundle.Statement.Network, global, first[0].file); err != nil {
		t.Fatal(err)
	}
	if err := run.WriteRound(round, f, first[0].bundle.Statement.Network, global, first[0].file); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a round where there is one: %v", err)
	}
	for number := range 2 {
		second = append(second, next(t, dirs[number], round))
	}
	g, _ := average(t, second, 2)
	if !slices.Equal(g.Statement.Global[frozen], f.Statement.Global[frozen]) {
		t.Error("a frozen weight has other commitments after the second round")
	}
	report, err := verified(t, g, second, before.Predecessor())
	if err != nil {
		t.Fatal(err)
	}
	if report.Round != 2 || len(report.Chain.Links()) != 6 || len(report.Missing) != 0 || report.Start != before.Result {
		t.Errorf("round %d, a chain of %d, missing %v", report.Round, len(report.Chain.Links()), report.Missing)
	}
	if report, err := verified(t, g, second); err != nil || !slices.Equal(report.Missing, []string{before.Result}) {
		t.Errorf("what it starts from is not given: %v", err)
	}
	changed := clone(g.Statement)
	changed.Global[frozen] = first[0].bundle.Statement.Initial[frozen]
	if _, err := verified(t, &aggregate.File{Statement: changed, Proof: g.Proof}, second, before.Predecessor()); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "frozen weight") {
		t.Errorf("other commitments to a frozen weight: %v", err)
	}
	for _, number := range []int{1, 3} {
		wrong, _ := average(t, second, number)
		if _, err := verified(t, wrong, second, before.Predecessor()); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "it is number 2") {
			t.Errorf("a second round that says it is number %d: %v", number, err)
		}
	}
	if err := aggregate.Agree(contributions(t, []*participant{second[0], first[1]})); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "weights of another origin (seed, not continued)") {
		t.Errorf("runs of two rounds: %v", err)
	}
	if n, err := aggregate.Next(contributions(t, second)[0], bundle.NewChain(bundle.Link{From: []string{before.Result}}, before.Chain)); err != nil || n != 2 {
		t.Errorf("the second round would be number %d: %v", n, err)
	}
	if _, err := aggregate.Next(contributions(t, second)[0], bundle.NewChain(bundle.Link{From: []string{before.Result}})); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a round after one that nobody has seen: %v", err)
	}
	// One that says where it starts from, and starts from elsewhere.
	elsewhere := contributions(t, second)
	pretended := *elsewhere[1].Run
	pretended.Initial = slices.Clone(pretended.Initial)
	pretended.Initial[0] = first[0].bundle.Statement.Initial[0]
	elsewhere[1].Run = &pretended
	if err := aggregate.Agree(elsewhere); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "other commitments to the same result") {
		t.Errorf("other commitments than those of the round: %v", err)
	}
}

// next makes the run of a participant in the next round.
func next(t *testing.T, dir, round string) *participant {
	t.Helper()
	d, err := run.Open(dir, run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	then := t.TempDir()
	if _, err := d.InitRound(then, round); err != nil {
		t.Fatal(err)
	}
	e, err := run.Open(then, run.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx := context.Background()
	if _, err := e.Commit(ctx, false); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Train(ctx, false); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Prove(ctx, false); err != nil {
		t.Fatal(err)
	}
	p, err := sent(then)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
