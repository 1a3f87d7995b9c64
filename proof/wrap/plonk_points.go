package wrap

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
)

// PLONKPoints is a verifying key for whoever verifies by other means than this
// package: of a circuit in 2^Log rows whose first rows are the public inputs x,
//
//	Ql·l + Qr·r + Qm·l·r + Qo·o + Qk + Σ_i x_i·L_i = 0 on the powers of Generator
//
// where the wires (l, r, o) are unchanged by the permutation that S states on
// these powers and their cosets by Shift and Shift².
type PLONKPoints struct {
	Log              int
	Generator, Shift fr.Element
	Public           int // public inputs
	S                [3]bn254.G1Affine
	Ql, Qr, Qm       bn254.G1Affine
	Qo, Qk           bn254.G1Affine

	Digest [32]byte // by which proofs name the key; of PLONKKeyOf
}

// PLONKSNARK is a proof of the system PLONK: commitments, what they open to at ζ
// and ωζ, and the quotients that show it. What the linearised polynomial opens
// to is left out, for it follows from the rest.
type PLONKSNARK struct {
	Wires             [3]bn254.G1Affine // l, r, o
	Products          bn254.G1Affine    // z, of the permutation
	Quotient          [3]bn254.G1Affine
	L, R, O, S1, S2   fr.Element // at ζ
	Next              fr.Element // z at ωζ
	Opening, Shifting bn254.G1Affine
}

// PLONKKeyOf returns the key that proofs about a layout verify with, from the cache
// or derived.
func PLONKKeyOf(ctx context.Context, s PLONK, setup *commitments.VerifierSetup, l *proof.Layout, cache *Cache) (*PLONKPoints, error) {
	if err := CheckSize(l); err != nil {
		return nil, err
	}
	cl := class{s, setup, l}
	vk, _, err := cache.verifier(ctx, cl)
	if err != nil {
		return nil, err
	}
	points, err := PLONKPointsOf(vk)
	if err != nil {
		return nil, err
	}
	points.Digest, err = keyDigest(cl.digest(), vk)
	return points, err
}

// PLONKPointsOf returns what a key of the system PLONK consists of. A key of another
// system, or of a circuit with gnark's commitments, is fault.ErrVersion.
func PLONKPointsOf(vk VerifyingKey) (*PLONKPoints, error) {
	v, ok := vk.(plonkVerifyingKey)
	if !ok {
		return nil, fmt.Errorf("the key is none of PLONK: %w", fault.ErrVersion)
	}
	k := v.key
	if len(k.Qcp) != 0 || len(k.CommitmentConstraintIndexes) != 0 {
		return nil, badKey(v.system, "of a circuit with commitments")
	}
	return &PLONKPoints{
		Log: bits.TrailingZeros64(k.Size), Generator: k.Generator, Shift: k.CosetShift,
		Public: int(k.NbPublicVariables),
		S:      k.S, Ql: k.Ql, Qr: k.Qr, Qm: k.Qm, Qo: k.Qo, Qk: k.Qk,
	}, nil
}

// PLONKProof decodes a SNARK of the system PLONK, as its verification does.
//
// Soundness: the value of the linearised polynomial, which is not returned, may be
// false where the proof has not been verified.
func PLONKProof(encoded []byte) (*PLONKSNARK, error) {
	p, err := decodePLONK(encoded)
	if err != nil {
		return nil, err
	}
	values := p.BatchedProof.ClaimedValues
	return &PLONKSNARK{
		Wires: p.LRO, Products: p.Z, Quotient: p.H,
		L: values[1], R: values[2], O: values[3], S1: values[4], S2: values[5],
		Next:    p.ZShiftedOpening.ClaimedValue,
		Opening: p.BatchedProof.H, Shifting: p.ZShiftedOpening.H,
	}, nil
}
