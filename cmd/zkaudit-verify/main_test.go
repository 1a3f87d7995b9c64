package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/proof/mode"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"zkaudit-verify": func() { os.Exit(execute()) }})
}

// TestScripts runs the command line as its users do, beside the whole program,
// which makes the bundles.
func TestScripts(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "zkaudit")
	if out, err := exec.Command("go", "build", "-o", whole, "../zkaudit").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("PATH", e.Getenv("PATH")+string(filepath.ListSeparator)+filepath.Dir(whole))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exit": exitCode, "flip": flip, "declare": declare},
	})
}

// exitCode runs a command and compares its exit code: exit CODE COMMAND ...
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND [ARGS]")
	}
	err, got := ts.Exec(args[1], args[2:]...), 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if fmt.Sprint(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// flip changes a byte of a file, counted from its end: flip FILE OFFSET.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET")
	}
	data := []byte(ts.ReadFile(args[0]))
	offset, err := strconv.Atoi(args[1])
	ts.Check(err)
	data[len(data)-offset] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o600))
}

// declare writes a bundle that says it is of another mode: declare MODE FROM TO.
func declare(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: declare MODE FROM TO")
	}
	b, err := bundle.Unmarshal([]byte(ts.ReadFile(args[1])))
	ts.Check(err)
	b.Statement.Mode = mode.Name(args[0])
	data, err := b.Marshal()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), data, 0o600))
}

// TestBuildsForWebAssembly: nothing in it keeps it from being compiled for a page.
func TestBuildsForWebAssembly(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles everything once more")
	}
	build := exec.Command("go", "build", "-o", filepath.Join(t.TempDir(), "verify.wasm"), ".")
	build.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
