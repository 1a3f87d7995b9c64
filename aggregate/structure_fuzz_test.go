package aggregate_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/scramble"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/prooftest"
)

// fuzzMemory is what a changed round may ask for.
const fuzzMemory = 1 << 30

// FuzzStructure changes decoded rounds, and bundles of their participants, and takes
// them through all that a verifier does as if each bundle had been verified: no round
// but the one that was made is accepted, nothing panics, and whatever is refused is
// refused as a file of a stranger.
func FuzzStructure(f *testing.F) {
	list := three(f)
	honest, _ := average(f, list, 1)
	setup, err := setupOf(list[0].bundle)
	if err != nil {
		f.Fatal(err)
	}
	round, bundles := marshal(f, honest), make([][]byte, len(list))
	for k, p := range list {
		bundles[k] = marshal(f, p.bundle)
	}
	scramble.Seeds(f)
	f.Fuzz(func(t *testing.T, seed []byte) {
		choices := scramble.NewChoices(seed)
		changed, err := aggregate.Unmarshal(slices.Clone(round))
		if err != nil {
			t.Fatal(err)
		}
		var given []*bundle.Bundle
		for _, file := range bundles {
			b, err := bundle.Unmarshal(slices.Clone(file))
			if err != nil {
				t.Fatal(err)
			}
			given = append(given, b)
		}
		if choices.Below(2) == 0 { // all by the same changes, or one alone
			at := choices.Below(2 * len(given))
			for k := range given {
				if at >= len(given) || k == at {
					scramble.Change(scramble.NewChoices(seed), given[k])
				}
			}
		}
		if choices.Below(3) > 0 {
			scramble.Change(choices, changed)
		}
		if changed.Statement == nil {
			return // no file says so
		}
		j := &judge{t: t, setup: setup.Verifier(), round: round}
		j.everything(changed, given, choices.Below(2) == 0)
	})
}

func marshal(t testing.TB, f interface{ Marshal() ([]byte, error) }) []byte {
	t.Helper()
	file, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// judge looks at what is said of changed files, given the file of the honest round.
type judge struct {
	t     *testing.T
	setup *commitments.VerifierSetup
	round []byte
}

// verdict refuses a panic, and an error that is no verdict on a stranger's file.
func (j *judge) verdict(what string, err error) bool {
	j.t.Helper()
	if errors.Is(err, fault.ErrPanic) {
		j.t.Fatalf("%s: %v", what, err)
	}
	if code := fault.ExitCode(fault.Verdict(err)); code == fault.ExitInput || code == fault.ExitUsage {
		j.t.Fatalf("%s: exit code %d: %v", what, code, err)
	}
	return err == nil
}

// everything verifies a round of bundles as they are or, with repair, a round that says
// of them what a verifier compares, and last its claim with a proof of nothing.
func (j *judge) everything(f *aggregate.File, bundles []*bundle.Bundle, repair bool) {
	var list []*aggregate.Contribution
	var runs []*bundle.Predecessor
	seen := map[[32]byte]bool{}
	for _, b := range bundles {
		if b.Statement == nil || b.Statement.Network == nil {
			return // no file says so
		}
		file, err := b.Marshal()
		if err != nil {
			j.verdict("writing a bundle", err)
			return
		}
		if b, err = bundle.Unmarshal(file); !j.verdict("reading a bundle", err) {
			return
		}
		c, err := aggregate.ContributionOf(b)
		if !j.verdict("a contribution", err) || seen[c.Digest] {
			return
		}
		seen[c.Digest] = true
		list, runs = append(list, c), append(runs, verifiedAs(c))
	}
	if repair {
		j.repair(f, list)
	}
	file, err := f.Marshal()
	if err != nil {
		j.verdict("writing", err)
		return
	}
	read, err := aggregate.Unmarshal(file)
	if !j.verdict("reading", err) {
		return
	}
	_, err = aggregate.Verify(context.Background(), read, list, runs, j.setup, aggregate.Options{AllowInsecure: true, MaxMemory: fuzzMemory})
	if j.verdict("verifying", err) && !bytes.Equal(file, j.round) {
		j.t.Fatal("another round is accepted")
	}
	if aggregate.Agree(list) != nil {
		return
	}
	_, st, err := read.Statement.Claim(list)
	if !j.verdict("its claim", err) {
		return
	}
	proof := prooftest.Nothing(st)
	if proof == nil {
		return
	}
	if j.verdict("a proof of nothing", (&mode.Verifier{Setup: j.setup}).Verify(context.Background(), read.Statement.Mode, st, proof)) {
		j.t.Fatal("a proof of nothing is accepted")
	}
}

// verifiedAs is what a verifier would say of a run, had it verified the bundle.
func verifiedAs(c *aggregate.Contribution) *bundle.Predecessor {
	link := bundle.Link{Kind: "run", Result: hex.EncodeToString(c.Digest[:]), From: []string{}}
	return &bundle.Predecessor{Result: c.Result, Chain: bundle.NewChain(link)}
}

// repair has a round count the given contributions, in their mode and setup, with as many
// committed rows as their weights have.
func (j *judge) repair(f *aggregate.File, list []*aggregate.Contribution) {
	s, run := f.Statement, list[0].Run
	s.Mode, s.Context, s.Setup, s.RowBits = run.Mode, run.Context, run.Setup, run.RowBits
	s.Participants = nil
	for _, c := range list {
		s.Participants = append(s.Participants, aggregate.Participant{Result: c.Digest, Samples: c.Samples})
	}
	_, _, g, _ := bn254.Generators()
	ids := network.WeightTensors(run.Program())
	s.Global = append(s.Global[:min(len(s.Global), len(ids))], make([][]bn254.G1Affine, max(0, len(ids)-len(s.Global)))...)
	for i, id := range ids {
		n := bundle.CommittedRows(max(1, s.RowBits), run.Program().Tensor(id).Axes...)
		if n < 1 || n > 1<<10 {
			return
		}
		have := s.Global[i][:min(len(s.Global[i]), n)]
		s.Global[i] = append(slices.Clip(have), slices.Repeat([]bn254.G1Affine{g}, n-len(have))...)
	}
}
