package evm_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/evm"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// maxCode is the longest code that a contract can have (EIP-170).
const maxCode = 24576

func TestArtefacts(t *testing.T) {
	names, err := evm.Artefacts()
	if err != nil || len(names) == 0 {
		t.Fatalf("%d artefacts: %v", len(names), err)
	}
	for _, name := range names {
		a, err := evm.ArtefactOf(name)
		if err != nil {
			t.Fatal(err)
		}
		var abi []struct{ Type string }
		if err := json.Unmarshal(a.ABI, &abi); err != nil || len(abi) == 0 {
			t.Errorf("%s: interface of %d entries: %v", name, len(abi), err)
		}
		if len(a.Deployed) > maxCode || len(a.Bin) < len(a.Deployed) {
			t.Errorf("%s: %d bytes of code, deployed by %d", name, len(a.Deployed), len(a.Bin))
		}
	}
	if _, err := evm.ArtefactOf("Nothing"); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("no such contract: %v", err)
	}
}
