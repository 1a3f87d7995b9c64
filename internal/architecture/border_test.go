package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// guarded are the borders: functions that take a stranger's bytes or structures
// and begin by deferring fault.Catch.
var guarded = map[string][]string{
	"aggregate":      {"DecodeStatement", "Unmarshal", "Verify"},
	"audit":          {"NewModel", "Parse", "RunOf", "Unmarshal", "Verify"},
	"bundle":         {"DecodeStatement", "Facts", "ReadExpectation", "Unmarshal", "UnmarshalPart", "Verify", "VerifyDataset"},
	"commitments":    {"ReadPhase1", "UnmarshalPowers", "UnmarshalPowersVerifier"},
	"data":           {"LoadArrays", "ReadTable", "ReadTableAs", "ReadFolder", "ReadIDX", "ReadTensor"},
	"owner":          {"ReadOpening", "ReadPartOpening"},
	"run":            {"ReadConfig"},
	"proof/ceremony": {"Unmarshal", "Verify"},
	"proof/wrap":     {"ReadClass", "UnmarshalCeremony"},
	"relation":       {"ReadShape"},
	"tflite":         {"DecodeExact", "Parse"},
	"transpile":      {"Read", "ReadModel", "Transpile"},
}

// unguarded are functions called like a border that stand behind one, or read
// what is the user's own.
var unguarded = map[string]string{
	"internal/artefact.Decode": "every kind of artefact has its border", "internal/artefact.DecodeHeader": "every kind of artefact has its border",
	"cmd/internal/verify.ReadFile": "no structure", "cmd/internal/verify.Read": "of audit.Unmarshal", "cmd/internal/verify.ReadBundle": "of bundle.Unmarshal", "cmd/internal/verify.Verify": "of bundle.Verify", "cmd/internal/verify.ReadParts": "of UnmarshalPart",
	"internal/artefact.ReadFile": "no structure", "tflite.ReadFile": "no structure", "internal/artefact.ReadPrivateFile": "no structure",
	"owner.ReadModelOpening": "of ReadOpening", "audit.Load": "of Parse", "bundle.ReadPart": "of UnmarshalPart", "bundle.UnmarshalText": "inside UnmarshalPart",
	"commitments.DecodePoint": "inside all", "commitments.DecodePoints": "inside all", "commitments.DecodeScalar": "inside all", "commitments.DecodeScalars": "inside all",
	"commitments.UnmarshalEvaluationProof": "inside Verify", "commitments.ReadPowers": "of UnmarshalPowers",
	"data.LoadTable": "of ReadTable", "data.LoadTableAs": "of ReadTableAs", "data.LoadIDX": "of ReadIDX", "data.LoadTensor": "of ReadTensor", "data.LoadFolder": "inside LoadArrays", "data.Read": "inside ReadTable and ReadIDX", "data.ParseSeparator": "one character", "data.ParseMark": "one word",
	"network.Decode": "inside bundle.Unmarshal", "data/schedule.UnmarshalBinary": "inside bundle.Unmarshal", "data/schedule.ParseRows": "inside audit.Verify",
	"proof.Verify": "inside Verify", "proof/mode.Verify": "inside Verify", "proof/statement.Unmarshal": "inside Verify", "proof/verifier.Verify": "inside Verify", "proof/verifier.VerifyCommitted": "inside Verify",
	"proof/committed.Unmarshal": "inside Verify", "proof/committed.Verify": "inside Verify", "proof/statement.DecodeWitness": "inside Verify",
	"proof/wrap.Verify": "inside Verify", "proof/wrap/snarkjs.Verify": "inside Verify", "proof/wrap.Unmarshal": "inside Verify", "proof/wrap.DecodeProvingKey": "the user's own cache", "proof/wrap.DecodeVerifyingKey": "the user's own cache",
	"internal/memory.Parse": "the user's own", "internal/number.ParseRate": "the user's own", "internal/number.ParseRates": "the user's own", "internal/number.ParseRatePlan": "the user's own", "internal/number.ParseExact": "the user's own", "internal/number.ParseResponse": "the user's own", "internal/number.ParseFraction": "the user's own", "internal/number.ParseWeight": "the user's own", "internal/number.ParseShare": "the user's own",
	"data/recipe.Read": "of the data readers", "run.ReadArchitecture": "of tflite.Parse and transpile.Read", "run.ReadStated": "of tflite.Parse and transpile.Transpile", "run.ReadInputs": "of the data readers",
	"train.Load": "the user's own", "train.Read": "integers", "run.Read": "randomness, and rows of a shipment", "cluster.ReadKey": "the user's own",
	"evm.ParseContext":       "64 digits",
	"evm.ParseAddress":       "40 digits",
	"evm.Verify":             "inside Verify",
	"proof/prooftest.Verify": "a test's", "proof/prooftest.VerifyCommitted": "a test's",
}

// TestBordersCatchPanics reads the sources: what is exported and reads,
// decodes, parses or verifies is a border, or the list says why it is none.
func TestBordersCatchPanics(t *testing.T) {
	missing := map[string]bool{}
	for pkg, names := range guarded {
		for _, name := range names {
			missing[pkg+"."+name] = true
		}
	}
	all := exported(t)
	for name := range unguarded {
		if all[name] == nil {
			t.Errorf("%s stands in the list and is gone", name)
		}
	}
	for name, fn := range all {
		_, stands := unguarded[name]
		switch catches := beginsWithCatch(fn); {
		case missing[name] && !catches:
			t.Errorf("%s does not begin with defer fault.Catch(&err, …)", name)
		case !missing[name] && !stands:
			t.Errorf("%s reads something: is it a border, which defers fault.Catch?", name)
		}
		delete(missing, name)
	}
	for name := range missing {
		t.Errorf("%s, a border, is gone", name)
	}
}

// exported returns the functions that are called as a reader, under
// "package.Name". Of two methods of a name any counts, but one that catches
// counts more.
func exported(t *testing.T) map[string]*ast.FuncDecl {
	t.Helper()
	all := map[string]*ast.FuncDecl{}
	everySource(t, func(pkg string, file *ast.File) {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !readsStrangers(fn) {
				continue
			}
			name := pkg + "." + fn.Name.Name
			if other := all[name]; other == nil || beginsWithCatch(fn) {
				all[name] = fn
			}
		}
	})
	return all
}

// everySource parses every file that is neither a test nor generated.
func everySource(t *testing.T, look func(pkg string, file *ast.File)) {
	t.Helper()
	const root = "../.."
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_generated.go") {
			return err
		}
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err == nil {
			look(filepath.ToSlash(pkg), file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// readsStrangers reports whether an exported function is called like a reader
// and can fail.
func readsStrangers(fn *ast.FuncDecl) bool {
	results := fn.Type.Results
	if !fn.Name.IsExported() || results == nil {
		return false
	}
	if last, ok := results.List[len(results.List)-1].Type.(*ast.Ident); !ok || last.Name != "error" {
		return false
	}
	switch fn.Name.Name {
	case "RunOf", "Facts", "Transpile", "NewModel":
		return true
	case "VerifyingKey":
		return false
	}
	for _, prefix := range []string{"Unmarshal", "Decode", "Read", "Parse", "Load", "Verify"} {
		if rest, ok := strings.CutPrefix(fn.Name.Name, prefix); ok && !strings.HasPrefix(rest, "OrCreate") && !strings.HasPrefix(rest, "ingKey") {
			return true
		}
	}
	return false
}

func beginsWithCatch(fn *ast.FuncDecl) bool {
	if fn.Body == nil || len(fn.Body.List) == 0 {
		return false
	}
	d, ok := fn.Body.List[0].(*ast.DeferStmt)
	if !ok || len(d.Call.Args) != 3 {
		return false
	}
	called, ok := d.Call.Fun.(*ast.SelectorExpr)
	if !ok || called.Sel.Name != "Catch" {
		return false
	}
	first, ok := d.Call.Args[0].(*ast.UnaryExpr)
	if !ok || first.Op != token.AND {
		return false
	}
	into, ok := first.X.(*ast.Ident)
	last := fn.Type.Results.List[len(fn.Type.Results.List)-1]
	return ok && len(last.Names) == 1 && last.Names[0].Name == into.Name // else the error is lost
}

// TestGoroutinesCarryPanics: what a verifier runs at the same time runs in a
// fault.Group, which brings a panic to the border; one of another goroutine
// would end the process.
func TestGoroutinesCarryPanics(t *testing.T) {
	own := map[string]bool{"internal/fault": true, "bench": true, "bench/figures": true, "bench/circuitstats": true, "internal/mutate": true, "cmd/zkaudit": true, "cmd/internal/console": true}
	everySource(t, func(pkg string, file *ast.File) {
		if own[pkg] {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine by itself", pkg)
			case *ast.SelectorExpr:
				if of, ok := n.X.(*ast.Ident); ok && of.Name == "sync" && n.Sel.Name == "WaitGroup" {
					t.Errorf("%s waits for goroutines by a sync.WaitGroup: use fault.Group", pkg)
				}
			}
			return true
		})
	})
}
