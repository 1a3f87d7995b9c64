// Package ptautest writes .ptau files of secrets that everybody may know: for tests,
// where a ceremony's files would be too large to keep.
package ptautest

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"os"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"github.com/zkaudit/zkaudit/commitments"
)

// Secrets are those of a first phase.
type Secrets struct{ Tau, Alpha, Beta fr.Element }

// DevelopmentTau is the τ of the development setup, which is public.
func DevelopmentTau() (fr.Element, error) {
	t, err := fr.Hash([]byte("INSECURE development powers of tau: anyone can compute this value"), []byte("zkaudit-v1:BN254FR_XMD:SHA-256:INSECURE-development-tau"), 1)
	if err != nil {
		return fr.Element{}, fmt.Errorf("development τ: %w", err)
	}
	return t[0], nil
}

// Write writes the powers for circuits of 2^log constraints in the format of snarkjs;
// prepared, as by its powersoftau prepare phase2, with their Lagrange forms, but for that
// of a domain of 2^(log+1) points, which is left 0.
func Write(path string, log int, s Secrets, prepared bool) error {
	n := 1 << log
	powers := progression(fr.One(), s.Tau, 2*n-1)
	type section struct {
		kind    uint32
		content []byte
	}
	list := []section{
		{1, header(log)}, {2, inG1(powers)}, {3, inG2(powers[:n])},
		{4, inG1(progression(s.Alpha, s.Tau, n))}, {5, inG1(progression(s.Beta, s.Tau, n))}, {6, inG2([]fr.Element{s.Beta})},
	}
	if prepared {
		var basis []fr.Element // for domains of 1, 2, 4, …, n
		for smaller := range log + 1 {
			basis = append(basis, lagrange(s.Tau, smaller)...)
		}
		larger := make([]byte, 2*n*bn254.SizeOfG1AffineUncompressed)
		list = append(list,
			section{12, append(inG1(basis), larger...)}, section{13, inG2(basis)},
			section{14, inG1(times(basis, s.Alpha))}, section{15, inG1(times(basis, s.Beta))})
	}
	b := binary.LittleEndian.AppendUint32([]byte("ptau"), 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(list)))
	for _, s := range list {
		b = binary.LittleEndian.AppendUint32(b, s.kind)
		b = binary.LittleEndian.AppendUint64(b, uint64(len(s.content)))
		b = append(b, s.content...)
	}
	if err := os.WriteFile(path, b, 0o600); err != nil {
		return fmt.Errorf("powers of tau for a test: %w", err)
	}
	return nil
}

func header(log int) []byte {
	b := binary.LittleEndian.AppendUint32(nil, fp.Bytes)
	prime := fp.Modulus().FillBytes(make([]byte, fp.Bytes))
	slices.Reverse(prime)
	b = binary.LittleEndian.AppendUint32(append(b, prime...), uint32(log))
	return binary.LittleEndian.AppendUint32(b, uint32(log))
}

// progression returns first·x^j for j < n.
func progression(first, x fr.Element, n int) []fr.Element {
	list := make([]fr.Element, n)
	for j := range list {
		list[j] = first
		first.Mul(&first, &x)
	}
	return list
}

func times(list []fr.Element, by fr.Element) []fr.Element {
	products := make([]fr.Element, len(list))
	for j := range list {
		products[j].Mul(&list[j], &by)
	}
	return products
}

// lagrange returns L_j(τ) = ω^j·(τ^n − 1)/(n·(τ − ω^j)).
func lagrange(tau fr.Element, log int) []fr.Element {
	n := 1 << log
	omega, err := fr.Generator(uint64(n))
	if err != nil {
		panic(err) // log is far below 28
	}
	var scale, one, size fr.Element
	one.SetOne()
	size.SetInt64(int64(n))
	scale.Exp(tau, big.NewInt(int64(n))).Sub(&scale, &one).Div(&scale, &size)
	roots := progression(one, omega, n)
	differences := make([]fr.Element, n)
	for j := range differences {
		differences[j].Sub(&tau, &roots[j])
	}
	basis := fr.BatchInvert(differences)
	for j := range basis {
		basis[j].Mul(&basis[j], &roots[j]).Mul(&basis[j], &scale)
	}
	return basis
}

func inG1(scalars []fr.Element) (b []byte) {
	_, _, g1, _ := bn254.Generators()
	for _, p := range commitments.Multiples(&g1, scalars) {
		b = appendCoordinates(b, p.X, p.Y)
	}
	return b
}

func inG2(scalars []fr.Element) (b []byte) {
	_, _, _, g2 := bn254.Generators()
	for _, p := range bn254.BatchScalarMultiplicationG2(&g2, scalars) {
		b = appendCoordinates(b, p.X.A0, p.X.A1, p.Y.A0, p.Y.A1)
	}
	return b
}

// appendCoordinates writes coordinates in Montgomery form, the least significant byte
// first.
func appendCoordinates(b []byte, coordinates ...fp.Element) []byte {
	for _, e := range coordinates {
		for _, word := range e {
			b = binary.LittleEndian.AppendUint64(b, word)
		}
	}
	return b
}
