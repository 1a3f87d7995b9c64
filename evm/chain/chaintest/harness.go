package chaintest

import (
	"embed"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
)

// harnesses holds what `make contracts` makes of contracts/test.
//
//go:embed build/*.json
var harnesses embed.FS

// Harness is a contract that only tests deploy, to call a library through it.
type Harness struct {
	*Chain
	Address common.Address
	abi     abi.ABI
}

// NewHarness starts a chain of one account with a harness on it.
func NewHarness(t testing.TB, name string) *Harness {
	t.Helper()
	c := New(t, 1)
	return &Harness{Chain: c, Address: c.Deploy(t, name), abi: ABI(t, name)}
}

// harnessNames lists the contracts that only tests deploy.
func harnessNames(t testing.TB) []string {
	t.Helper()
	entries, err := harnesses.ReadDir("build")
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	return names
}

// Invoke calls a function of the harness and returns its results. An error that is a
// *Revert is the library's.
func (h *Harness) Invoke(t testing.TB, function string, arguments ...any) ([]any, error) {
	t.Helper()
	packed, err := h.abi.Pack(function, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := h.Call(h.Accounts[0], h.Address, packed)
	if err != nil {
		return nil, err
	}
	values, err := h.abi.Unpack(function, out)
	if err != nil {
		t.Fatal(err)
	}
	return values, nil
}
