package wrap_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/fault"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

// keyFiles returns the names in a cache by their suffix.
func keyFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		if strings.Contains(e.Name(), ".tmp") {
			t.Errorf("%s left behind", e.Name())
		}
		files[strings.TrimPrefix(filepath.Ext(e.Name()), ".")] = filepath.Join(dir, e.Name())
	}
	return files
}

// TestKeysOnDisk: a proof made with one cache verifies with another one over
// the same directory, and damaged files are replaced.
func TestKeysOnDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many keys")
	}
	e := newSmall(t, small{})
	for _, s := range systems {
		t.Run(s.Name(), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keys")
			p := e.prove(t, s, wrap.NewCache(dir), crand.Reader)
			files := keyFiles(t, dir)
			good, err := os.ReadFile(files["vk"])
			if err != nil {
				t.Fatal(err)
			}
			if err := e.verify(t, p, s, wrap.NewCache(dir)); err != nil {
				t.Fatalf("with the keys on disk: %v", err)
			}
			bad := bytes.Clone(good)
			bad[len(bad)/2] ^= 1
			if err := os.WriteFile(files["vk"], bad, 0o644); err != nil {
				t.Fatal(err)
			}
			q := e.prove(t, s, wrap.NewCache(dir), crand.Reader)
			if err := e.verify(t, q, s, wrap.NewCache(dir)); err != nil {
				t.Errorf("after a damaged key: %v", err)
			}
			if again, _ := os.ReadFile(files["vk"]); bytes.Equal(again, bad) {
				t.Error("damaged key not replaced")
			}
		})
	}
}

// TestDamagedKeysAreDerivedAnew: a verifier repairs what it can derive.
func TestDamagedKeysAreDerivedAnew(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many keys")
	}
	e := newSmall(t, small{})
	encoded := encode(t, e.prove(t, wrap.PLONK{}, shared(), crand.Reader))
	dir := t.TempDir()
	if err := e.verifyBytes(encoded, wrap.PLONK{}, wrap.NewCache(dir)); err != nil {
		t.Fatal(err)
	}
	path := keyFiles(t, dir)["vk"]
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	reframed := func(change func(h *artefact.Header, payload []byte) []byte) []byte {
		h, err := artefact.DecodeHeader(good)
		if err != nil {
			t.Fatal(err)
		}
		payload := bytes.Clone(good[56 : len(good)-32])
		payload = change(&h, payload)
		return artefact.Encode(h, payload)
	}
	for name, content := range map[string][]byte{
		"truncated":           good[:60],
		"empty":               nil,
		"of another class":    reframed(func(h *artefact.Header, p []byte) []byte { h.Statement[0] ^= 1; return p }),
		"of another version":  reframed(func(h *artefact.Header, p []byte) []byte { h.Version++; return p }),
		"with trailing bytes": reframed(func(_ *artefact.Header, p []byte) []byte { return append(p, 0) }),
		"of fewer inputs":     reframed(func(_ *artefact.Header, p []byte) []byte { p[16+8+64+7]--; return p }),
	} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := e.verifyBytes(encoded, wrap.PLONK{}, wrap.NewCache(dir)); err != nil {
			t.Errorf("key %s: %v", name, err)
		}
		if again, _ := os.ReadFile(path); !bytes.Equal(again, good) {
			t.Errorf("key %s: not replaced", name)
		}
	}
}

// TestPLONKKeysAreEveryonesOwn: whoever derives them gets the same bytes.
func TestPLONKKeysAreEveryonesOwn(t *testing.T) {
	e := newSmall(t, small{})
	var keys [][]byte
	p := e.prove(t, wrap.PLONK{}, wrap.NewCache(t.TempDir()), crand.Reader)
	for range 2 {
		dir := t.TempDir()
		if err := e.verify(t, p, wrap.PLONK{}, wrap.NewCache(dir)); err != nil {
			t.Fatalf("with nothing cached: %v", err)
		}
		b, err := os.ReadFile(keyFiles(t, dir)["vk"])
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, b)
	}
	if !bytes.Equal(keys[0], keys[1]) {
		t.Error("two verifiers derive different keys")
	}
}

// TestGroth16KeysOfAnother: a proof made with a setup the verifier does not
// know is worth nothing, nor is a proving key with another verifying key.
func TestGroth16KeysOfAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many keys")
	}
	e := newSmall(t, small{})
	mine, theirs := t.TempDir(), t.TempDir()
	p := e.prove(t, wrap.Groth16{}, wrap.NewCache(theirs), crand.Reader)
	if err := e.verify(t, p, wrap.Groth16{}, wrap.NewCache(mine)); !errors.Is(err, fault.ErrVersion) || errors.Is(err, fault.ErrRejected) {
		t.Errorf("no key: %v, want no verdict", err)
	}
	if err := e.verify(t, p, wrap.Groth16{}, wrap.NewCache(mine)); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("a proof by another setup: %v", err)
	}
	other, err := os.ReadFile(keyFiles(t, theirs)["pk"])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFiles(t, mine)["pk"], other, 0o644); err != nil {
		t.Fatal(err)
	}
	q := e.prove(t, wrap.Groth16{}, wrap.NewCache(mine), crand.Reader)
	if err := e.verify(t, q, wrap.Groth16{}, wrap.NewCache(mine)); err != nil {
		t.Errorf("a proving key that belongs to no verifying key was not replaced: %v", err)
	}
}

// TestCircuitOfAnotherShape: a proof for one class is none for another.
func TestCircuitOfAnotherShape(t *testing.T) {
	e := newSmall(t, small{})
	other := newSmall(t, small{coefficient: 6})
	encoded := encode(t, e.prove(t, wrap.PLONK{}, shared(), crand.Reader))
	if err := other.verifyBytes(encoded, wrap.PLONK{}, shared()); !refused(err) {
		t.Errorf("another coefficient: %v", err)
	}
}

// TestManyAtOnce: caches over one directory, and goroutines over one cache,
// agree on the keys they make at the same time.
func TestManyAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many keys")
	}
	e := newSmall(t, small{})
	dir := t.TempDir()
	one := wrap.NewCache(dir)
	caches := []*wrap.Cache{one, one, wrap.NewCache(dir), wrap.NewCache(dir)}
	encoded := make([][]byte, len(caches))
	var all sync.WaitGroup
	for i, c := range caches {
		all.Go(func() {
			own := newSmall(t, small{}) // a prover's cells are not shared
			own.Statement = e.Statement
			own.secret.External = e.secret.External
			encoded[i] = encode(t, own.prove(t, wrap.Groth16{}, c, crand.Reader))
		})
	}
	all.Wait()
	for i, b := range encoded {
		if err := e.verifyBytes(b, wrap.Groth16{}, wrap.NewCache(dir)); err != nil {
			t.Errorf("proof %d: %v", i, err)
		}
	}
}

// TestWaitingEndsWithItsContext: who waits for another's keys can stop.
func TestWaitingEndsWithItsContext(t *testing.T) {
	e := newSmall(t, small{})
	dir := t.TempDir()
	started, release := make(chan struct{}), make(chan struct{})
	slow := wrap.PLONK{Strings: func(log int) (*kzg.SRS, *kzg.SRS, error) {
		close(started)
		<-release
		return nil, nil, fault.ErrResources
	}}
	done := make(chan error)
	go func() {
		_, err := wrap.Prove(context.Background(), e.SRS, e.Statement, e.secret, slow, wrap.NewCache(dir), crand.Reader)
		done <- err
	}()
	<-started
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := wrap.Prove(ctx, e.SRS, e.Statement, e.secret, wrap.PLONK{}, wrap.NewCache(dir), crand.Reader); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting ended with %v", err)
	}
	close(release)
	if err := <-done; !errors.Is(err, fault.ErrResources) {
		t.Errorf("setup ended with %v", err)
	}
}

// TestPowersOfAnotherSRS: PLONK keys are made with the statement's τ only.
func TestPowersOfAnotherSRS(t *testing.T) {
	e := newSmall(t, small{})
	foreign := wrap.PLONK{Strings: func(log int) (*kzg.SRS, *kzg.SRS, error) {
		canonical, lagrange, err := commitments.DevelopmentKZG(log)
		if err == nil {
			canonical.Vk.G2[1] = canonical.Vk.G2[0] // τ = 1
		}
		return canonical, lagrange, err
	}}
	_, err := wrap.Prove(context.Background(), e.SRS, e.Statement, e.secret, foreign, wrap.NewCache(""), crand.Reader)
	if !errors.Is(err, fault.ErrVersion) {
		t.Errorf("powers of another τ: %v", err)
	}
}

// TestKeysAreMadeOnce: segments of one shape in one process share them.
func TestKeysAreMadeOnce(t *testing.T) {
	made := 0
	counting := wrap.PLONK{Strings: func(log int) (*kzg.SRS, *kzg.SRS, error) {
		made++
		return commitments.DevelopmentKZG(log)
	}}
	cache := wrap.NewCache("")
	for _, rates := range [][]int64{{1, 2, 3}, {5, 1, 1}} {
		e := newSmall(t, small{rates: rates})
		p := e.prove(t, counting, cache, crand.Reader)
		if err := e.verify(t, p, counting, cache); err != nil {
			t.Fatal(err)
		}
	}
	if made != 1 {
		t.Errorf("keys made %d times for one shape", made)
	}
}
