package commitments

import "testing"

func TestDevelopmentVerifier(t *testing.T) {
	s, err := NewDevelopment(3)
	if err != nil {
		t.Fatal(err)
	}
	v, err := DevelopmentVerifier(3)
	if err != nil {
		t.Fatal(err)
	}
	if !sameVerifier(v, s.Verifier()) || !v.Insecure {
		t.Errorf("verifier's part %x differs from that of the whole string %x", v.ID, s.ID)
	}
	if _, err := DevelopmentVerifier(MaxRowBits + 1); err == nil {
		t.Error("rows beyond the limit accepted")
	}
}
