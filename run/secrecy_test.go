package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestCommitShowsNoDigestOfRows: an unblinded digest of rows is a test for
// guesses of them. It stays in the record on disk.
func TestCommitShowsNoDigestOfRows(t *testing.T) {
	dir := small(t, func(c *Config) { c.Test.Commit = true })
	d := open(t, dir, nil)
	for range 2 { // made, and found there
		r, err := d.Commit(context.Background(), false)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := json.Marshal(r)
		if err != nil || strings.Contains(string(shown), "integers") || !strings.Contains(string(shown), r.Parts[0].Digest) {
			t.Errorf("%s, %v", shown, err)
		}
		var kept CommitRecord
		if found, err := d.readRecord(commitDir, &kept); err != nil || !found {
			t.Fatal(found, err)
		}
		for _, p := range append(kept.Parts, kept.Tests...) {
			if len(p.Integers) != 64 || strings.Contains(string(shown), p.Integers) {
				t.Errorf("digest %q of rows is missing, or shown", p.Integers)
			}
		}
	}
}

// TestBundleHidesMeaning: neither the bundle of a run nor what it proposes to
// expect lets anyone test guesses of what the numbers and codes of its parts mean.
func TestBundleHidesMeaning(t *testing.T) {
	dir := attributed(t, nil)
	all(t, dir)
	d := open(t, dir, nil)
	file, err := bundle.ReadPart(d.file(commitDir, "north.part"))
	if err != nil {
		t.Fatal(err)
	}
	nonce := file.Meaning.Nonce
	for _, name := range []string{BundleFile, ExpectationFile} {
		text := string(readFile(t, d.file(name)))
		if strings.Contains(text, string(nonce[:])) || strings.Contains(text, fmt.Sprintf("%x", nonce[:])) {
			t.Errorf("%s holds the nonce of the meaning", name)
		}
	}
	b, err := bundle.Unmarshal(readFile(t, d.file(BundleFile)))
	if err != nil {
		t.Fatal(err)
	}
	guess := file.Meaning
	if b.Statement.Parts[0].Meaning != guess.Digest() {
		t.Error("the bundle is about another meaning")
	}
	if guess.Nonce = (bundle.Nonce{}); b.Statement.Parts[0].Meaning == guess.Digest() {
		t.Error("a guess of the meaning can be tested")
	}
}

// starter cancels a context when a task starts.
type starter struct {
	silent
	task   string
	cancel context.CancelFunc
}

func (s *starter) Start(task string, _ int) {
	if task == s.task {
		s.cancel()
	}
}

// proveWeights makes the certificate of the initial weights, and no more.
func proveWeights(t *testing.T, dir, cache string) (claim [32]byte, certificate []byte) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	d, err := Open(dir, Options{CacheDir: cache, Progress: &starter{task: "prove", cancel: cancel}})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Prove(ctx, false); !errors.Is(err, context.Canceled) {
		t.Fatalf("not cancelled: %v", err)
	}
	file, err := os.ReadFile(d.file(proveDir, "initial-weights.certificate"))
	if err != nil {
		t.Fatal(err)
	}
	header, certificate, err := artefact.Decode(file, ProofKind(), proofVersion)
	if err != nil {
		t.Fatal(err)
	}
	return header.Statement, certificate
}

// words returns every aligned 32 bytes of data.
func words(data []byte) map[string]bool {
	w := map[string]bool{}
	for ; len(data) >= 32; data = data[32:] {
		w[string(data[:32])] = true
	}
	return w
}

// TestModesDoNotMix: a proof of mode validity publishes what the blinding of
// the commitments it is about was for. No stage goes on in another mode; one
// that starts over commits anew, to everything.
func TestModesDoNotMix(t *testing.T) {
	ctx, cache := context.Background(), t.TempDir()
	dir := proven(t)
	bundled, err := os.ReadFile(filepath.Join(dir, BundleFile))
	if err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, ConfigFile), `mode = "validity"`, `mode = "zk"`)
	for name, stage := range map[string]func(*Directory) error{
		"commit": func(d *Directory) error { _, err := d.Commit(ctx, false); return err },
		"train":  func(d *Directory) error { _, err := d.Train(ctx, false); return err },
		"prove":  func(d *Directory) error { _, err := d.Prove(ctx, false); return err },
	} {
		d := open(t, dir, nil)
		if err := stage(d); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "the mode of proofs") {
			t.Errorf("%s in another mode: %v", name, err)
		}
		d.Close()
	}
	d, err := Open(dir, Options{CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Commit(ctx, true); err != nil {
		t.Fatal(err)
	}
	if exists(d.file(trainDir)) || exists(d.file(proveDir)) {
		t.Error("what was trained and proven in the other mode is still there")
	}
	if _, err := d.Train(ctx, false); err != nil {
		t.Fatal(err)
	}
	d.Close()

	claim, certificate := proveWeights(t, dir, cache)
	part, err := bundle.ReadPart(d.file(commitDir, "part-000.part"))
	if err != nil {
		t.Fatal(err)
	}
	committed, err := os.ReadFile(d.file(proveDir, "weights-000000.committed"))
	if err != nil {
		t.Fatal(err)
	}
	_, payload, err := artefact.Decode(committed, WeightsKind(), weightsVersion)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range part.Commitment.Tensors() {
		payload = commitments.AppendPoints(payload, rows)
	}
	for w := range words(payload) {
		if strings.Contains(string(bundled), w) {
			t.Errorf("%x of the run in zero knowledge is in the bundle of mode validity", w)
		}
	}

	// A proof that is lost and made again for the same claim shares nothing
	// with the first: what a killed process had drawn is of no use to anybody.
	if err := os.Remove(d.file(proveDir, "initial-weights.certificate")); err != nil {
		t.Fatal(err)
	}
	again, second := proveWeights(t, dir, cache)
	if again != claim || len(second) != len(certificate) {
		t.Fatalf("claims %x and %x, %d and %d bytes", claim, again, len(certificate), len(second))
	}
	first, zero := words(certificate), string(make([]byte, 32)) // the biases that the seed gives, at any point
	for w := range words(second) {
		if first[w] && w != zero {
			t.Errorf("%x in both proofs", w)
		}
	}
}

// failing is randomness that ends.
type failing struct{ left int }

func (f *failing) Read(b []byte) (int, error) {
	if f.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	n := min(len(b), f.left)
	for i := range b[:n] {
		b[i] = byte(f.left - i)
	}
	f.left -= n
	return n, nil
}

// TestWithoutRandomnessNothingIsMade: a source that fails, early or late, ends
// the stage. No commitment is written with less blinding than it needs.
func TestWithoutRandomnessNothingIsMade(t *testing.T) {
	for _, bytes := range []int{0, 1, 64, 100} {
		dir := small(t, nil)
		d, err := Open(dir, Options{Rand: &failing{bytes}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Commit(context.Background(), false); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "random") {
			t.Errorf("%d bytes: %v", bytes, err)
		}
		d.Close()
		if names, err := filepath.Glob(filepath.Join(dir, commitDir, "*")); err != nil || len(names) != 0 {
			t.Errorf("%d bytes: %q left, %v", bytes, names, err)
		}
	}
}

// Errors go to whoever ran the command, and say where a cell is; of what it
// holds they quote at most 100 characters, and no file keeps any of it.
func TestErrorsQuoteLittle(t *testing.T) {
	secret := strings.Repeat("PRIVATE-", 700)
	for name, cell := range map[string]string{"a text": secret, "nearly a number": "1" + secret, "many digits": strings.Repeat("7", 5600)} {
		dir := small(t, nil)
		edit(t, filepath.Join(dir, "a.csv"), "1,1,1,no", "1,"+cell+",1,no")
		d := open(t, dir, nil)
		_, err := d.Commit(context.Background(), false)
		if err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Fatalf("%s: %v", name, err)
		}
		if text := err.Error(); strings.Count(text, "PRIVATE-") > 13 || strings.Contains(text, cell[:101]) {
			t.Errorf("%s: %.300s", name, text)
		}
		d.Close()
		err = filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, ".csv") {
				return err
			}
			text, err := os.ReadFile(path)
			if strings.Contains(string(text), cell[:20]) {
				t.Errorf("%s: %s holds it", name, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
