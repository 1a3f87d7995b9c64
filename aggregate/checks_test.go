package aggregate_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestClaimChecks: commitments of another shape, and weights whose sums could wrap, are
// refused before any proof is looked at, whichever participant has them.
func TestClaimChecks(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	for name, change := range map[string]func(s *aggregate.Statement){
		"a weight less":        func(s *aggregate.Statement) { s.Global = s.Global[:3] },
		"a committed row more": func(s *aggregate.Statement) { s.Global[1] = append(s.Global[1], s.Global[1][0]) },
	} {
		s := clone(f.Statement)
		change(s)
		if _, _, err := s.Claim(contributions(t, list)); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "round: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for k := range list {
		wide := contributions(t, list)
		run := *wide[k].Run
		run.Origin.Bits = 240
		wide[k].Run = &run
		if _, _, err := f.Statement.Claim(wide); !errors.Is(err, fault.ErrUnsupported) {
			t.Errorf("weights of 240 bits of participant %d: %v", k+1, err)
		}
	}
}

// TestRoundIsOfItsRuns: mode, setup and each count are those of the runs.
func TestRoundIsOfItsRuns(t *testing.T) {
	list := three(t)
	for k := range list {
		a := averager(t, list)
		a.Contributions[k].Samples++
		f, _, err := a.Average(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verified(t, f, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "counts for") {
			t.Errorf("participant %d counts one row more: %v", k+1, err)
		}
	}
	f, _ := average(t, list, 1)
	changed := clone(f.Statement)
	changed.Mode = "zk"
	if _, err := verified(t, &aggregate.File{Statement: changed, Proof: f.Proof}, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "theirs are of mode validity") {
		t.Errorf("another mode: %v", err)
	}
	larger, err := commitments.NewDevelopment(9)
	if err != nil {
		t.Fatal(err)
	}
	changed = clone(f.Statement)
	changed.Setup, changed.RowBits = larger.ID, 9
	var runs []*bundle.Predecessor
	for _, c := range contributions(t, list) {
		runs = append(runs, &bundle.Predecessor{Result: c.Result})
	}
	_, err = aggregate.Verify(context.Background(), &aggregate.File{Statement: changed, Proof: f.Proof}, contributions(t, list), runs, larger.Verifier(), aggregate.Options{AllowInsecure: true})
	if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "its setup is") {
		t.Errorf("another setup than that of the runs: %v", err)
	}
}

// TestSharedRowsOfAnyPart: rows that two participants share are seen in any part.
func TestSharedRowsOfAnyPart(t *testing.T) {
	both := contributions(t, three(t)[:2])
	run := *both[1].Run
	run.Parts = append(slices.Clone(run.Parts), both[0].Run.Parts[0])
	both[1].Run = &run
	if err := aggregate.Agree(both); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "same committed rows") {
		t.Errorf("a second part that is another's: %v", err)
	}
}

// TestStatementLimits: more participants, or weights, than a round may have.
func TestStatementLimits(t *testing.T) {
	f, _ := average(t, three(t), 1)
	if got := f.Results(); len(got) != 3 || got[2] != f.Statement.Participants[2].Result {
		t.Errorf("%d results", len(got))
	}
	many := clone(f.Statement)
	many.Participants = nil
	for i := range aggregate.MaxParticipants + 1 {
		p := aggregate.Participant{Samples: 1}
		binary.BigEndian.PutUint64(p.Result[:], uint64(i))
		many.Participants = append(many.Participants, p)
	}
	if err := many.Check(); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "participants, want") {
		t.Errorf("one participant too many: %v", err)
	}
	many = clone(f.Statement)
	for len(many.Global) <= 1<<16 {
		many.Global = append(many.Global, many.Global[0])
	}
	if err := many.Check(); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("one weight too many: %v", err)
	}
}

// TestUnknownMode: a round of a mode that this version does not know is one of another
// version, and not damaged.
func TestUnknownMode(t *testing.T) {
	f, _ := average(t, three(t), 1)
	data, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	h, payload, err := artefact.Decode(data, aggregate.Kind(), aggregate.Version)
	if err != nil {
		t.Fatal(err)
	}
	payload = bytes.Replace(payload, []byte("validity"), []byte("mode-xyz"), 1)
	h.Statement = sha256.Sum256(payload[8:][:binary.LittleEndian.Uint64(payload)])
	if _, err := aggregate.Unmarshal(artefact.Encode(h, payload)); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("an unknown mode: %v", err)
	}
}
