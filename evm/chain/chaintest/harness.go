package chaintest

import (
	"bytes"
	"embed"
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
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

// NewHarness starts a chain of one account with a harness on it. Custom errors of the
// libraries that it calls are known to the chain.
func NewHarness(t testing.TB, name string) *Harness {
	t.Helper()
	content, err := harnesses.ReadFile("build/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var artefact struct {
		ABI json.RawMessage
		Bin hexutil.Bytes
	}
	if err := json.Unmarshal(content, &artefact); err != nil {
		t.Fatal(err)
	}
	h := &Harness{Chain: New(t, 1)}
	if h.abi, err = abi.JSON(bytes.NewReader(artefact.ABI)); err != nil {
		t.Fatal(err)
	}
	for _, e := range h.abi.Errors {
		h.errors[[4]byte(e.ID[:4])] = e
	}
	r := h.Send(t, h.Accounts[0], nil, nil, artefact.Bin)
	if r.Status != types.ReceiptStatusSuccessful {
		t.Fatalf("%s is not deployed", name)
	}
	h.Address = r.ContractAddress
	return h
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
