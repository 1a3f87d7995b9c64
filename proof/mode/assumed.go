package mode

import "github.com/zkaudit/zkaudit/commitments"

// Assumed lists what a verifier takes for granted who accepts proofs of the mode
// about a setup (SECURITY.md, assumptions).
func (n Name) Assumed(k commitments.Kind) []string {
	list := []string{"discrete logarithms on BN254 are hard"}
	switch k {
	case commitments.PowersOfTau:
		list[0] = "nobody knows the secret of the powers of tau; discrete logarithms on BN254 are hard, in the algebraic group model"
	case commitments.Development:
		list[0] = "NOTHING ABOUT THE SETUP: it is the INSECURE development one, with which anyone can forge every proof here"
	}
	if n == ZK {
		list = append(list, "SHA-256 behaves as a random oracle, which what is proven cannot compute")
	} else {
		list = append(list, "Poseidon2 and SHA-256 behave as random oracles, which what is proven cannot compute")
	}
	switch n {
	case ZKPLONK:
		list = append(list, "PLONK, with keys that each verifier derives itself, is sound in the algebraic group model")
	case ZKGroth16:
		list = append(list, "whoever made the Groth16 keys in the verifier's cache has made them as prescribed and forgotten their secrets; Groth16 is sound in the generic group model")
	}
	return list
}
