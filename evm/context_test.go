package evm_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestParseContext: what is no context as contracts write it is refused.
func TestParseContext(t *testing.T) {
	c := evm.OrderContext(big.NewInt(1), evm.Address{2}, [32]byte{3}, evm.Address{4})
	if got, err := evm.ParseContext(c.String()); err != nil || got != c {
		t.Errorf("%s: %s, %v", c, got, err)
	}
	for name, text := range map[string]string{
		"a digit too few":  c.String()[:len(c.String())-1],
		"a digit too many": c.String() + "0",
		"another version":  strings.Replace(c.String(), "/1/", "/2/", 1),
		"capitals":         strings.ToUpper(c.String()),
		"no digit":         c.String()[:len(c.String())-1] + "g",
		"capital digits":   "zkaudit/evm/1/" + strings.Repeat("A", 64),
	} {
		if _, err := evm.ParseContext(text); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestParseAddress: addresses of EIP-55 are written as there, and one with a letter of
// the wrong case is refused.
func TestParseAddress(t *testing.T) {
	for _, text := range []string{
		"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359", "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
	} {
		small := strings.ToLower(text)
		for _, as := range []string{text, small, "0x" + strings.ToUpper(small[2:])} {
			if a, err := evm.ParseAddress(as); err != nil || a.String() != text {
				t.Errorf("%s: %s, %v", as, a, err)
			}
		}
		for name, bad := range map[string]string{
			"a letter of the other case": strings.Replace(text, "b", "B", 1), "no 0x": text[2:], "a digit too few": text[:41], "a digit too many": text + "0", "no digit": text[:41] + "g", "nothing": "",
		} {
			if _, err := evm.ParseAddress(bad); !errors.Is(err, fault.ErrMalformed) {
				t.Errorf("%s: %s is taken: %v", name, bad, err)
			}
		}
	}
}
