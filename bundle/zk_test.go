package bundle_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/run"
)

// zkRun trains for four steps and proves them in a mode of zero knowledge, with
// the setup that is its default.
func zkRun(t *testing.T, m mode.Name, cache string) made {
	t.Helper()
	done, err := makeRun(func(c *run.Config) {
		c.Data = c.Data[:1]
		c.Training.Steps = 4
		c.Proof = run.ProofConfig{Mode: string(m), RowBits: 4, Context: c.Proof.Context}
	}, cache)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestZeroKnowledgeBundle: what holds for bundles of mode validity holds for
// those in zero knowledge, with nothing of the conversation in the clear.
func TestZeroKnowledgeBundle(t *testing.T) {
	m := zkRun(t, mode.ZK, t.TempDir())
	check := func(b *bundle.Bundle, e bundle.Expectation, _ *wrap.Cache) (*bundle.Report, error) {
		return bundle.Verify(context.Background(), b, e, m.setup, bundle.Options{})
	}
	report, err := check(decode(t, m), bundle.Expectation{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	reported(t, report, mode.ZK)
	changedInZeroKnowledge(t, m, check, nil)
	modesExpected(t, m, mode.ZK, check, nil)
	falseInBatch(t, m, check)
}

// falseInBatch: proofs whose equations are decided together are named when they
// are false, each by itself.
func falseInBatch(t *testing.T, m made, check checker) {
	of := func(b *bundle.Bundle) map[string]*[]byte {
		return map[string]*[]byte{
			"certificate of dataset part 0": &b.Datasets[0], "certificate of the initial weights": &b.Weights, "segment 1 of 1": &b.Segments[0].Proof,
		}
	}
	for place := range of(decode(t, m)) {
		b := decode(t, m)
		proof := of(b)[place]
		*proof = bytes.Clone(*proof) // shared with the file
		(*proof)[len(*proof)-1] ^= 1 // of the evaluation proof's last cell
		_, err := check(b, bundle.Expectation{}, nil)
		if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "the proof is false: "+place) {
			t.Errorf("%s: %v", place, err)
		}
	}
}

func reported(t *testing.T, report *bundle.Report, m mode.Name) {
	t.Helper()
	var text strings.Builder
	if err := report.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"mode " + string(m) + ": the bundle reveals nothing", "Revealed to whoever reads the bundle", "0 constants of the model", "mode of the proofs: " + string(m)} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("report does not say %q:\n%s", want, text.String())
		}
	}
	if strings.Contains(text.String(), "hide no more") {
		t.Error("report warns as in mode validity")
	}
	if strings.Contains(text.String(), "INSECURE") != m.Wrapped() {
		t.Errorf("INSECURE is what the development setup is, and the transparent one is not:\n%s", text.String())
	}
}

// whole is set by make wraps-test.
var whole = flag.Bool("whole", false, "prove a bundle in PLONK, for a minute or two")

// graphs and seed are set by make properties-test.
var (
	graphs = flag.Int("graphs", 0, "prove bundles of so many random networks, instead of two")
	seed   = flag.Uint64("seed", 0, "from this one on: a test that fails names its own")
)

// TestWrappedBundle is TestZeroKnowledgeBundle where the verifier's script runs
// nowhere but in a SNARK. Of what it is about, proof/wrap has tests on smaller
// statements, and package audit one on an audit.
func TestWrappedBundle(t *testing.T) {
	if !*whole {
		t.Skip("wraps three proofs; make wraps-test runs it")
	}
	cache := t.TempDir()
	m := zkRun(t, mode.ZKPLONK, cache)
	keys := wrap.NewCache(filepath.Join(cache, "keys"))
	check := func(b *bundle.Bundle, e bundle.Expectation, keys *wrap.Cache) (*bundle.Report, error) {
		return bundle.Verify(context.Background(), b, e, m.setup, bundle.Options{AllowInsecure: true, Wraps: wrap.Verifier{Cache: keys}})
	}
	report, err := check(decode(t, m), bundle.Expectation{}, keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("report", func(t *testing.T) { reported(t, report, mode.ZKPLONK) })
	t.Run("changed", func(t *testing.T) { changedInZeroKnowledge(t, m, check, keys) })
	t.Run("expectation", func(t *testing.T) { modesExpected(t, m, mode.ZKPLONK, check, keys) })
	t.Run("own faults", func(t *testing.T) { ownFaults(t, m, filepath.Join(cache, "keys")) })
	t.Run("cache", func(t *testing.T) { damagedCache(t, m, check, filepath.Join(cache, "keys")) })
}

type checker func(*bundle.Bundle, bundle.Expectation, *wrap.Cache) (*bundle.Report, error)

// changedInZeroKnowledge changes one public value at a time and keeps the
// proofs, or exchanges proofs.
func changedInZeroKnowledge(t *testing.T, m made, check checker, keys *wrap.Cache) {
	open := first(t) // of mode validity, on the same rows
	for name, change := range map[string]func(b *bundle.Bundle){
		"context":              func(b *bundle.Bundle) { b.Statement.Context = "nonce 8" },
		"run id":               func(b *bundle.Bundle) { b.Statement.RunID[0] ^= 1 },
		"rate":                 func(b *bundle.Bundle) { b.Statement.Rates[0]++ },
		"seed":                 func(b *bundle.Bundle) { b.Statement.Schedule.Seed += "x" },
		"tail":                 func(b *bundle.Bundle) { b.Statement.Schedule.Tail = schedule.Wrap },
		"fewer rows":           func(b *bundle.Bundle) { b.Statement.Schedule.Parts[0]--; rebind(b.Statement) },
		"more rows":            func(b *bundle.Bundle) { b.Statement.Schedule.Parts[0]++; rebind(b.Statement) },
		"fewer steps":          func(b *bundle.Bundle) { b.Statement.Schedule.Steps, b.Statement.Segment = 3, 3 },
		"origin seed":          func(b *bundle.Bundle) { b.Statement.Origin.Seed += "x" },
		"activation":           rebuilt(func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Activation = network.Tanh }),
		"Groth16 instead":      func(b *bundle.Bundle) { b.Statement.Mode = mode.ZKGroth16 },
		"validity instead":     func(b *bundle.Bundle) { b.Statement.Mode = mode.Validity },
		"certificate as proof": func(b *bundle.Bundle) { b.Segments[0].Proof = b.Datasets[0] },
		"weights after":        func(b *bundle.Bundle) { b.Segments[0].After = b.Statement.Trained() },
		"certificate of another dataset": func(b *bundle.Bundle) {
			b.Datasets[0] = decode(t, open).Datasets[0]
		},
		"another dataset": func(b *bundle.Bundle) {
			p := &b.Statement.Parts[0]
			p.Features[0], p.Features[1] = p.Features[1], p.Features[0]
			rebind(b.Statement)
		},
		"labels as they please": func(b *bundle.Bundle) {
			p := &b.Statement.Parts[0]
			p.Labels[0] = p.Features[0]
			rebind(b.Statement)
		},
	} {
		b := decode(t, m)
		change(b)
		if _, err := check(b, bundle.Expectation{}, keys); !refused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// modesExpected: whoever asks for zero knowledge, or for a system without
// shared keys, is not given another.
func modesExpected(t *testing.T, m made, own mode.Name, check checker, keys *wrap.Cache) {
	for _, want := range mode.Names() {
		pinned := string(want)
		_, err := check(decode(t, m), bundle.Expectation{Mode: &pinned}, keys)
		if want == own && err != nil {
			t.Errorf("pinned to its own mode: %v", err)
		}
		if want != own && (!errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "mode")) {
			t.Errorf("%s for %s: %v", own, want, err)
		}
	}
	open, pinned := first(t), string(mode.ZKPLONK)
	if _, err := verify(decode(t, open), bundle.Expectation{Mode: &pinned}, open.setup); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "expected mode") {
		t.Errorf("mode validity passes for zero knowledge: %v", err)
	}
}

// ownFaults: nothing that is wrong with the verifier's own machine, keys or setup
// is a verdict on the bundle; what is wrong with the bundle is one in spite of it.
func ownFaults(t *testing.T, m made, keys string) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	few, err := commitments.NewDevelopment(4)
	if err != nil {
		t.Fatal(err)
	}
	few.Insecure = false // so that its own powers make the keys, of which it has 16
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	of := func(cache string) wrap.Verifier { return wrap.Verifier{Cache: wrap.NewCache(cache)} }
	background := context.Background()
	for name, test := range map[string]struct {
		ctx    context.Context
		opts   bundle.Options
		untrue bool // the proof that is looked at first
		code   int
	}{
		"nothing":                             {background, bundle.Options{Wraps: of(keys)}, false, fault.ExitOK},
		"a false proof":                       {background, bundle.Options{Wraps: of(keys)}, true, fault.ExitRejected},
		"a false proof, and the cache a file": {background, bundle.Options{Wraps: of(file)}, true, fault.ExitRejected}, // a true one: keys.txtar
		"no powers for keys":                  {background, bundle.Options{Wraps: wrap.Verifier{Cache: wrap.NewCache(file), Powers: few}}, false, fault.ExitVersion},
		"no memory":                           {background, bundle.Options{MaxMemory: 1, Wraps: of(keys)}, false, fault.ExitResources},
		"interrupted":                         {cancelled, bundle.Options{Wraps: of(keys)}, false, fault.ExitInput},
		"interrupted, with no memory":         {cancelled, bundle.Options{MaxMemory: 1, Wraps: of(keys)}, false, fault.ExitResources},
	} {
		test.opts.AllowInsecure = true
		b := decode(t, m)
		if test.untrue {
			b.Datasets[0] = bytes.Clone(b.Datasets[0]) // shared with the file
			b.Datasets[0][len(b.Datasets[0])-1] ^= 1
		}
		_, err := bundle.Verify(test.ctx, b, bundle.Expectation{}, m.setup, test.opts)
		if code := fault.ExitCode(fault.Verdict(err)); code != test.code {
			t.Errorf("%s: exit code %d, want %d: %v", name, code, test.code, err)
		}
	}
}

// damagedCache: a damaged key is made again, and the verdict is the same.
func damagedCache(t *testing.T, m made, check checker, dir string) {
	names, err := filepath.Glob(filepath.Join(dir, "*.vk"))
	if err != nil || len(names) != 3 {
		t.Fatalf("keys %q, %v", names, err)
	}
	good, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	bad := append([]byte(nil), good...)
	bad[len(bad)/2] ^= 1
	if err := os.WriteFile(names[0], bad, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := check(decode(t, m), bundle.Expectation{}, wrap.NewCache(dir)); err != nil {
		t.Error(err)
	}
	if again, err := os.ReadFile(names[0]); err != nil || string(again) != string(good) {
		t.Errorf("not replaced, %v", err)
	}
}
