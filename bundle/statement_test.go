package bundle_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/ops"
)

// rebind binds the schedule to the commitments again, as a cheater would.
func rebind(s *bundle.Statement) {
	for i := range s.Parts {
		s.Schedule.Commitments[i] = s.PartDigest(i)
	}
}

// TestEveryPublicValueIsBound changes one public value at a time, keeps the
// proofs, and makes the bundle consistent again as far as encodings go.
func TestEveryPublicValueIsBound(t *testing.T) {
	for name, change := range map[string]func(b *bundle.Bundle){
		"run id":       func(b *bundle.Bundle) { b.Statement.RunID[3] ^= 1 },
		"context":      func(b *bundle.Bundle) { b.Statement.Context = "nonce 8" },
		"rate":         func(b *bundle.Bundle) { b.Statement.Rates[0]++ },
		"seed":         func(b *bundle.Bundle) { b.Statement.Schedule.Seed += "x" },
		"tail":         func(b *bundle.Bundle) { b.Statement.Schedule.Tail = schedule.Wrap },
		"row left out": func(b *bundle.Bundle) { b.Statement.Schedule.Without = []schedule.Range{{Part: 0, From: 5, To: 6}} },
		"part left out": func(b *bundle.Bundle) {
			b.Statement.Schedule.Without = []schedule.Range{{Part: 1, From: 0, To: b.Statement.Schedule.Parts[1]}}
		},
		"fewer rows":     func(b *bundle.Bundle) { b.Statement.Schedule.Parts[0]--; rebind(b.Statement) },
		"more rows":      func(b *bundle.Bundle) { b.Statement.Schedule.Parts[0]++; rebind(b.Statement) },
		"fewer steps":    func(b *bundle.Bundle) { b.Statement.Schedule.Steps-- },
		"more steps":     func(b *bundle.Bundle) { b.Statement.Schedule.Steps++ },
		"segment length": func(b *bundle.Bundle) { b.Statement.Segment = 4 },
		"other segments": func(b *bundle.Bundle) { b.Statement.Segment = 6; b.Segments = b.Segments[:2] },
		"last segment dropped": func(b *bundle.Bundle) {
			b.Statement.Schedule.Steps = 10
			b.Segments = b.Segments[:2]
		},
		"first segment dropped": func(b *bundle.Bundle) {
			b.Statement.Schedule.Steps = 7
			b.Statement.Initial = b.Statement.Before(b.Segments[0].After)
			b.Segments = b.Segments[1:]
		},
		"committed order": func(b *bundle.Bundle) {
			b.Statement.Schedule.Order, b.Statement.Schedule.Seed, b.Statement.Schedule.Commitments = schedule.Committed, "", nil
		},
		"parts exchanged":         func(b *bundle.Bundle) { p := b.Statement.Parts; p[0], p[1] = p[1], p[0]; rebind(b.Statement) },
		"one part twice":          func(b *bundle.Bundle) { p := b.Statement.Parts; p[1] = p[0]; rebind(b.Statement) },
		"labels of another part":  func(b *bundle.Bundle) { p := b.Statement.Parts; p[1].Labels = p[0].Labels; rebind(b.Statement) },
		"origin seed":             func(b *bundle.Bundle) { b.Statement.Origin.Seed += "x" },
		"origin scheme":           func(b *bundle.Bundle) { b.Statement.Origin.Scheme = "glorot" },
		"origin bits":             func(b *bundle.Bundle) { b.Statement.Origin.Bits++ },
		"origin private":          func(b *bundle.Bundle) { b.Statement.Origin = bundle.Origin{Kind: bundle.Private, Bits: 47} },
		"initial weights swapped": func(b *bundle.Bundle) { w := b.Statement.Initial; w[1], w[3] = w[3], w[1] },
		"mode":                    func(b *bundle.Bundle) { b.Statement.Mode = "zk" },
		"setup":                   func(b *bundle.Bundle) { b.Statement.Setup[0] ^= 1; rebind(b.Statement) },
		"row size":                func(b *bundle.Bundle) { b.Statement.RowBits++; rebind(b.Statement) },
		"activation":              rebuilt(func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Activation = network.Tanh }),
		"no activation":           rebuilt(func(a *network.Architecture, _ *network.Choices) { a.Layers[0].Activation = "" }),
		"another layer":           rebuilt(func(a *network.Architecture, _ *network.Choices) { a.Layers[2].Kind = network.Tanh }),
		"loss": rebuilt(func(_ *network.Architecture, c *network.Choices) {
			c.Loss, c.Labels = graph.MeanSquaredError, graph.Values
		}),
		"error format":      rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Formats.Error-- }),
		"activation format": rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Formats.Activation++ }),
		"rate shift":        rebuilt(func(_ *network.Architecture, c *network.Choices) { c.RateShift++ }),
		"rates by step":     rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Scheduled = true }),
		"clip":              rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Clip = 512 }),
		"smoothing":         rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Smoothing = 51 }),
		"momentum": rebuilt(func(_ *network.Architecture, c *network.Choices) {
			c.Momentum = &network.Momentum{Response: []int64{2, 1}, Bits: 1, Restart: 5}
		}),
		"weight decay": rebuilt(func(_ *network.Architecture, c *network.Choices) {
			c.Decay = &graph.Decay{N: 1, Shift: 4, Every: 5}
		}),
		"sample weights": rebuilt(func(_ *network.Architecture, c *network.Choices) {
			c.Weighed = &ops.Weighed{Columns: 1, Weights: []int64{1}}
		}),
		"frozen weight": rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Frozen = []int{0} }),
		"batch":         rebuilt(func(_ *network.Architecture, c *network.Choices) { c.Batch++ }),
	} {
		t.Run(name, func(t *testing.T) {
			m := first(t)
			b := decode(t, m)
			change(b)
			data, err := b.Marshal()
			if err == nil {
				b, err = bundle.Unmarshal(data)
			}
			if err == nil {
				_, err = verify(b, bundle.Expectation{}, m.setup)
			}
			if !refused(err) && !errors.Is(err, fault.ErrUsage) {
				t.Errorf("accepted, or failed otherwise: %v", err)
			}
		})
	}
}

// rebuilt changes the network of a bundle.
func rebuilt(change func(a *network.Architecture, c *network.Choices)) func(b *bundle.Bundle) {
	return func(b *bundle.Bundle) {
		a, c := b.Statement.Network.Architecture(), b.Statement.Network.Choices()
		a.Layers = slices.Clone(a.Layers)
		change(&a, &c)
		n, err := network.New(a, c)
		if err != nil {
			panic(err) // the test's own
		}
		b.Statement.Network = n
	}
}

// TestProofsDoNotMove exchanges proofs and commitments within a bundle and
// between two runs that differ in run id and blinding only.
func TestProofsDoNotMove(t *testing.T) {
	for name, change := range map[string]func(b, other *bundle.Bundle){
		"segments exchanged":      func(b, _ *bundle.Bundle) { s := b.Segments; s[0].Proof, s[1].Proof = s[1].Proof, s[0].Proof },
		"segment repeated":        func(b, _ *bundle.Bundle) { s := b.Segments; s[1] = s[0] },
		"borders exchanged":       func(b, _ *bundle.Bundle) { s := b.Segments; s[0].After, s[1].After = s[1].After, s[0].After },
		"certificates exchanged":  func(b, _ *bundle.Bundle) { d := b.Datasets; d[0], d[1] = d[1], d[0] },
		"no certificate":          func(b, _ *bundle.Bundle) { b.Datasets[0] = nil },
		"no weights certificate":  func(b, _ *bundle.Bundle) { b.Weights = nil },
		"certificate as segment":  func(b, _ *bundle.Bundle) { b.Segments[0].Proof = b.Datasets[0] },
		"segment of another run":  func(b, o *bundle.Bundle) { b.Segments[1] = o.Segments[1] },
		"all segments of another": func(b, o *bundle.Bundle) { b.Segments = o.Segments },
		"certificate of another":  func(b, o *bundle.Bundle) { b.Datasets[1] = o.Datasets[1] },
		"weights of another":      func(b, o *bundle.Bundle) { b.Weights, b.Statement.Initial = o.Weights, o.Statement.Initial },
		"final weights of another": func(b, o *bundle.Bundle) {
			b.Segments[2].After = o.Segments[2].After
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := bundles(t)
			b := decode(t, m[0])
			change(b, decode(t, m[1]))
			if _, err := verify(b, bundle.Expectation{}, m[0].setup); !refused(err) {
				t.Errorf("accepted, or failed otherwise: %v", err)
			}
		})
	}
}

// TestExpectations pins every value, right and wrong.
func TestExpectations(t *testing.T) {
	m := first(t)
	b := decode(t, m)
	f, err := b.Facts()
	if err != nil {
		t.Fatal(err)
	}
	right := f.Expect()
	r, err := verify(b, right, m.setup)
	if err != nil || len(r.NotChecked) != 0 || len(r.Checked) < 15 {
		t.Fatalf("all pinned: %d checked, not checked %q, %v", len(r.Checked), r.NotChecked, err)
	}
	old := right
	old.Without = nil // made before rows could be left out
	if r, err := verify(b, old, m.setup); err != nil || !slices.Equal(r.NotChecked, []string{"rows left out (part:row, from 0): none"}) {
		t.Errorf("an expectation that does not say which rows are left out: %v, not checked %q", err, r.NotChecked)
	}
	text, number := "other", 99
	for name, change := range map[string]func(e *bundle.Expectation){
		"mode of the proofs":  func(e *bundle.Expectation) { e.Mode = &text },
		"program":             func(e *bundle.Expectation) { e.Program = &text },
		"dataset":             func(e *bundle.Expectation) { e.Dataset = &[]string{f.Dataset[1], f.Dataset[0]} },
		"order of rows":       func(e *bundle.Expectation) { e.Order = &text },
		"seed of the shuffle": func(e *bundle.Expectation) { e.Seed = &text },
		"epoch tail":          func(e *bundle.Expectation) { e.Tail = &text },
		"rows left out":       func(e *bundle.Expectation) { e.Without = &[]string{"0:5"} },
		"number of steps":     func(e *bundle.Expectation) { e.Steps = &number },
		"steps per segment":   func(e *bundle.Expectation) { e.SegmentSteps = &number },
		"learning rate":       func(e *bundle.Expectation) { e.Rate = &text },
		"origin":              func(e *bundle.Expectation) { e.Origin = &text },
		"seed of the initial": func(e *bundle.Expectation) { e.OriginSeed = &text },
		"scheme":              func(e *bundle.Expectation) { e.OriginScheme = &text },
		"published":           func(e *bundle.Expectation) { e.OriginDigest = &text },
		"initial weights":     func(e *bundle.Expectation) { e.InitialWeights = &text },
		"final weights":       func(e *bundle.Expectation) { e.FinalWeights = &text },
		"context":             func(e *bundle.Expectation) { e.Context = &text },
		"run id":              func(e *bundle.Expectation) { e.RunID = &text },
		"setup":               func(e *bundle.Expectation) { e.Setup = &text },
	} {
		e := right
		change(&e)
		if _, err := verify(b, e, m.setup); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadExpectation(t *testing.T) {
	write := func(text string) string {
		path := t.TempDir() + "/expect.toml"
		if err := artefact.WriteFile(path, []byte(text), artefact.PublicMode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	e, err := bundle.ReadExpectation(write("rate = \"0.1\"\nsteps = 7\ndataset = [\"aa\"]\n"))
	if err != nil || *e.Rate != "0.1" || *e.Steps != 7 || !slices.Equal(*e.Dataset, []string{"aa"}) || e.Seed != nil {
		t.Errorf("%+v, %v", e, err)
	}
	if _, err := bundle.ReadExpectation(write("sead = \"x\"\n")); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "sead") {
		t.Errorf("misspelt key: %v", err)
	}
	if _, err := bundle.ReadExpectation(write("rate = [\n")); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no TOML: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "none.toml")
	if _, err := bundle.ReadExpectation(missing); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), missing) {
		t.Errorf("no file: %v", err)
	}
	beside := write("model = \"m.tflite\"\n")
	if e, err := bundle.ReadExpectation(beside); err != nil || *e.Model != filepath.Join(filepath.Dir(beside), "m.tflite") {
		t.Errorf("a model beside the expectation: %v, %v", *e.Model, err)
	}
	elsewhere := filepath.Join(t.TempDir(), "m.tflite")
	if e, err := bundle.ReadExpectation(write(fmt.Sprintf("model = %q\n", elsewhere))); err != nil || *e.Model != elsewhere {
		t.Errorf("a model elsewhere: %v, %v", *e.Model, err)
	}
}

// TestStatementDigestCoversAll flips bytes of the encoded statement: whatever
// still decodes has another digest.
func TestStatementDigestCoversAll(t *testing.T) {
	s := decode(t, first(t)).Statement
	encoded, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	digest, err := s.Digest()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	decoded := 0
	for range 400 {
		damaged := slices.Clone(encoded)
		damaged[rng.IntN(len(damaged))] ^= 1 << rng.IntN(8)
		other, err := bundle.DecodeStatement(damaged)
		if err != nil {
			if !refused(err) {
				t.Error(err)
			}
			continue
		}
		decoded++
		if d, err := other.Digest(); err != nil || d == digest {
			t.Errorf("another statement with digest %x, %v", d, err)
		}
	}
	if decoded == 0 {
		t.Error("no damaged statement decoded: the test shows nothing")
	}
}
