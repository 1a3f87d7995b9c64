// Package binding runs abigen.
package binding

import (
	"fmt"

	"github.com/ethereum/go-ethereum/accounts/abi/abigen"

	"github.com/zkaudit/zkaudit/evm"
)

// Generate returns the bindings of all artefacts, without their code.
func Generate() (string, error) {
	names, err := evm.Artefacts()
	if err != nil {
		return "", err
	}
	abis, code := make([]string, len(names)), make([]string, len(names))
	for i, name := range names {
		a, err := evm.ArtefactOf(name)
		if err != nil {
			return "", err
		}
		abis[i] = string(a.ABI)
	}
	source, err := abigen.BindV2(names, abis, code, "bindings", nil, nil)
	if err != nil {
		return "", fmt.Errorf("abigen: %w", err)
	}
	return source, nil
}
