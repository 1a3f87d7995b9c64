package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zkaudit/zkaudit/run"
)

// flagNames are the names of all flags of all commands.
func flagNames() map[string]bool {
	names := map[string]bool{"help": true}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		add := func(f *pflag.Flag) { names[f.Name] = true }
		c.Flags().VisitAll(add)
		c.PersistentFlags().VisitAll(add)
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(&app{}))
	return names
}

// keys are the keys of run.toml, with the address that holds each in c.
func keys(c *run.Config) map[string]uintptr {
	found := map[string]uintptr{}
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			key := prefix + v.Type().Field(i).Tag.Get("toml")
			found[key] = v.Field(i).Addr().Pointer()
			switch f := v.Field(i); {
			case f.Kind() == reflect.Struct:
				walk(key+".", f)
			case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct: // tables
				walk(key+".", reflect.New(f.Type().Elem()).Elem())
			}
		}
	}
	walk("", reflect.ValueOf(c).Elem())
	return found
}

// eachFile calls f with every file of the tree whose name ends so, tests apart.
func eachFile(t *testing.T, suffix string, f func(path string)) {
	t.Helper()
	files := 0
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && strings.HasPrefix(e.Name(), ".") && len(e.Name()) > 2:
			return filepath.SkipDir
		case !e.IsDir() && strings.HasSuffix(path, suffix) && !strings.HasSuffix(path, "_test.go"):
			files++
			f(path)
		}
		return nil
	})
	if err != nil || files < 5 {
		t.Fatalf("%d files: %v", files, err)
	}
}

// parsed calls f with every node of the tree's programs.
func parsed(t *testing.T, f func(at string, n ast.Node)) {
	t.Helper()
	eachFile(t, ".go", func(path string) {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil {
				f(set.Position(n.Pos()).String(), n)
			}
			return true
		})
	})
}

var flagInText = regexp.MustCompile(`(^|[^-\w])--([a-z][a-z0-9-]*)`)

// TestFlagsInMessagesExist: a message that names a flag names one that there is,
// and so do the documents.
func TestFlagsInMessagesExist(t *testing.T) {
	names, found := flagNames(), 0
	check := func(at, text string) {
		for _, match := range flagInText.FindAllStringSubmatch(text, -1) {
			if found++; !names[strings.TrimSuffix(match[2], "-")] {
				t.Errorf("%s: there is no flag --%s", at, match[2])
			}
		}
	}
	parsed(t, func(at string, n ast.Node) {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			check(at, text)
		}
	})
	eachFile(t, ".md", func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		check(path, string(text))
	})
	if found < 100 {
		t.Errorf("only %d flags found in messages", found)
	}
}

// TestSettingsInErrorsExist: the keys that errors name are keys of run.toml.
func TestSettingsInErrorsExist(t *testing.T) {
	known, found := keys(&run.Config{}), 0
	check := func(at string, e ast.Expr) {
		literal, ok := e.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return
		}
		key, err := strconv.Unquote(literal.Value)
		if found++; err != nil || known[key] == 0 {
			t.Errorf("%s: run.toml has no key %q", at, key)
		}
	}
	of := func(e ast.Expr, name string) bool {
		s, ok := e.(*ast.SelectorExpr)
		return ok && s.Sel.Name == name && s.X.(*ast.Ident).Name == "fault"
	}
	parsed(t, func(at string, n ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			if of(n.Fun, "Advise") {
				for _, key := range n.Args[2:] {
					check(at, key)
				}
				if say, ok := n.Args[1].(*ast.BasicLit); ok && strings.Count(say.Value, "%s") != len(n.Args)-2 {
					t.Errorf("%s: %s names another number of settings than %d", at, say.Value, len(n.Args)-2)
				}
			}
		case *ast.CompositeLit:
			if of(n.Type, "Setting") {
				check(at, n.Elts[0].(*ast.KeyValueExpr).Value)
			}
		}
	})
	if found < 20 {
		t.Errorf("only %d keys found in errors", found)
	}
}

// TestFlagsAreSettings: each flag of init that is a setting sets the one whose
// key it has.
func TestFlagsAreSettings(t *testing.T) {
	var c run.Config
	at := map[uintptr]string{}
	for key, address := range keys(&c) {
		if strings.Contains(key, ".") {
			at[address] = key
		}
	}
	cmd := &cobra.Command{}
	columnFlags(cmd, &c.Columns)
	trainingFlags(cmd, &c)
	given := settingFlags()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		target := reflect.ValueOf(f.Value)
		if e := target.Elem(); e.Kind() == reflect.Struct { // a list's
			target = e.FieldByName("value")
		}
		if key := at[target.Pointer()]; given[f.Name] != key {
			t.Errorf("--%s sets %q, and is said to set %q", f.Name, key, given[f.Name])
		}
	})
	for flag, key := range given {
		if keys(&c)[key] == 0 {
			t.Errorf("--%s: run.toml has no key %q", flag, key)
		}
	}
}

// TestSettingsAreNamedAsGiven: by a flag where the command has one.
func TestSettingsAreNamedAsGiven(t *testing.T) {
	dir := t.TempDir()
	if err := writeInputs(dir); err != nil {
		t.Fatal(err)
	}
	model, rows := filepath.Join(dir, "small.tflite"), filepath.Join(dir, "rows.csv")
	runs := func(args ...string) string {
		_, stderr := printed(t, func(a *app) {
			root := newRoot(a)
			root.SetArgs(args)
			a.report(root.ExecuteContext(t.Context()))
		})
		return stderr
	}
	d := filepath.Join(dir, "d")
	if got, want := runs("init", d, "--model", model, "--data", rows, "--fraction-errors", "99"), "zkaudit: model "+model+": --fraction-errors: 99 fraction bits, want 0 to 14\n"; got != want {
		t.Errorf("init says\n%swant\n%s", got, want)
	}
	runs("init", d, "--model", model, "--data", rows, "--quiet")
	file := filepath.Join(d, run.ConfigFile)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), "batch = 4", "batch = 0", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, want := runs("commit", d), "zkaudit: "+file+": training.batch: 0\n"; got != want {
		t.Errorf("commit says\n%swant\n%s", got, want)
	}
}
