package commitments

import (
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254"
)

// DevelopmentVerifier is NewDevelopment(rowBits).Verifier() without making
// the powers: verification needs none of them. Insecure is set.
func DevelopmentVerifier(rowBits int) (*VerifierSetup, error) {
	tau, err := developmentTau()
	if err != nil {
		return nil, err
	}
	_, _, _, g2 := bn254.Generators()
	var tauG2 bn254.G2Affine
	tauG2.ScalarMultiplication(&g2, tau.BigInt(new(big.Int)))
	return newPowersVerifier(rowBits, tauG2)
}
