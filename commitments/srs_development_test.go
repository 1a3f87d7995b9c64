package commitments

import "testing"

func TestDevelopmentVerifierSRS(t *testing.T) {
	s, err := DevelopmentSRS(3)
	if err != nil {
		t.Fatal(err)
	}
	v, err := DevelopmentVerifierSRS(3)
	if err != nil {
		t.Fatal(err)
	}
	if !sameVerifier(v, s.Verifier()) || !v.Insecure {
		t.Errorf("verifier's part %x differs from that of the whole string %x", v.ID, s.ID)
	}
	if _, err := DevelopmentVerifierSRS(MaxRowBits + 1); err == nil {
		t.Error("rows beyond the limit accepted")
	}
}
