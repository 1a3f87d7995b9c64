package wrap

import (
	"bytes"
	"testing"

	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/proof/prooftest"
)

// FuzzUnmarshal: whatever is decoded has one encoding, the SNARK included.
func FuzzUnmarshal(f *testing.F) {
	l, err := proof.NewLayout(prooftest.NewGathered(f, prooftest.NewSpec()).System, 3, true)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []ProofSystem{PLONK{}, Groth16{}} {
		b := make([]byte, Size(l, s))
		b[0] = s.ID()
		f.Add(b)
		// Points at infinity where they are allowed, zeros elsewhere.
		for i := len(b) - s.ProofBytes(); i < len(b); i += 32 {
			b[i] = 0x40
		}
		f.Add(bytes.Clone(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range []ProofSystem{PLONK{}, Groth16{}} {
			p, err := Unmarshal(l, s, b)
			if err != nil {
				continue
			}
			if again, err := p.MarshalBinary(); err != nil || !bytes.Equal(again, b) {
				t.Fatal("accepted bytes are not the canonical encoding")
			}
		}
	})
}

// FuzzDecodeSNARK: the same for the SNARK's own bytes.
func FuzzDecodeSNARK(f *testing.F) {
	for _, s := range []ProofSystem{PLONK{}, Groth16{}} {
		b := make([]byte, s.ProofBytes())
		f.Add(b)
		for i := 0; i < plonkPoints*32 && i < len(b); i += 32 {
			b[i] = 0x40
		}
		f.Add(bytes.Clone(b))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := decodePLONK(b); err == nil && !bytes.Equal(encodePLONK(p), b) {
			t.Fatal("accepted bytes are not the canonical encoding of a PLONK proof")
		}
		if p, err := decodeGroth16(b); err == nil && !bytes.Equal(encodeGroth16(p), b) {
			t.Fatal("accepted bytes are not the canonical encoding of a Groth16 proof")
		}
	})
}
