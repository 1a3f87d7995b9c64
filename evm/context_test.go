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
