package evm

import (
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// compiled holds what `make contracts` writes.
//
//go:embed contracts/build/*.json
var compiled embed.FS

// Artefact is a compiled contract.
type Artefact struct {
	ABI      json.RawMessage
	Bin      []byte // code that deploys it, before its constructor's arguments
	Deployed []byte // code that stands on the chain, immutable values being 0
}

// ArtefactOf returns the artefact of a contract or interface. Another name is
// fault.ErrUsage.
func ArtefactOf(name string) (*Artefact, error) {
	content, err := compiled.ReadFile("contracts/build/" + name + ".json")
	if err != nil {
		return nil, fmt.Errorf("contract %s: none of that name: %w", fault.Quote(name), fault.ErrUsage)
	}
	a, err := NewArtefact(content)
	if err != nil {
		return nil, fmt.Errorf("contract %s: %w", name, err)
	}
	return a, nil
}

// NewArtefact reads an artefact as `make contracts` writes it.
func NewArtefact(content []byte) (*Artefact, error) {
	var file struct {
		ABI           json.RawMessage
		Bin, Deployed string
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("artefact: %w", err)
	}
	a := &Artefact{ABI: file.ABI}
	var err error
	if a.Bin, err = hex.DecodeString(strings.TrimPrefix(file.Bin, "0x")); err != nil {
		return nil, fmt.Errorf("code: %w", err)
	}
	if a.Deployed, err = hex.DecodeString(strings.TrimPrefix(file.Deployed, "0x")); err != nil {
		return nil, fmt.Errorf("deployed code: %w", err)
	}
	return a, nil
}

// Artefacts lists the names of all artefacts.
func Artefacts() ([]string, error) {
	entries, err := compiled.ReadDir("contracts/build")
	if err != nil {
		return nil, fmt.Errorf("artefacts: %w", err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), ".json")
	}
	return names, nil
}
