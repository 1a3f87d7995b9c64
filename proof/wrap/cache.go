package wrap

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/consensys/gnark/constraint"
	"github.com/consensys/gnark/logger"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/circuit"
	"github.com/zkaudit/zkaudit/proof/mode"
)

const (
	keyVersion        = 2
	maxVerifyingBytes = 16 << 20
	maxProvingBytes   = 4 << 30
)

func verifyingKind() artefact.Kind { return artefact.Kind{'v', 'k', 'e', 'y'} }
func provingKind() artefact.Kind   { return artefact.Kind{'p', 'k', 'e', 'y'} }

// Cache keeps keys by class: in memory while it lives, and in a directory. It
// may be shared by goroutines, the directory by processes.
//
// Whoever can write to the directory can make a verifier accept anything: it
// holds keys, and only accidents are detected.
//
// Keys that are Derived do not need the directory: where it cannot be used they
// are made for this process alone. Others do, since keys that nobody else has
// make proofs that nobody can verify: they are made where there are none, and
// never to replace some that cannot be read.
type Cache struct {
	// Warn is told, once, why keys are not kept in the directory; may be nil.
	Warn func(err error)
	// MaxMemory is how much memory making a key may take, in bytes; 0: any.
	MaxMemory int64

	dir    string
	warned sync.Once

	mu      sync.Mutex
	classes map[[32]byte]*keys
	proved  [][32]byte // classes whose proving keys are in memory, the last used first
}

// maxKeptRows bounds the circuits whose proving keys are kept in memory beside
// that of the last one proven: a run of many classes proves them one by one.
const maxKeptRows = 1 << 18

// keys are those of one class, each nil until asked for.
type keys struct {
	mu        sync.Mutex
	circuit   constraint.ConstraintSystem
	proving   ProvingKey
	verifying VerifyingKey
	origin    mode.Keys // of those that are not derived
}

// class is what keys are asked for by.
type class struct {
	ProofSystem
	setup  *commitments.VerifierSetup
	layout *proof.Layout
}

// NewCache returns a cache over a directory, which is made when needed; with
// "" it keeps nothing beyond its own life. It silences gnark, which would
// otherwise log to standard output.
func NewCache(dir string) *Cache {
	logger.Disable()
	return &Cache{dir: dir, classes: map[[32]byte]*keys{}}
}

// of returns the keys of a class, and locks them.
func (c *Cache) of(digest [32]byte) *keys {
	c.mu.Lock()
	k := c.classes[digest]
	if k == nil {
		k = &keys{}
		c.classes[digest] = k
	}
	c.mu.Unlock()
	k.mu.Lock()
	return k
}

// verifier returns the verifying key of a class; only that is loaded. made
// reports whether there was none. Where one that is not derived could not be
// kept, none is made: no proof would ever be made with it.
func (c *Cache) verifier(ctx context.Context, cl class) (vk VerifyingKey, made bool, err error) {
	digest := cl.digest()
	k := c.of(digest)
	defer k.mu.Unlock()
	if k.verifying != nil {
		return k.verifying, false, nil
	}
	if k.verifying, k.origin, err = c.loadVerifying(digest, cl); err == nil {
		return k.verifying, false, nil
	}
	if c.dir == "" && !cl.Derived() {
		return nil, true, nil
	}
	keys, err := c.make(ctx, digest, cl, false)
	if err != nil {
		return nil, false, err
	}
	k.verifying, k.origin = keys.verifying, keys.origin
	return k.verifying, keys.circuit != nil, nil // a circuit is compiled to set up
}

// provingKeys are what a proof of a class is made with.
type provingKeys struct {
	circuit   constraint.ConstraintSystem
	proving   ProvingKey
	verifying VerifyingKey
}

// prover returns circuit and keys of a class, all of them set.
func (c *Cache) prover(ctx context.Context, cl class) (*provingKeys, error) {
	digest := cl.digest()
	c.forget(digest) // before others take as much
	k := c.of(digest)
	defer k.mu.Unlock()
	if k.proving != nil {
		return &provingKeys{k.circuit, k.proving, k.verifying}, nil
	}
	made, err := c.make(ctx, digest, cl, true)
	if err != nil {
		return nil, err
	}
	k.circuit, k.proving, k.verifying, k.origin = made.circuit, made.proving, made.verifying, made.origin
	return &provingKeys{k.circuit, k.proving, k.verifying}, nil
}

// forget drops the circuits and proving keys of the classes used longest ago,
// but for maxKeptRows rows of them, and those that are being made. The class
// named is the next to be used.
func (c *Cache) forget(next [32]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proved = slices.DeleteFunc(c.proved, func(d [32]byte) bool { return d == next })
	c.proved = slices.Insert(c.proved, 0, next)
	kept := 0
	for _, digest := range c.proved[1:] {
		k := c.classes[digest]
		if k == nil || !k.mu.TryLock() {
			continue
		}
		if k.circuit != nil {
			if rows := k.circuit.GetNbConstraints(); kept+rows <= maxKeptRows {
				kept += rows
			} else {
				k.circuit, k.proving = nil, nil
			}
		}
		k.mu.Unlock()
	}
	c.proved = slices.DeleteFunc(c.proved, func(d [32]byte) bool { return d != next && c.classes[d] != nil && c.classes[d].idle() })
}

// idle reports whether nothing is kept of a class for proving.
func (k *keys) idle() bool {
	if !k.mu.TryLock() {
		return false
	}
	defer k.mu.Unlock()
	return k.proving == nil
}

func (cl class) digest() [32]byte { return classDigest(cl.ProofSystem, cl.setup, cl.layout) }

// make returns keys of a class, for a verifier or a prover: those in the
// directory, or new ones that it puts there. One process at a time does.
func (c *Cache) make(ctx context.Context, digest [32]byte, cl class, proving bool) (*keys, error) {
	unlock, unlocked := c.lock(ctx, digest, cl)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	defer unlock()
	k := &keys{}
	var err error
	if k.verifying, k.origin, err = c.loadVerifying(digest, cl); err == nil && !proving {
		return k, nil
	}
	if err != nil && !cl.Derived() && !errors.Is(err, os.ErrNotExist) {
		return nil, c.unusable(digest, cl, "vk", err)
	}
	if err := c.fits(cl); err != nil {
		return nil, err
	}
	if k.circuit, err = cl.Compile(circuit.New(cl.layout)); err != nil {
		return nil, fmt.Errorf("circuit of %s: %w", cl.layout.System.Name, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if k.verifying != nil {
		if k.proving, err = c.loadProving(digest, cl, k.verifying); err == nil {
			return k, nil
		}
		if !cl.Derived() {
			return nil, c.unusable(digest, cl, "pk", err)
		}
	}
	if unlocked != nil && !cl.Derived() {
		return nil, unlocked
	}
	if k.proving, k.verifying, err = cl.Setup(k.circuit, cl.setup); err != nil {
		return nil, err
	}
	if err = unlocked; err == nil {
		err = c.store(digest, cl, k)
	}
	if err != nil && !cl.Derived() {
		return nil, err
	}
	if err != nil && c.Warn != nil {
		c.warned.Do(func() { c.Warn(err) })
	}
	return k, nil
}

// unusable reports a key that is there, or must be, and cannot be used. Another
// one in its place would leave all proofs made with it without a verifier.
func (c *Cache) unusable(digest [32]byte, cl class, suffix string, err error) error {
	kind := fault.ErrInput
	if errors.Is(err, fault.ErrVersion) {
		kind = fault.ErrVersion
	}
	return fmt.Errorf("key cache: %s cannot be used, and %s keys are not made anew in place of others: restore it, or delete it and the .vk or .pk beside it to set up new ones: %w: %v",
		c.path(digest, cl, suffix), cl.Name(), kind, err)
}

func (c *Cache) path(digest [32]byte, cl class, suffix string) string {
	return filepath.Join(c.dir, fmt.Sprintf("%s-%x.%s", cl.Name(), digest, suffix))
}

// read returns the payload of a file of the cache.
func (c *Cache) read(path string, limit int64, kind artefact.Kind, about [32]byte) ([]byte, error) {
	if c.dir == "" {
		return nil, os.ErrNotExist
	}
	data, err := artefact.ReadFile(path, limit)
	if err != nil {
		return nil, err
	}
	h, payload, err := artefact.Decode(data, kind, keyVersion)
	if err != nil {
		return nil, err
	}
	if h.Statement != about {
		return nil, fmt.Errorf("%s is about another circuit: %w", path, fault.ErrVersion)
	}
	return payload, nil
}

func (c *Cache) loadVerifying(digest [32]byte, cl class) (VerifyingKey, mode.Keys, error) {
	b, err := c.read(c.path(digest, cl, "vk"), maxVerifyingBytes, verifyingKind(), digest)
	if err != nil {
		return nil, mode.Keys{}, err
	}
	origin, b, err := decodeOrigin(b)
	if err != nil {
		return nil, mode.Keys{}, err
	}
	vk, err := cl.DecodeVerifyingKey(b, circuit.PublicCount, cl.setup)
	return vk, origin, err
}

// loadProving reads the proving key that was made along with vk.
func (c *Cache) loadProving(digest [32]byte, cl class, vk VerifyingKey) (ProvingKey, error) {
	about, err := keyDigest(digest, vk)
	if err != nil {
		return nil, err
	}
	b, err := c.read(c.path(digest, cl, "pk"), maxProvingBytes, provingKind(), about)
	if err != nil {
		return nil, err
	}
	return cl.DecodeProvingKey(b, vk)
}

// store writes the keys of a class, the verifying one last: where it is, the
// other is, too.
func (c *Cache) store(digest [32]byte, cl class, k *keys) error {
	if c.dir == "" {
		return nil
	}
	about, err := keyDigest(digest, k.verifying)
	if err != nil {
		return err
	}
	proving, err := k.proving.MarshalBinary()
	if err != nil {
		return fmt.Errorf("proving key: %w", err)
	}
	verifying, err := k.verifying.MarshalBinary()
	if err != nil {
		return fmt.Errorf("verifying key: %w", err)
	}
	for _, f := range []struct {
		suffix  string
		kind    artefact.Kind
		about   [32]byte
		content []byte
	}{{"pk", provingKind(), about, proving}, {"vk", verifyingKind(), digest, append(appendOrigin(nil, k.origin), verifying...)}} {
		data := artefact.Encode(artefact.Header{Kind: f.kind, Version: keyVersion, Statement: f.about}, f.content)
		if err := artefact.WriteFile(c.path(digest, cl, f.suffix), data, artefact.PublicMode); err != nil {
			return fmt.Errorf("key cache: %w", err)
		}
	}
	return nil
}

// keyDigest identifies a key by its class and its bytes. Proofs name the key
// that verifies them by it, proving keys the one that they belong to.
func keyDigest(digest [32]byte, vk VerifyingKey) ([32]byte, error) {
	b, err := vk.MarshalBinary()
	if err != nil {
		return [32]byte{}, fmt.Errorf("verifying key: %w", err)
	}
	return sha256.Sum256(encode.Bytes(append(encode.Domain("zkaudit/wrap-key/v1"), digest[:]...), b)), nil
}

// lock waits until no other process makes keys of the class. Where files
// cannot be locked, processes may each derive their own: files are replaced as a
// whole. With an error, unlock does nothing.
func (c *Cache) lock(ctx context.Context, digest [32]byte, cl class) (unlock func(), err error) {
	nothing := func() {}
	if c.dir == "" {
		return nothing, nil
	}
	if err := artefact.MakeFolder(c.dir, 0o755); err != nil {
		return nothing, fmt.Errorf("key cache: %w", err)
	}
	unlock, err = artefact.Lock(ctx, c.path(digest, cl, "lock"))
	if errors.Is(err, fault.ErrUnsupported) && cl.Derived() {
		return nothing, nil
	}
	if err != nil {
		return nothing, fmt.Errorf("key cache: %w", err)
	}
	return unlock, nil
}
