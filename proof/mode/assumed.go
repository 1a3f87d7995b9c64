package mode

import (
	"fmt"
	"slices"

	"github.com/zkaudit/zkaudit/commitments"
)

// Assumed lists what a verifier takes for granted who accepts proofs of the mode
// about a setup, verified with keys that come from where keys say: from a setup of
// the verifier's own where they say nothing (SECURITY.md, assumptions).
func (n Name) Assumed(k commitments.Kind, keys ...Keys) []string {
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
		list = append(list, assumedOfKeys(keys)...)
	}
	return list
}

// assumedOfKeys lists what is taken for granted of Groth16 and its keys, once of those
// of one origin.
func assumedOfKeys(keys []Keys) (list []string) {
	if len(keys) == 0 {
		keys = []Keys{{}}
	}
	for i, k := range keys {
		if !slices.Contains(keys[:i], k) {
			list = append(list, k.assumed()+"; Groth16 is sound in the generic group model")
		}
	}
	return list
}

func (k Keys) assumed() string {
	if k.Contributions == 0 {
		return "whoever made the Groth16 keys in the verifier's cache has made them as prescribed and forgotten their secrets"
	}
	who := fmt.Sprintf("of the %d contributions to the ceremony of the Groth16 keys, at least one is by someone who has forgotten its secret", k.Contributions)
	if k.Contributions == 1 {
		who = "the only one who contributed to the ceremony of the Groth16 keys has forgotten its secret, and cannot forge"
	}
	return fmt.Sprintf("%s, and nobody knows those of its powers of tau (the verifier has checked the rest: transcript with SHA-256 %x, powers with %x)", who, k.Transcript, k.Phase1)
}
