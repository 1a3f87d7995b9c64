package audit

import (
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/proving"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// shy proves in a mode of zero knowledge that a small part of the world has its
// first row, and verifies it. The part has no attributes: with a table for
// their codes beside that of features its certificate would be a circuit of more
// than 2^17 rows, and take twice the time.
func shy(t *testing.T, w *world, m mode.Name, assumed string) (*Bundle, *wrap.Cache) {
	t.Helper()
	w.frame.Mode = m
	d := dataset(rand.New(rand.NewPCG(1, 1)), 2, 2, "sex", sexes, repeat(2, 2))
	d.Attributes = nil
	w.commit("north", d, graph.OneHot)
	a := parse(t, fmt.Sprintf("[[claim]]\nkind = \"membership\"\nparts = [\"north\"]\nlist = [[%d, %d]]\n", d.Features[0], d.Features[1]))
	cache := wrap.NewCache("")
	in := &Inputs{Mode: m, By: &proving.Prover{Setup: w.setup, Cache: cache, Rand: crand.Reader}, Parts: w.subjects.OwnedParts}
	b, _, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: w.setup.Verifier(), Wraps: wrap.Verifier{Cache: cache}}
	r, err := Verify(context.Background(), b, w.expectations(a), v, Options{AllowInsecure: true})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(strings.Join(r.Assumed, "\n"), assumed) {
		t.Errorf("the report does not assume %q: %q", assumed, r.Assumed)
	}
	claim := b.Claims[0].Claim.(*Membership)
	row := claim.List[0]
	claim.List[0] = []int64{int64(d.Features[2]), int64(d.Features[3])}
	if _, err := Verify(context.Background(), b, w.expectations(nil), v, Options{AllowInsecure: true}); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("another row that is there: %v", err)
	}
	claim.List[0] = row
	return b, cache
}

// TestZeroKnowledge proves a small audit in mode zk over the transparent setup.
// Its proofs leave equations to a batch: one that is false there is named.
func TestZeroKnowledge(t *testing.T) {
	setup, err := commitments.NewTransparent(8, new(commitments.Generators))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldOf(t, setup)
	b, _ := shy(t, w, mode.ZK, "SHA-256 behaves as a random oracle")
	for place, encoded := range map[string][]byte{`certificate of part "north"`: b.Certificates["north"], `claim "membership"`: b.Claims[0].Proof} {
		last := &encoded[len(encoded)-1] // of the evaluation proof's last cell
		*last ^= 1
		_, err := Verify(context.Background(), b, w.expectations(nil), &mode.Verifier{Setup: setup.Verifier()}, Options{})
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "the proof is false: "+place) {
			t.Errorf("%s: %v", place, err)
		}
		*last ^= 1
	}
}

// TestWrappedAudit proves the same where the verifier's script runs nowhere but in
// a SNARK.
func TestWrappedAudit(t *testing.T) {
	if testing.Short() {
		t.Skip("a wrap takes seconds")
	}
	w := newWorld(t)
	b, cache := shy(t, w, mode.ZKPLONK, "PLONK, with keys")
	w.noVerdicts(t, b, cache)
}

// noVerdicts checks that nothing that is wrong with the verifier's own machine is
// a verdict on an audit.
func (w *world) noVerdicts(t *testing.T, b *Bundle, cache *wrap.Cache) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, test := range map[string]struct {
		ctx  context.Context
		v    mode.Verifier
		opts Options
		code int
	}{
		"the cache is a file": {context.Background(), mode.Verifier{Wraps: wrap.Verifier{Cache: wrap.NewCache(file)}}, Options{}, fault.ExitOK},
		"no powers for keys":  {context.Background(), mode.Verifier{Wraps: wrap.Verifier{Cache: wrap.NewCache(file), Powers: &commitments.Setup{G1: w.setup.G1, G2: w.setup.G2}}}, Options{}, fault.ExitVersion},
		"no memory":           {context.Background(), mode.Verifier{Wraps: wrap.Verifier{Cache: cache}}, Options{MaxMemory: 1}, fault.ExitResources},
		"interrupted":         {cancelled, mode.Verifier{Wraps: wrap.Verifier{Cache: cache}}, Options{}, fault.ExitInput},
		"no run":              {context.Background(), mode.Verifier{Wraps: wrap.Verifier{Cache: cache}}, Options{}, fault.ExitUsage},
	} {
		test.v.Setup, test.opts.AllowInsecure = w.setup.Verifier(), true
		about := b
		if name == "no run" {
			more := *b
			more.Runs = map[string][32]byte{"net": {1}}
			about = &more
		}
		_, err := Verify(test.ctx, about, Expectation{}, &test.v, test.opts)
		if code := fault.ExitCode(fault.Verdict(err)); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %v", name, code, test.code, err)
		}
	}
}
