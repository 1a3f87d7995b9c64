package wrap

import (
	"context"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
)

// Groth16Points is a verifying key for whoever verifies by other means than this
// package: a proof (A, B, C) for public inputs x is accepted if
//
//	e(A, B) = e(α, β)·e(K_0 + Σ_i x_i·K_(i+1), γ)·e(C, δ)
type Groth16Points struct {
	Alpha              bn254.G1Affine
	Beta, Gamma, Delta bn254.G2Affine
	Public             []bn254.G1Affine // K

	Digest [32]byte // by which proofs name the key
}

// Groth16KeyOf returns the key that proofs about a layout verify with, from the cache;
// without one there it is made, as for Verify, and proofs made with others are
// none of it.
//
// Soundness: whoever made the keys in the cache can forge proofs for this one.
func Groth16KeyOf(ctx context.Context, setup *commitments.VerifierSetup, l *proof.Layout, cache *Cache) (*Groth16Points, error) {
	if err := CheckSize(l); err != nil {
		return nil, err
	}
	cl := class{Groth16{}, setup, l}
	vk, _, err := cache.verifier(ctx, cl)
	if err != nil {
		return nil, err
	}
	k, ok := vk.(groth16VerifyingKey)
	if !ok {
		return nil, fmt.Errorf("the key in the cache is none of Groth16: %w", fault.ErrVersion)
	}
	digest, err := keyDigest(cl.digest(), vk)
	if err != nil {
		return nil, err
	}
	return &Groth16Points{Alpha: k.key.G1.Alpha, Beta: k.key.G2.Beta, Gamma: k.key.G2.Gamma, Delta: k.key.G2.Delta, Public: k.key.G1.K, Digest: digest}, nil
}

// Groth16Proof decodes a SNARK of the system Groth16, as its verification does.
func Groth16Proof(encoded []byte) (a bn254.G1Affine, b bn254.G2Affine, c bn254.G1Affine, err error) {
	p, err := decodeGroth16(encoded)
	if err != nil {
		return a, b, c, err
	}
	return p.Ar, p.Bs, p.Krs, nil
}
