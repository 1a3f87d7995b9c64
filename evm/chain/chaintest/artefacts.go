package chaintest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/evm"
)

// Artefact returns that of a contract, or of one that only tests deploy. For mutants of
// contracts (`make mutate-contracts`) the directory ZKAUDIT_ARTEFACTS has others.
func Artefact(t testing.TB, contract string) *evm.Artefact {
	t.Helper()
	if a := mutant(t, contract); a != nil {
		return a
	}
	content, err := harnesses.ReadFile("build/" + contract + ".json")
	if err == nil {
		a, err := evm.NewArtefact(content)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	a, err := evm.ArtefactOf(contract)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// mutant returns what stands in ZKAUDIT_ARTEFACTS for a contract, or nil.
func mutant(t testing.TB, contract string) *evm.Artefact {
	t.Helper()
	directory := os.Getenv("ZKAUDIT_ARTEFACTS")
	if directory == "" {
		return nil
	}
	content, err := os.ReadFile(filepath.Join(directory, contract+".json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	a, err := evm.NewArtefact(content)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// artefacts are those that chains of tests have beside package evm's, or instead.
func artefacts(t testing.TB) map[string]*evm.Artefact {
	t.Helper()
	committed, err := evm.Artefacts()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*evm.Artefact{}
	for _, name := range append(committed, harnessNames(t)...) {
		all[name] = Artefact(t, name)
	}
	return all
}

// noteDeployed writes down which test deploys which contract, in the file
// ZKAUDIT_DEPLOYED: only those can notice a mutant of it.
func noteDeployed(t testing.TB, contract string) {
	t.Helper()
	path := os.Getenv("ZKAUDIT_DEPLOYED")
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	test, _, _ := strings.Cut(t.Name(), "/")
	_, err = fmt.Fprintln(f, test, contract)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
