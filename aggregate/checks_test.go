package aggregate_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/train"
)

// TestClaimChecks: commitments of another shape, and weights whose sums could wrap, are
// refused before any proof is looked at, whichever participant has them.
func TestClaimChecks(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	for name, change := range map[string]func(s *aggregate.Statement){
		"a weight less":                     func(s *aggregate.Statement) { s.Global = s.Global[:3] },
		"a committed row more of the first": func(s *aggregate.Statement) { s.Global[0] = append(s.Global[0], s.Global[0][0]) },
		"a committed row more of the last":  func(s *aggregate.Statement) { s.Global[3] = append(s.Global[3], s.Global[3][0]) },
		"a committed row less":              func(s *aggregate.Statement) { s.Global[1] = nil },
		"round 0":                           func(s *aggregate.Statement) { s.Round = 0 },
	} {
		s := clone(f.Statement)
		change(s)
		if _, _, err := s.Claim(contributions(t, list)); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), "round: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
	wide := clone(f.Statement)
	wide.Bits = 63
	if _, _, err := wide.Claim(contributions(t, list)); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "63 bits") {
		t.Errorf("an average of 63 bits: %v", err)
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
	changed.Mode = "unknown"
	if _, err := verified(t, &aggregate.File{Statement: changed, Proof: f.Proof}, list); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("an unknown mode: %v", err)
	}
	changed.Mode = "zk"
	if _, err := verified(t, &aggregate.File{Statement: changed, Proof: f.Proof}, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "theirs are of mode validity") {
		t.Errorf("another mode: %v", err)
	}
}

// TestRoundIsWhereItsRunsAre: context and setup are those of the runs, and so is the size
// of rows.
func TestRoundIsWhereItsRunsAre(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	// Made for another context than the runs, and proven as well as can be.
	a := averager(t, list)
	for _, c := range a.Contributions {
		s := *c.Run
		s.Context, c.Run = "federation 2", &s
	}
	elsewhere, _, err := a.Average(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verified(t, elsewhere, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "its context is") {
		t.Errorf("another context than that of the runs: %v", err)
	}
	rows := contributions(t, list)
	var given []*bundle.Predecessor
	for _, c := range rows {
		s := *c.Run
		s.RowBits, c.Run = 9, &s
		given = append(given, &bundle.Predecessor{Result: c.Result})
	}
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := aggregate.Verify(context.Background(), f, rows, given, setup.Verifier(), aggregate.Options{AllowInsecure: true}); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "its setup is") {
		t.Errorf("runs of longer rows: %v", err)
	}
	larger, err := commitments.NewDevelopment(9)
	if err != nil {
		t.Fatal(err)
	}
	transparent, err := commitments.NewTransparent(8, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	for _, setup := range []*commitments.Setup{larger, transparent} {
		changed := clone(f.Statement)
		changed.Setup, changed.RowBits = setup.ID, setup.RowBits
		var runs []*bundle.Predecessor
		for _, c := range contributions(t, list) {
			runs = append(runs, &bundle.Predecessor{Result: c.Result})
		}
		_, err = aggregate.Verify(context.Background(), &aggregate.File{Statement: changed, Proof: f.Proof}, contributions(t, list), runs, setup.Verifier(), aggregate.Options{AllowInsecure: true})
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "its setup is") {
			t.Errorf("another setup than that of the runs: %v", err)
		}
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

// TestEveryCommittedRow: a weight may take many committed rows. Each of the rests is
// computed, and an average that is wrong in the last row alone is refused.
func TestEveryCommittedRow(t *testing.T) {
	list, err := participants(2, func(c *run.Config) { c.Proof.RowBits = 3 })
	if err != nil {
		t.Fatal(err)
	}
	f, _ := average(t, list, 1)
	if _, err := verified(t, f, list); err != nil {
		t.Fatal(err)
	}
	all := contributions(t, list)
	_, st, err := f.Statement.Claim(all)
	if err != nil {
		t.Fatal(err)
	}
	rows := len(f.Statement.Global[0])
	if rows < 2 {
		t.Fatalf("%d rows", rows)
	}
	for row := range rows {
		n := uint64(f.Statement.Samples())
		sum, err := commitments.FoldCommitments([]bn254.G1Affine{all[0].Result.Weights[0].Rows[row], all[1].Result.Weights[0].Rows[row], f.Statement.Global[0][row]},
			[]fr.Element{fr.NewElement(12), fr.NewElement(16), *new(fr.Element).Neg(new(fr.Element).SetUint64(n))})
		if want := new(bn254.G1Affine).FromJacobian(&sum); err != nil || !st.External[4][row].Equal(want) {
			t.Errorf("row %d: another commitment to the rest, %v", row, err)
		}
	}
	a := averager(t, list)
	liar := *a.Models[0]
	liar.Cells = train.Weights{}
	for w, cells := range a.Models[0].Cells {
		liar.Cells[w] = slices.Clone(cells)
	}
	weight := network.WeightTensors(list[0].bundle.Statement.Program())[0]
	liar.Cells[weight][len(liar.Cells[weight])-1] += 28 * 1000
	a.Models[0] = &liar
	if f, _, err = a.Average(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	if _, err := verified(t, f, list); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "the average") {
		t.Errorf("the last cell of many rows moved: %v", err)
	}
}

// TestMemoryOfEveryWeight: each committed row and each byte of the proof counts in what
// a verification may take.
func TestMemoryOfEveryWeight(t *testing.T) {
	list := three(t)
	f, _ := average(t, list, 1)
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		t.Fatal(err)
	}
	least := func(f *aggregate.File) int {
		return 1 + sort.Search(1<<30, func(bytes int) bool {
			_, err := aggregate.Verify(context.Background(), f, nil, nil, setup.Verifier(), aggregate.Options{AllowInsecure: true, MaxMemory: int64(bytes) + 1})
			if !errors.Is(err, fault.ErrResources) && !errors.Is(err, fault.ErrRejected) {
				t.Fatal(err)
			}
			return errors.Is(err, fault.ErrRejected)
		})
	}
	before := least(f)
	for i := range f.Statement.Global {
		s := clone(f.Statement)
		s.Global[i] = append(s.Global[i], s.Global[i][0])
		if after := least(&aggregate.File{Statement: s, Proof: f.Proof}); after < before+commitments.PointBytes {
			t.Errorf("a committed row more of weight %d takes %d bytes, in place of %d", i, after, before)
		}
	}
	if after := least(&aggregate.File{Statement: f.Statement, Proof: append(slices.Clone(f.Proof), make([]byte, 100)...)}); after < before+100 {
		t.Errorf("100 bytes more of a proof take %d bytes, in place of %d", after, before)
	}
}
