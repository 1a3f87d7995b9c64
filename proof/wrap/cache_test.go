package wrap_test

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/kzg"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
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
// the same directory. Damaged files are replaced where keys are derived; where
// they are not, nothing is put in the place of what proofs were made with.
func TestKeysOnDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many keys")
	}
	e := newSmall(t, small{})
	for _, s := range systems {
		t.Run(s.Name(), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "keys")
			p := e.prove(t, s, wrap.NewCache(dir), crand.Reader)
			if err := e.verify(t, p, s, wrap.NewCache(dir)); err != nil {
				t.Fatalf("with the keys on disk: %v", err)
			}
			for _, suffix := range []string{"vk", "pk"} {
				path := keyFiles(t, dir)[suffix]
				good, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				bad := bytes.Clone(good)
				bad[len(bad)/2] ^= 1
				if err := os.WriteFile(path, bad, 0o644); err != nil {
					t.Fatal(err)
				}
				_, err = wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, s, wrap.NewCache(dir), crand.Reader)
				again, _ := os.ReadFile(path)
				if s.Derived() && (err != nil || !bytes.Equal(again, good)) {
					t.Errorf("damaged %s is not derived again: %v", suffix, err)
				}
				if !s.Derived() && (!errors.Is(err, fault.ErrInput) || errors.Is(err, fault.ErrRejected) || !bytes.Equal(again, bad)) {
					t.Errorf("damaged %s: %v, or it was replaced", suffix, err)
				}
				if !s.Derived() && suffix == "vk" {
					if err := e.verify(t, p, s, wrap.NewCache(dir)); !errors.Is(err, fault.ErrInput) || errors.Is(err, fault.ErrRejected) {
						t.Errorf("verified with a damaged key: %v, want no verdict", err)
					}
				}
				if err := os.WriteFile(path, good, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := e.verify(t, p, s, wrap.NewCache(dir)); err != nil {
				t.Errorf("after all: %v", err)
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
	const originBytes = 32 + 32 + 8 // of a ceremony, before the key
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
		"of fewer inputs":     reframed(func(_ *artefact.Header, p []byte) []byte { p[originBytes+16+8+64+7]--; return p }),
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

// TestGroth16KeysOfAnother: of a proof made with a setup that the verifier does
// not have nothing can be said, whatever key the proof says that it was made
// with; a false one that names the verifier's key is false.
func TestGroth16KeysOfAnother(t *testing.T) {
	if testing.Short() {
		t.Skip("makes many keys")
	}
	e := newSmall(t, small{})
	mine, theirs := t.TempDir(), t.TempDir()
	p := e.prove(t, wrap.Groth16{}, wrap.NewCache(theirs), crand.Reader)
	none := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, fault.ErrVersion) || errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v, want no verdict", what, err)
		}
	}
	nowhere := wrap.NewCache("")
	nowhere.MaxMemory = 1 // a key is not begun
	none("no key, and no place to keep one", e.verify(t, p, wrap.Groth16{}, nowhere))
	none("no key", e.verify(t, p, wrap.Groth16{}, wrap.NewCache(mine)))
	none("a proof by another setup", e.verify(t, p, wrap.Groth16{}, wrap.NewCache(mine)))
	own := e.prove(t, wrap.Groth16{}, wrap.NewCache(mine), crand.Reader)
	if own.Key == p.Key {
		t.Error("two setups, one key")
	}
	lie := clone(p)
	lie.Key = own.Key
	if err := e.verify(t, lie, wrap.Groth16{}, wrap.NewCache(mine)); !errors.Is(err, fault.ErrRejected) {
		t.Errorf("a proof by another setup that names the verifier's key: %v", err)
	}
	lie = clone(own)
	lie.Key[0] ^= 1
	none("a proof by the verifier's own setup that names another", e.verify(t, lie, wrap.Groth16{}, wrap.NewCache(mine)))
	other, err := os.ReadFile(keyFiles(t, theirs)["pk"])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(keyFiles(t, mine)["pk"], other, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, wrap.Groth16{}, wrap.NewCache(mine), crand.Reader)
	none("a proving key that belongs to another verifying key", err)
	if err := e.verify(t, own, wrap.Groth16{}, wrap.NewCache(mine)); err != nil {
		t.Errorf("the verifying key was replaced: %v", err)
	}
}

// TestKeyIsNamed: the same for keys that follow from circuit and setup. What a
// proof says of its key comes last: a false proof is false whatever it says.
func TestKeyIsNamed(t *testing.T) {
	e := newSmall(t, small{})
	p := e.prove(t, wrap.PLONK{}, shared(), crand.Reader)
	q := clone(p)
	q.Key[31] ^= 1
	if err := e.verify(t, q, wrap.PLONK{}, shared()); !errors.Is(err, fault.ErrVersion) || errors.Is(err, fault.ErrRejected) {
		t.Errorf("another key: %v, want no verdict", err)
	}
	q.Blinding.Double(&q.Blinding)
	if err := e.verify(t, q, wrap.PLONK{}, shared()); !errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrVersion) {
		t.Errorf("another key, and a false evaluation proof: %v", err)
	}
}

// TestUnusableCache: where keys cannot be kept, derived ones are made for this
// process, and others are no reason for a verdict.
func TestUnusableCache(t *testing.T) {
	e := newSmall(t, small{})
	for _, s := range systems {
		cache := shared()
		if !s.Derived() {
			if testing.Short() {
				continue
			}
			cache = wrap.NewCache(t.TempDir())
		}
		good := encode(t, e.prove(t, s, cache, crand.Reader))
		names := map[string]string{}
		known := t.TempDir()
		_ = e.verifyBytes(good, s, wrap.NewCache(known)) // of a setup there is none yet
		for suffix, path := range keyFiles(t, known) {
			names[suffix] = filepath.Base(path)
		}
		for name, spoil := range map[string]func(dir string) (string, error){
			"a file":               func(dir string) (string, error) { return dir + "/file", os.WriteFile(dir+"/file", nil, 0o600) },
			"below a file":         func(dir string) (string, error) { return dir + "/file/keys", os.WriteFile(dir+"/file", nil, 0o600) },
			"its lock a folder":    func(dir string) (string, error) { return dir, os.Mkdir(filepath.Join(dir, names["lock"]), 0o700) },
			"its vk a folder":      func(dir string) (string, error) { return dir, os.Mkdir(filepath.Join(dir, names["vk"]), 0o700) },
			"readable and no more": func(dir string) (string, error) { return dir, os.Chmod(dir, 0o500) },
		} {
			t.Run(s.Name()+", cache is "+name, func(t *testing.T) {
				if !slices.Contains([]string{"below a file", "its lock a folder", "its vk a folder"}, name) && testing.Short() {
					t.Skip("makes many keys")
				}
				dir, err := spoil(t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				if strings.HasPrefix(name, "readable") && os.Getuid() == 0 {
					t.Skip("root may write everywhere")
				}
				warned := 0
				cache := wrap.NewCache(dir)
				cache.Warn = func(error) { warned++ }
				for range 2 {
					err = e.verifyBytes(good, s, cache)
					if s.Derived() && err != nil || !s.Derived() && (err == nil || refused(err) && !errors.Is(err, fault.ErrVersion)) {
						t.Errorf("verifier: %v", err)
					}
				}
				if s.Derived() && warned != 1 {
					t.Errorf("told %d times that keys are not kept", warned)
				}
				_, err = wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, s, cache, crand.Reader)
				if s.Derived() && err != nil || !s.Derived() && !errors.Is(err, fault.ErrInput) {
					t.Errorf("prover: %v", err)
				}
			})
		}
	}
}

// TestTooFewPowers: a setup that is too small for the keys is a matter of setup.
func TestTooFewPowers(t *testing.T) {
	e := newSmall(t, small{})
	good := encode(t, e.prove(t, wrap.PLONK{}, shared(), crand.Reader))
	few := wrap.PLONK{Strings: e.Setup.KZG} // as many powers as a row has
	if err := e.verifyBytes(good, few, wrap.NewCache("")); !errors.Is(err, fault.ErrVersion) || errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrUsage) {
		t.Errorf("%v, want no verdict", err)
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
		_, err := wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, slow, wrap.NewCache(dir), crand.Reader)
		done <- err
	}()
	<-started
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := wrap.Prove(ctx, e.Setup, e.Statement, e.secret, wrap.PLONK{}, wrap.NewCache(dir), crand.Reader); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("waiting ended with %v", err)
	}
	close(release)
	if err := <-done; !errors.Is(err, fault.ErrResources) {
		t.Errorf("setup ended with %v", err)
	}
}

// TestPowersOfAnotherSetup: PLONK keys are made with the statement's τ only.
func TestPowersOfAnotherSetup(t *testing.T) {
	e := newSmall(t, small{})
	foreign := wrap.PLONK{Strings: func(log int) (*kzg.SRS, *kzg.SRS, error) {
		canonical, lagrange, err := commitments.DevelopmentKZG(log)
		if err == nil {
			canonical.Vk.G2[1] = canonical.Vk.G2[0] // τ = 1
		}
		return canonical, lagrange, err
	}}
	_, err := wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, foreign, wrap.NewCache(""), crand.Reader)
	if !errors.Is(err, fault.ErrVersion) {
		t.Errorf("powers of another τ: %v", err)
	}
}

// TestNoPowers: the part of a ceremony's setup that a verifier needs says nothing of
// the powers that keys are derived from, and those of the development setup are others.
func TestNoPowers(t *testing.T) {
	e := newSmall(t, small{})
	v := e.Setup.Verifier()
	v.Insecure = false
	_, err := wrap.NewWrapper(context.Background(), v, e.Statement.Layout, wrap.System(mode.ZKPLONK, nil, nil), wrap.NewCache(""))
	if !errors.Is(err, fault.ErrVersion) || !strings.Contains(err.Error(), "give the whole setup") {
		t.Errorf("no powers: %v", err)
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

// TestKeysTakeMemory: a key that would take more memory than allowed is not
// begun; one that is there already takes none.
func TestKeysTakeMemory(t *testing.T) {
	e := newSmall(t, small{})
	small := wrap.NewCache("")
	small.MaxMemory = 1 << 20
	start := time.Now()
	_, err := wrap.Prove(context.Background(), e.Setup, e.Statement, e.secret, wrap.PLONK{}, small, crand.Reader)
	if !errors.Is(err, fault.ErrResources) || fault.ExitCode(err) != fault.ExitResources || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("a mebibyte: %v", err)
	}
	if time.Since(start) > 10*time.Second {
		t.Errorf("refused after %v", time.Since(start))
	}
	if testing.Short() {
		return
	}
	dir := t.TempDir()
	p := e.prove(t, wrap.PLONK{}, wrap.NewCache(dir), crand.Reader)
	there := wrap.NewCache(dir)
	there.MaxMemory = 1 << 20
	if err := e.verify(t, p, wrap.PLONK{}, there); err != nil {
		t.Errorf("with the key at hand: %v", err)
	}
}
