package wrap

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/ceremony"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// appendOrigin encodes where a key comes from, before the key, so that no file says of
// one key where another comes from.
func appendOrigin(b []byte, o mode.Keys) []byte {
	return encode.Int(append(append(b, o.Transcript[:]...), o.Phase1[:]...), o.Contributions)
}

// decodeOrigin returns it, and the key after it.
func decodeOrigin(b []byte) (o mode.Keys, key []byte, err error) {
	r := encode.NewReader(b)
	o.Transcript, o.Phase1 = r.Digest("transcript"), r.Digest("powers of tau")
	o.Contributions = r.Bounded("contributions", 0, ceremony.MaxContributions)
	key = r.Fixed("key", r.Left())
	if err := r.Err(); err != nil {
		return o, nil, fmt.Errorf("key cache: origin of a key: %w", err)
	}
	return o, key, nil
}

// KeysOf implements mode.KeyHolder.
func (v Verifier) KeysOf(_ context.Context, n mode.Name, setup *commitments.VerifierSetup, l *proof.Layout) mode.Keys {
	if n != mode.ZKGroth16 {
		return mode.Keys{}
	}
	k := v.Cache.of(class{Groth16{}, setup, l}.digest())
	defer k.mu.Unlock()
	return k.origin
}

// Keep puts keys of a ceremony into the cache, with what the caller knows of it. A key
// that is there already and is another one stays, since proofs may have been made with
// it: an error that wraps fault.ErrVersion.
func (c *Cache) Keep(ctx context.Context, made *CeremonyKeys, origin mode.Keys) error {
	cl, digest := made.class.of, made.class.digest
	if c.dir == "" {
		return fmt.Errorf("key cache: there is no place for keys, --cache names one: %w", fault.ErrUsage)
	}
	k := c.of(digest)
	defer k.mu.Unlock()
	unlock, err := c.lock(ctx, digest, cl)
	if err != nil {
		return err
	}
	defer unlock()
	kept := &keys{proving: groth16ProvingKey{made.proving}, verifying: groth16VerifyingKey{made.verifying}, origin: origin}
	switch there, _, err := c.loadVerifying(digest, cl); {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return c.unusable(digest, cl, "vk", err)
	default:
		if err := sameKey(digest, there, kept.verifying); err != nil {
			return fmt.Errorf("key cache: %s is another key for the circuit of %s, and proofs may have been made with it: delete it and the .pk beside it, or keep these elsewhere (--cache): %w",
				c.path(digest, cl, "vk"), fault.Quote(made.class.Name()), err)
		}
	}
	if err := c.store(digest, cl, kept); err != nil {
		return err
	}
	k.circuit, k.proving, k.verifying, k.origin = nil, nil, kept.verifying, origin
	return nil
}

func sameKey(digest [32]byte, a, b VerifyingKey) error {
	first, err := keyDigest(digest, a)
	if err != nil {
		return err
	}
	second, err := keyDigest(digest, b)
	if err == nil && first != second {
		err = fault.ErrVersion
	}
	return err
}
