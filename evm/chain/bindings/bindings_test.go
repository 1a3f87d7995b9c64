package bindings_test

import (
	"os"
	"testing"

	"github.com/zkaudit/zkaudit/evm/chain/internal/binding"
)

// TestBindingsAreOfTheArtefacts: the file is what abigen writes.
func TestBindingsAreOfTheArtefacts(t *testing.T) {
	want, err := binding.Generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("contracts.go")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("contracts.go is not what abigen makes of the artefacts: run go generate")
	}
}
