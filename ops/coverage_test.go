package ops_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/ops"
	"github.com/zkaudit/zkaudit/tflite"
	"github.com/zkaudit/zkaudit/transpile"
)

var update = flag.Bool("update", false, "write docs/operators.md")

// TestCoverage compares docs/operators.md with the tables of operators: what each
// does is read from the table itself, and what it is tested against from the
// tests.
func TestCoverage(t *testing.T) {
	const path = "../docs/operators.md"
	want := coverage(t)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := text(t, path); got != want {
		t.Errorf("%s is not what the tables say; run go test ./ops -run TestCoverage -update", path)
	}
}

func coverage(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Operators\n\nWritten by `go test ./ops -run TestCoverage -update`, from the tables of operators and from their tests.\n\n" +
		"## Of models\n\nOperators of TensorFlow Lite that are read (`transpile`), each with the tests that read it. All of them are trained, proven and verified;\n" +
		"what a rule refuses, it refuses with the reason and the way round (`zkaudit inspect`).\n\n| operator | tests |\n|---|---|\n")
	names := constants(t, "../tflite/builtin.go", regexp.MustCompile(`(?m)^\t(Op\w+) +(?:Builtin )?= (\d+)`))
	var rows []string
	for op := range transpile.Supported() {
		tests := mentions(t, "../*/*_test.go", "tflite."+names[fmt.Sprint(int32(op))])
		if len(tests) == 0 {
			t.Errorf("no test reads %v", tflite.Builtin(op))
		}
		rows = append(rows, fmt.Sprintf("| %v | %s |\n", op, strings.Join(tests, ", ")))
	}
	slices.Sort(rows)
	b.WriteString(strings.Join(rows, ""))
	b.WriteString("\n## Of a training step\n\nOperators of the graph that those become (`ops`). Forward passes are compared with float64 or exact rationals, gradients with finite differences of\n" +
		"the loss and, where it has the operator and its gradient is right, with gorgonia; relations with cells changed one by one, and ranges with a second derivation over all\n" +
		"pairs of operators. What has no gradient is of the backward pass.\n\n| operator | file | gradient | finite differences | gorgonia | pairs |\n|---|---|---|---|---|---|\n")
	paired := map[graph.Kind]bool{}
	for _, unit := range units() {
		n := newNet(t, coarse(), 3, 5)
		p := n.train(n.dense(unit(n, n.dense(n.Program().Input, 6)), 3), graph.SoftmaxCrossEntropy)
		for i := range p.Nodes {
			paired[p.Nodes[i].Kind] = true
		}
	}
	files := constants(t, "*.go", regexp.MustCompile(`(?m)^(?:const |\t)(Kind\w+) +(?:graph\.Kind )?= "([^"]+)"`))
	for _, kind := range slices.Sorted(maps.Keys(ops.Table())) {
		name := files[string(kind)]
		if name == "" {
			t.Errorf("%q is declared nowhere", kind)
			continue
		}
		file := declaredIn(t, name)
		if len(mentions(t, "*_test.go", "ops."+name)) == 0 {
			t.Errorf("no test names %s", name)
		}
		yes := func(is bool) string {
			if is {
				return "yes"
			}
			return "–"
		}
		in := func(test string) string { return yes(strings.Contains(text(t, test), "ops."+name)) }
		_, backward := reflect.TypeOf(ops.Table()[kind]).FieldByName("training")
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", kind, file, yes(!backward), in("gradient_test.go"), in("gorgonia_test.go"), yes(paired[kind]))
	}
	return b.String()
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// constants returns the names that files give to values.
func constants(t *testing.T, pattern string, declaration *regexp.Regexp) map[string]string {
	t.Helper()
	names := map[string]string{}
	for _, path := range glob(t, pattern) {
		for _, m := range declaration.FindAllStringSubmatch(text(t, path), -1) {
			names[m[2]] = m[1]
		}
	}
	return names
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// mentions lists the files that name something.
func mentions(t *testing.T, pattern, name string) (files []string) {
	t.Helper()
	word := regexp.MustCompile(regexp.QuoteMeta(name) + `\b`)
	for _, path := range glob(t, pattern) {
		if !strings.HasSuffix(path, "coverage_test.go") && word.MatchString(text(t, path)) {
			files = append(files, strings.TrimPrefix(path, "../"))
		}
	}
	return files
}

// declaredIn is the file of an operator's kind.
func declaredIn(t *testing.T, name string) string {
	t.Helper()
	declaration := regexp.MustCompile(`(?m)^(?:const |\t)` + name + ` +(?:graph\.Kind )?=`)
	for _, path := range glob(t, "*.go") {
		if declaration.MatchString(text(t, path)) {
			return path
		}
	}
	t.Fatalf("%s is declared nowhere", name)
	return ""
}
