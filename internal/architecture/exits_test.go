package architecture

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// exits are the places of the command lines that write to the terminal: all pass
// what they are given through package foreign, or hand the file to something
// that prints the program's own words.
var exits = []string{
	"cmd/internal/console/console.go Say", "cmd/internal/console/console.go Result",
	"cmd/zkaudit/app.go console", "cmd/zkaudit/app.go newRoot", "cmd/zkaudit/main.go execute", "cmd/zkaudit/progress.go newProgress",
	"cmd/zkaudit-verify/app.go console", "cmd/zkaudit-verify/app.go newRoot", "cmd/zkaudit-verify/main.go execute",
}

// TestExits reads the sources of the command lines: nothing but its exits writes
// to standard output or standard error, so that text from outside has no other
// way out. Other packages do not write there at all.
func TestExits(t *testing.T) {
	for _, file := range sources(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("../..", file), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			ast.Inspect(f, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := s.X.(*ast.Ident)
				if !ok {
					return true
				}
				name := x.Name + "." + s.Sel.Name
				writes := slices.Contains([]string{"os.Stdout", "os.Stderr", "fmt.Print", "fmt.Printf", "fmt.Println", "a.stdout", "a.stderr"}, name)
				if filepath.Dir(file) == "cmd/internal/console" {
					writes = writes || name == "c.out" || name == "c.err"
				}
				if writes && !slices.Contains(exits, file+" "+f.Name.Name) {
					t.Errorf("%s: %s uses %s", file, f.Name.Name, name)
				}
				return true
			})
		}
	}
}

// tools are packages that the program does not hold.
var tools = map[string]bool{"internal/architecture": true, "internal/everybyte": true, "internal/mutate": true, "internal/scramble": true, "web/build": true}

// sources are the files of the program, without tests, programs that measure and the
// modules of the chain and the browser.
func sources(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := filepath.Glob("../../*/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	deepest, err := filepath.Glob("../../*/*/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, file := range slices.Concat(files, deeper, deepest) {
		name := filepath.ToSlash(strings.TrimPrefix(file, "../../"))
		if !strings.HasSuffix(name, "_test.go") && !strings.HasPrefix(name, "bench/") && !strings.HasPrefix(name, "evm/chain/") && !strings.HasPrefix(name, "web/chromium/") && !tools[filepath.Dir(name)] {
			list = append(list, name)
		}
	}
	if len(list) < 200 {
		t.Fatalf("%d files", len(list))
	}
	return list
}
