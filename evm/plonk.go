package evm

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/wrap"
)

const (
	// PLONKKeyBytes is the length of a verifying key of PLONK.
	PLONKKeyBytes = 4*commitments.ScalarBytes + 8*bn254.SizeOfG1AffineUncompressed
	// PLONKProofBytes is the length of a SNARK of PLONK.
	PLONKProofBytes = 9*bn254.SizeOfG1AffineUncompressed + 6*commitments.ScalarBytes
)

// PLONK returns the class of the proofs of mode zk-plonk about a layout. The powers of
// tau that its key is derived from must be the setup's, so that equations of both are
// checked in one.
//
// A system with a public tensor that a chain can neither evaluate nor open is
// fault.ErrUnsupported.
func PLONK(ctx context.Context, setup *commitments.Setup, l *proof.Layout, system wrap.PLONK, cache *wrap.Cache) (*Class, error) {
	points, err := wrap.PLONKKeyOf(ctx, system, setup.Verifier(), l, cache)
	if err != nil {
		return nil, err
	}
	key, err := AppendPLONKKey(nil, points)
	if err != nil {
		return nil, err
	}
	return newClass(setup, l, system, key, points.Digest)
}

// AppendPLONKKey writes a verifying key as library Plonk reads it. A key without
// public inputs, which no circuit here has, is fault.ErrUsage.
func AppendPLONKKey(b []byte, k *wrap.PLONKPoints) ([]byte, error) {
	if k.Public < 1 {
		return nil, fmt.Errorf("key of PLONK: %d public inputs, at least one is needed on a chain: %w", k.Public, fault.ErrUsage)
	}
	b = appendWord(b, uint64(k.Log))
	b = commitments.AppendScalars(b, []fr.Element{k.Generator, k.Shift})
	b = appendWord(b, uint64(k.Public))
	b = appendCoordinates(b, k.S[:]...)
	return appendCoordinates(b, k.Ql, k.Qr, k.Qm, k.Qo, k.Qk), nil
}

// AppendPLONKProof writes a proof as library Plonk reads it.
func AppendPLONKProof(b []byte, p *wrap.PLONKSNARK) []byte {
	b = appendCoordinates(b, p.Wires[:]...)
	b = appendCoordinates(b, p.Products)
	b = appendCoordinates(b, p.Quotient[:]...)
	b = commitments.AppendScalars(b, []fr.Element{p.L, p.R, p.O, p.S1, p.S2, p.Next})
	return appendCoordinates(b, p.Opening, p.Shifting)
}

// appendWord writes a number as a word of the chain's machine.
func appendWord(b []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(append(b, make([]byte, 24)...), n)
}

// appendPLONK writes a SNARK of a proof.
func appendPLONK(b, snark []byte) ([]byte, error) {
	p, err := wrap.PLONKProof(snark)
	if err != nil {
		return nil, err
	}
	return AppendPLONKProof(b, p), nil
}
