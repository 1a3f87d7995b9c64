package architecture

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/zkaudit/zkaudit"

// listed is what `go list -json` says of a package of this module.
type listed struct {
	ImportPath    string
	Imports, Deps []string
}

func packages(t *testing.T) map[string]listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", module+"/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	all := map[string]listed{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(p.ImportPath, module+"/")] = p
	}
	return all
}

// own returns the packages of this module in a list of import paths.
func own(paths []string) []string {
	var list []string
	for _, p := range paths {
		if name, ok := strings.CutPrefix(p, module+"/"); ok {
			list = append(list, name)
		}
	}
	return list
}

// layers reads the fenced list that starts with the line "```layers": one
// layer per line, top first, packages after the first word.
func layers(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, found := strings.Cut(string(text), "\n```layers\n")
	list, _, closed := strings.Cut(list, "\n```")
	if !found || !closed {
		t.Fatal("ARCHITECTURE.md has no list of layers")
	}
	of := map[string]int{}
	for i, line := range strings.Split(list, "\n") {
		for _, name := range strings.Fields(line)[1:] {
			if _, twice := of[name]; twice {
				t.Errorf("%s stands in two layers", name)
			}
			of[name] = -i // the first line is the top
		}
	}
	return of
}

func TestImportsFlowDownwards(t *testing.T) {
	layer := layers(t)
	all := packages(t)
	for name, p := range all {
		at, known := layer[name]
		if !known {
			t.Errorf("ARCHITECTURE.md does not say where %s belongs", name)
			continue
		}
		for _, imported := range own(p.Imports) {
			if below, known := layer[imported]; known && below >= at {
				t.Errorf("%s imports %s, which is not below it", name, imported)
			}
		}
	}
	for name := range layer {
		if _, exists := all[name]; !exists {
			t.Errorf("ARCHITECTURE.md lists %s, which does not exist", name)
		}
	}
}

func TestStrangersStayStrangers(t *testing.T) {
	const gnark = "github.com/consensys/gnark/"
	executor := []string{"train", "data", "tflite", "transpile"}
	all := packages(t)
	for _, rule := range []struct {
		packages, not []string
		why           string
	}{
		{[]string{"proof/verifier", "proof", "proof/statement", "proof/public", "proof/circuit"}, append(executor, "proof/prover", "ops/exact"),
			"a verifier must not depend on what made the proof"},
		{[]string{"bundle", "proof/mode", "proof/verifier", "proof/wrap"}, []string{"owner"},
			"a verifier must not depend on what opens commitments"},
		{[]string{"aggregate", "audit", "tally", "bundle", "proof/mode", "cmd/zkaudit-verify"}, append(executor, "owner", "proof/prover", "proof/proving", "proof/wrap", "proof/circuit", "proof/ceremony"),
			"who verifies bundles and audits needs neither readers nor executor nor prover, nor what opens commitments, nor the circuits of wraps"},
		{[]string{"attest"}, append(executor, "owner", "run", "proof/prover", "proof/proving"),
			"a statement is made of what has been verified; what opens commitments is not within its reach"},
		{[]string{"cmd/zkaudit-verify", "cmd/internal/verify", "bundle", "audit"}, []string{"attest"},
			"the small verifier states nothing in others' formats"},
		{[]string{"ops", "graph", "segment"}, []string{"train", "proof", "proof/prover", "proof/verifier", "commitments"},
			"operators state relations; who executes or proves them is not their business"},
		{[]string{"network"}, append(executor, "proof", "proof/prover", "proof/verifier", "commitments"),
			"owner and verifier derive the same step; nothing that reads files or runs steps has a say in it"},
		{[]string{"relation"}, []string{"graph", "ops", "proof", "commitments"},
			"relations know tensors only"},
		{[]string{"proof/prover"}, []string{"train", "ops", "segment", "proof/verifier"},
			"kernels know relations, not networks"},
		{[]string{"relation/naive"}, []string{"proof", "proof/poly", "proof/prover"},
			"the reference must not share code with what it checks"},
		{[]string{"commitments"}, []string{"relation", "proof"},
			"the commitment scheme knows rows of cells only"},
	} {
		for _, name := range rule.packages {
			p, exists := all[name]
			if !exists {
				t.Errorf("rule for %s, which does not exist", name)
			}
			for _, dep := range own(p.Deps) {
				if slices.Contains(rule.not, dep) {
					t.Errorf("%s depends on %s: %s", name, dep, rule.why)
				}
			}
		}
	}
	for _, name := range []string{"aggregate", "audit", "tally", "bundle", "cmd/zkaudit-verify"} {
		for _, dep := range all[name].Deps {
			if strings.HasPrefix(dep, gnark) {
				t.Errorf("%s depends on %s: who verifies without wraps needs no circuit", name, dep)
			}
		}
	}
	for name, p := range all {
		for _, imported := range p.Imports {
			circuits := []string{"proof/circuit", "proof/wrap", "proof/ceremony", "bench/circuitstats"}
			if strings.HasPrefix(imported, gnark) && !slices.Contains(circuits, name) {
				t.Errorf("%s imports %s: circuits are stated in proof/circuit, proven in proof/wrap and set up in proof/ceremony only", name, imported)
			}
		}
	}
}

// TestFormatsOfOthersStayInAttest: libraries of attestations are met in one
// package, and in no small verifier.
func TestFormatsOfOthersStayInAttest(t *testing.T) {
	libraries := []string{"github.com/in-toto/", "github.com/secure-systems-lab/", "github.com/CycloneDX/", "google.golang.org/protobuf/"}
	all, met := packages(t), 0
	for name, p := range all {
		for _, library := range libraries {
			within := func(path string) bool { return strings.HasPrefix(path, library) }
			switch {
			case !slices.ContainsFunc(p.Imports, within):
			case name == "attest":
				met++
			default:
				t.Errorf("%s imports %s", name, library)
			}
			if small := []string{"cmd/zkaudit-verify", "bundle", "audit"}; slices.Contains(small, name) && slices.ContainsFunc(p.Deps, within) {
				t.Errorf("%s depends on %s", name, library)
			}
		}
	}
	if met == 0 {
		t.Error("attest imports none of them")
	}
}

// TestFloatsStayInDrift: gorgonia is met in one package, plots in one, NATS in one, and none
// of them in what verifies.
func TestFloatsStayInDrift(t *testing.T) {
	homes := map[string]string{"gorgonia.org/": "drift", "gonum.org/v1/plot": "report", "github.com/nats-io/": "cluster"}
	all, met := packages(t), map[string]bool{}
	for name, p := range all {
		for library, home := range homes {
			within := func(path string) bool { return strings.HasPrefix(path, library) }
			if slices.ContainsFunc(p.Imports, within) {
				if met[home] = true; name != home {
					t.Errorf("%s imports %s", name, library)
				}
			}
			if small := []string{"cmd/zkaudit-verify", "bundle", "audit"}; slices.Contains(small, name) && slices.ContainsFunc(p.Deps, within) {
				t.Errorf("%s depends on %s", name, library)
			}
		}
	}
	if len(met) != len(homes) {
		t.Errorf("libraries are met in %v", met)
	}
}

// TestFormatsOfRowsStayInData: libraries that read the formats of data are met in one
// package, and in nothing that verifies.
func TestFormatsOfRowsStayInData(t *testing.T) {
	libraries := []string{"github.com/parquet-go/", "github.com/apache/arrow", "github.com/klauspost/compress", "github.com/andybalholm/brotli", "github.com/pierrec/lz4", "image/png", "image/jpeg", "archive/zip"}
	reads := func(dep string) bool {
		return slices.ContainsFunc(libraries, func(library string) bool { return strings.HasPrefix(dep, library) })
	}
	all, met := packages(t), map[string]bool{}
	for name, p := range all {
		for _, imported := range p.Imports {
			if reads(imported) && name != "data" && name != "internal/rowtest" {
				t.Errorf("%s imports %s: formats of rows are read in data only", name, imported)
			}
			met[imported] = met[imported] || name == "data"
		}
		for _, imported := range own(p.Imports) {
			if imported == "internal/rowtest" {
				t.Errorf("%s imports internal/rowtest, which is for tests", name)
			}
		}
	}
	for _, name := range []string{"audit", "bundle", "cmd/zkaudit-verify", "cmd/internal/verify", "network", "proof/verifier"} {
		for _, dep := range all[name].Deps {
			if reads(dep) {
				t.Errorf("%s depends on %s: who verifies reads no rows", name, dep)
			}
		}
	}
	for _, library := range []string{"github.com/parquet-go/parquet-go/format", "archive/zip"} {
		if !met[library] {
			t.Errorf("data does not import %s: is the list still right?", library)
		}
	}
}

// TestForgersStayOutside: what proves falsehoods serves tests and the
// demonstration, which is one file of the command line.
func TestForgersStayOutside(t *testing.T) {
	importers := map[string][]string{
		"proof/prooftest": {"bench/circuitstats"}, // of its small system
		"proof/forger":    {"run/forgery"},
		"run/forgery":     {"examples/demo"},
		"examples/demo":   {"cmd/zkaudit"},
	}
	for name, p := range packages(t) {
		for _, imported := range own(p.Imports) {
			if allowed, forges := importers[imported]; forges && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s, which is for tests and the demonstration", name, imported)
			}
		}
	}
	files, err := filepath.Glob("../../cmd/zkaudit/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no command line: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if base := filepath.Base(file); bytes.Contains(text, []byte(module+"/examples/demo")) && base != "demo.go" {
			t.Errorf("%s imports the demonstration", base)
		}
	}
}
