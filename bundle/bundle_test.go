package bundle_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// made is a bundle of a small run: 12 steps in segments of 5, on two parts.
type made struct {
	bytes []byte
	setup *commitments.VerifierSetup
}

// makers make two bundles of the same program on the same rows; only run id and
// blinding differ.
var makers = [2]func() (made, error){sync.OnceValues(makeBundle), sync.OnceValues(makeBundle)}

// first is the bundle of most tests.
func first(t testing.TB) made {
	t.Helper()
	m, err := makers[0]()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func bundles(t testing.TB) [2]made {
	t.Helper()
	second, err := makers[1]()
	if err != nil {
		t.Fatal(err)
	}
	return [2]made{first(t), second}
}

func makeBundle() (made, error) { return makeRun(nil, "") }

// makeRun makes a run, after a change of its choices, and returns its bundle.
func makeRun(change func(c *run.Config), cache string) (made, error) {
	return makeRunBy(change, cache, func(ctx context.Context, d *run.Directory) error {
		if _, err := d.Train(ctx, false); err != nil {
			return err
		}
		_, err := d.Prove(ctx, false)
		return err
	})
}

// makeRunBy is makeRun by a trainer who trains and proves as he likes.
func makeRunBy(change func(c *run.Config), cache string, trainer func(ctx context.Context, d *run.Directory) error) (made, error) {
	dir, err := os.MkdirTemp("", "bundle-test-")
	if err != nil {
		return made{}, err
	}
	defer os.RemoveAll(dir)
	layer := func(inputs, units int, f tflite.Activation) tflite.DenseLayer {
		return tflite.DenseLayer{Units: units, Activation: f, Weights: make([]float32, inputs*units), Bias: make([]float32, units)}
	}
	m, err := tflite.NewDense("small", []tflite.DenseLayer{layer(3, 5, tflite.ActRelu), layer(5, 2, tflite.ActNone)}, 3, true)
	if err != nil {
		return made{}, err
	}
	model, err := tflite.Marshal(m)
	if err != nil {
		return made{}, err
	}
	var rows [2]strings.Builder
	for i := range 40 {
		fmt.Fprintf(&rows[i%2], "%d,%d,%d,%s\n", i%7, i%5, i%3, []string{"no", "yes"}[i%7/4])
	}
	for name, text := range map[string][]byte{"m.tflite": model, "a.csv": []byte(rows[0].String()), "b.csv": []byte(rows[1].String())} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return made{}, err
		}
	}
	c := &run.Config{
		Model:    run.ModelConfig{File: filepath.Join(dir, "m.tflite")},
		Data:     []run.DataConfig{{File: filepath.Join(dir, "a.csv")}, {File: filepath.Join(dir, "b.csv")}},
		Columns:  run.ColumnConfig{Header: "no"},
		Training: run.TrainingConfig{Batch: 4, Steps: 12, SegmentSteps: 5},
		Proof:    run.ProofConfig{Mode: "validity", RowBits: 8, Setup: run.DevelopmentSetup, Context: "nonce 7"},
	}
	if change != nil {
		change(c)
	}
	if _, err := run.Init(dir, c); err != nil {
		return made{}, err
	}
	d, err := run.Open(dir, run.Options{CacheDir: cache})
	if err != nil {
		return made{}, err
	}
	defer d.Close()
	ctx := context.Background()
	if _, err := d.Commit(ctx, false); err != nil {
		return made{}, err
	}
	if err := trainer(ctx, d); err != nil {
		return made{}, err
	}
	bytes, err := os.ReadFile(filepath.Join(dir, run.BundleFile))
	if err != nil {
		return made{}, err
	}
	b, err := bundle.Unmarshal(bytes)
	if err != nil {
		return made{}, err
	}
	setup, err := commitments.SetupOf("", b.Statement.RowBits, b.Statement.Setup)
	return made{bytes, setup}, err
}

func decode(t testing.TB, m made) *bundle.Bundle {
	t.Helper()
	b, err := bundle.Unmarshal(m.bytes)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func verify(b *bundle.Bundle, e bundle.Expectation, setup *commitments.VerifierSetup) (*bundle.Report, error) {
	return bundle.Verify(context.Background(), b, e, setup, bundle.Options{AllowInsecure: true})
}

// refused reports whether an error is one that verification may end with.
func refused(err error) bool {
	return errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrVersion) || errors.Is(err, fault.ErrUnsupported)
}

func TestHonestBundle(t *testing.T) {
	m := first(t)
	b := decode(t, m)
	r, err := verify(b, bundle.Expectation{}, m.setup)
	if err != nil {
		t.Fatal(err)
	}
	f := r.Facts
	if f.Steps != 12 || f.Segments != 3 || f.Batch != 4 || len(f.Dataset) != 2 || f.Context != "nonce 7" || !f.Insecure || f.Rate != "0.10009765625" || f.Parameters != 3*5+5+5*2+2 {
		t.Errorf("facts %+v", f)
	}
	if len(r.Checked) != 0 || len(r.NotChecked) < 14 {
		t.Errorf("%d checked, %d not checked without expectation", len(r.Checked), len(r.NotChecked))
	}
	var text strings.Builder
	if err := r.WriteText(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"NOT zero-knowledge", "INSECURE", "NOT CHECKED", "12 steps", "nonce 7"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("report does not say %q", want)
		}
	}
	again, err := b.Marshal()
	if err != nil || string(again) != string(m.bytes) {
		t.Errorf("marshalled again: equal %t, %v", string(again) == string(m.bytes), err)
	}
}

func TestInsecureSetupIsRefused(t *testing.T) {
	m := first(t)
	_, err := bundle.Verify(context.Background(), decode(t, m), bundle.Expectation{}, m.setup, bundle.Options{})
	if !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "INSECURE") {
		t.Error(err)
	}
	id, size := *m.setup, *m.setup
	id.ID[0] ^= 1
	size.RowBits++
	for name, other := range map[string]*commitments.VerifierSetup{"another setup": &id, "rows of another size": &size} {
		if _, err := verify(decode(t, m), bundle.Expectation{}, other); !errors.Is(err, fault.ErrVersion) || !strings.HasPrefix(err.Error(), "the bundle was made with setup ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVerifyStopsWhenCancelled(t *testing.T) {
	m := first(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := bundle.Verify(ctx, decode(t, m), bundle.Expectation{}, m.setup, bundle.Options{AllowInsecure: true}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestDamagedBytes flips a bit in each of many bytes, with a frame whose
// checksum is right again.
func TestDamagedBytes(t *testing.T) {
	m := first(t)
	head, payload, err := artefact.Decode(m.bytes, bundle.Kind(), bundle.Version)
	if err != nil {
		t.Fatal(err)
	}
	step := max(1, len(payload)/60)
	for at := 0; at < len(payload); at += step {
		damaged := append([]byte(nil), payload...)
		damaged[at] ^= 1 << (at % 8)
		b, err := bundle.Unmarshal(artefact.Encode(head, damaged))
		if err == nil {
			_, err = verify(b, bundle.Expectation{}, m.setup)
		}
		if !refused(err) {
			t.Errorf("byte %d of %d: %v", at, len(payload), err)
		}
	}
}

func TestLengths(t *testing.T) {
	m := first(t)
	head, payload, err := artefact.Decode(m.bytes, bundle.Kind(), bundle.Version)
	if err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(payload); n += 1 + len(payload)/500 {
		if _, err := bundle.Unmarshal(artefact.Encode(head, payload[:n])); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d bytes of %d: %v", n, len(payload), err)
		}
	}
	if _, err := bundle.Unmarshal(artefact.Encode(head, append(payload[:len(payload):len(payload)], 0))); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("a byte too many: %v", err)
	}
	if _, err := bundle.Unmarshal(m.bytes[:len(m.bytes)-1]); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("truncated file: %v", err)
	}
	for _, version := range []uint32{bundle.Version - 1, bundle.Version + 1} {
		head.Version = version
		if _, err := bundle.Unmarshal(artefact.Encode(head, payload)); fault.ExitCode(fault.Verdict(err)) != fault.ExitVersion {
			t.Errorf("version %d: %v", version, err)
		}
	}
	if !bundle.Recognised(m.bytes) || bundle.Recognised(payload) {
		t.Error("recognition")
	}
}

// TestProvenTwice: the same run proven twice has other commitments and the
// same size.
func TestProvenTwice(t *testing.T) {
	m := bundles(t)
	a, b := decode(t, m[0]), decode(t, m[1])
	if len(m[0].bytes) != len(m[1].bytes) {
		t.Errorf("%d and %d bytes", len(m[0].bytes), len(m[1].bytes))
	}
	if a.Final().Digest() == b.Final().Digest() || a.Statement.PartDigest(0) == b.Statement.PartDigest(0) {
		t.Error("the same commitments twice")
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	m := first(b)
	for b.Loop() {
		decode(b, m)
	}
}

func FuzzUnmarshal(f *testing.F) {
	m := first(f)
	head, payload, err := artefact.Decode(m.bytes, bundle.Kind(), bundle.Version)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(payload)
	f.Add(payload[:len(payload)/2])
	f.Fuzz(func(t *testing.T, payload []byte) {
		b, err := bundle.Unmarshal(artefact.Encode(head, payload))
		if err != nil {
			if !refused(err) {
				t.Fatal(err)
			}
			return
		}
		again, err := b.Marshal()
		if err != nil || hex.EncodeToString(again) != hex.EncodeToString(artefact.Encode(head, payload)) {
			t.Fatalf("accepted bytes are not canonical: %v", err)
		}
	})
}
