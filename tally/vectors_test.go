package tally_test

import (
	"context"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/tally"
)

// vectors are a run in mode zk and an audit of two claims about it.
func vectors(t *testing.T) (*bundle.Bundle, *audit.Bundle) {
	t.Helper()
	read := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join("..", "testdata", "vectors", "zk", name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	b, err := bundle.Unmarshal(read("bundle.zka"))
	if err != nil {
		t.Fatal(err)
	}
	made, err := audit.Unmarshal(read("audit.zka"))
	if err != nil {
		t.Fatal(err)
	}
	return b, made
}

// roundOf is the report of a round whose second participant has made a run.
func roundOf(t *testing.T, b *bundle.Bundle) (*aggregate.Report, []*aggregate.Contribution) {
	t.Helper()
	c, err := aggregate.ContributionOf(b)
	if err != nil {
		t.Fatal(err)
	}
	digest, err := b.Statement.Digest()
	if err != nil {
		t.Fatal(err)
	}
	part, other := b.Statement.PartDigest(0), &aggregate.Contribution{Digest: [32]byte{9}}
	return &aggregate.Report{Mode: "zk", Context: b.Statement.Context, Participants: []aggregate.ParticipantFacts{
		{Statement: "00", Result: "01", Samples: 6, Dataset: []string{"02"}, Rows: []int{6}},
		{Statement: hex.EncodeToString(digest[:]), Result: hex.EncodeToString(c.Digest[:]), Samples: c.Samples, Dataset: []string{hex.EncodeToString(part[:])}, Rows: b.Statement.Schedule.Parts},
	}}, []*aggregate.Contribution{other, c, other}
}

// TestAuditOfAParticipant: an audit is verified with what the round knows of the run, and
// nothing of it is left to be compared.
func TestAuditOfAParticipant(t *testing.T) {
	b, made := vectors(t)
	round, list := roundOf(t, b)
	all := tally.New(round, list)
	if err := all.Belongs(made); err != nil {
		t.Fatal(err)
	}
	setup, err := commitments.SetupOf("", made.RowBits, made.Setup)
	if err != nil {
		t.Fatal(err)
	}
	verify := func() (*audit.Report, error) {
		e, err := all.Expect(made)
		if err != nil {
			t.Fatal(err)
		}
		return audit.Verify(context.Background(), made, e, &mode.Verifier{Setup: setup}, audit.Options{})
	}
	r, err := verify()
	if err != nil {
		t.Fatal(err)
	}
	all.Add(r)
	if err := all.Finish(); err != nil {
		t.Fatal(err)
	}
	a := round.Audited
	if len(a.Participants[0].Claims) != 0 || len(a.Participants[1].Claims) != 2 || len(a.Open) != 0 || len(round.Open()) != 0 {
		t.Errorf("%+v", a)
	}
	if says := a.Participants[1].Claims[1].Says; !strings.Contains(says, "accuracy") || !strings.HasSuffix(says, " (all parts of its run)") {
		t.Error(says)
	}
	// Another mode is another round's, and so are weights that are not the run's.
	round.Mode = "validity"
	if _, err := verify(); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "expected proofs of mode validity") {
		t.Errorf("another mode: %v", err)
	}
	round.Mode = "zk"
	w := list[1].Result.Weights
	w[0].Rows, w[1].Rows = w[1].Rows, w[0].Rows
	if _, err := verify(); err == nil {
		t.Error("an audit of other weights is accepted")
	}
}

// TestContinuedRuns: the report of a round says what its runs start from, so that an
// audit need not.
func TestContinuedRuns(t *testing.T) {
	b, made := vectors(t)
	round, list := roundOf(t, b)
	e, err := tally.New(round, list).Expect(made)
	if err != nil {
		t.Fatal(err)
	}
	if digest := made.Runs["run"]; !e.Followed[digest] || e.RunDigests["run"] != hex.EncodeToString(digest[:]) || len(e.Runs) != 1 || e.Runs[0].Digest != digest {
		t.Errorf("%+v", e)
	}
	for _, order := range [][]int{{1, 0}, {0, 1}, {0, 2, 1}, {1, 2, 0}} {
		var given []*aggregate.Contribution
		for _, i := range order {
			given = append(given, list[i])
		}
		if e, err := tally.New(round, given).Expect(made); err != nil || len(e.Runs) != 1 {
			t.Errorf("contributions in the order %d: %v", order, err)
		}
	}
	list[1].Run.Setup[0] ^= 1 // now another run's
	list[1].Run.RowBits = 99
	if _, err := tally.New(round, list).Expect(made); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a statement that is none: %v", err)
	}
}

// TestAuditsOfOthers: what an audit is about decides whose it is, and names do not.
func TestAuditsOfOthers(t *testing.T) {
	b, made := vectors(t)
	round, list := roundOf(t, b)
	part := round.Participants[1].Dataset[0]
	for name, test := range map[string]struct {
		change func(a *audit.Bundle, r *aggregate.Report)
		says   string
	}{
		"run and part":         {func(*audit.Bundle, *aggregate.Report) {}, ""},
		"the part alone":       {func(a *audit.Bundle, r *aggregate.Report) { clear(a.Runs); r.Participants[1].Statement = "03" }, ""},
		"the run alone":        {func(a *audit.Bundle, r *aggregate.Report) { r.Participants[1].Dataset = nil }, ""},
		"another run":          {func(a *audit.Bundle, r *aggregate.Report) { r.Participants[1].Statement = "03" }, `it is about run "run", statement`},
		"another run, too":     {func(a *audit.Bundle, r *aggregate.Report) { a.Runs["zero"] = [32]byte{} }, `it is about run "zero", statement 00`},
		"another part":         {func(a *audit.Bundle, r *aggregate.Report) { clear(a.Runs); r.Participants[1].Dataset = []string{"04"} }, "it is about no run of a participant of this round"},
		"the part's other row": {func(a *audit.Bundle, r *aggregate.Report) { clear(a.Runs); a.Parts["part-000"].Rows-- }, "it is about no run of a participant of this round"},
		"in another setup":     {func(a *audit.Bundle, r *aggregate.Report) { clear(a.Runs); a.Setup[0] ^= 1 }, "it is about no run of a participant of this round"},
	} {
		_, again := vectors(t)
		r := &aggregate.Report{Mode: "zk", Participants: slices.Clone(round.Participants)}
		test.change(again, r)
		err := tally.New(r, list).Belongs(again)
		if test.says == "" && err != nil || test.says != "" && (!errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), test.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Whatever an audit lists of the round is compared.
	more := *made.Parts["part-000"]
	more.Rows--
	made.Parts["more"], made.Runs["again"] = &more, made.Runs["run"]
	digest := more.Digest(made.Setup, made.RowBits)
	round.Participants[0].Dataset = []string{hex.EncodeToString(digest[:])}
	e, err := tally.New(round, list).Expect(made)
	if err != nil || e.Parts["part-000"] != part || len(e.Parts) != 2 || len(e.RunDigests) != 2 {
		t.Errorf("parts %q, runs %q: %v", e.Parts, e.RunDigests, err)
	}
}
