package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/zkaudit/zkaudit/internal/disk"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// world is a folder in which commands run, and where they keep generators.
type world struct{ dir, cache string }

// fill replaces "@" in arguments. Files that run.toml names are relative to it, so
// that the folder can be copied.
func (w world) fill(t *testing.T, args []string) []string {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := filepath.Rel(here, w.dir)
	if err != nil {
		t.Fatal(err)
	}
	full := []string{"-q", "--cache", w.cache}
	for _, a := range args {
		full = append(full, strings.ReplaceAll(a, "@", dir))
	}
	return full
}

// ended is how a command ended.
type ended struct {
	code   int
	killed bool
	said   string // on standard error
}

// command runs a command as main does, but for its signals.
func (w world) command(ctx context.Context, t *testing.T, args ...string) (e ended) {
	t.Helper()
	streams := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(streams, name))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	a := &app{stdout: open("out"), stderr: open("err")}
	defer func() {
		a.stdout.Close()
		a.stderr.Close()
		said, err := os.ReadFile(filepath.Join(streams, "err"))
		if err != nil {
			t.Fatal(err)
		}
		e.said = string(said)
		if r := recover(); r != nil {
			if _, ok := r.(dead); !ok {
				panic(r)
			}
			e.killed = true
		}
	}()
	root := newRoot(a)
	root.SetArgs(w.fill(t, args))
	e.code = a.report(root.ExecuteContext(ctx))
	return e
}

// must runs a command that must end well.
func (w world) must(t *testing.T, args ...string) {
	t.Helper()
	if e := w.command(context.Background(), t, args...); e.code != fault.ExitOK {
		t.Fatalf("%s: exit code %d: %s", args[0], e.code, e.said)
	}
}

// lay puts files into an empty folder, with their permissions.
func lay(t *testing.T, dir string, files map[string]file) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(files)) { // folders before what is in them
		path, f := filepath.Join(dir, name), files[name]
		var err error
		if !f.mode.IsDir() {
			err = os.WriteFile(path, []byte(f.text), f.mode.Perm())
		} else if name != "." {
			err = os.Mkdir(path, f.mode.Perm())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// file is a file or folder of a world.
type file struct {
	mode fs.FileMode
	text string
}

// files are those of a world.
func (w world) files(t *testing.T) map[string]file {
	t.Helper()
	return filesOf(t, w.dir)
}

// filesOf are what is in a folder by their names in it, but for locks.
func filesOf(t *testing.T, dir string) map[string]file {
	t.Helper()
	all := map[string]file{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		f := file{mode: info.Mode()}
		if !d.IsDir() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			f.text = string(text)
		}
		if filepath.Base(name) != "lock" && filepath.Ext(name) != ".lock" {
			all[name] = f
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// goodRun is a run without failures.
type goodRun struct {
	before []map[string]file  // files before each stage
	after  []map[string]file  // and after it
	ops    [][]disk.Operation // of each stage
	cache  map[string]file
}

// good is one good run for all tests.
var good = func() func(t *testing.T) *goodRun {
	var once sync.Once
	var g *goodRun
	return func(t *testing.T) *goodRun {
		t.Helper()
		once.Do(func() { g = runWell(t) })
		if g == nil {
			t.Fatal("there is no good run")
		}
		return g
	}
}()

// world returns one as it is before stage i.
func (g *goodRun) world(t *testing.T, i int) world {
	t.Helper()
	w := world{t.TempDir(), t.TempDir()}
	lay(t, w.dir, g.before[i])
	lay(t, w.cache, g.cache)
	return w
}

// runWell goes through all stages.
func runWell(t *testing.T) *goodRun {
	t.Helper()
	w := world{t.TempDir(), t.TempDir()}
	rows := ""
	for i := range 6 {
		rows += fmt.Sprintf("%d,%d,%d,%s\n", i%7, i%5, i%3, []string{"no", "yes"}[i%2])
	}
	for name, text := range map[string]string{
		"rows.csv":    rows,
		"claims.toml": "[[claim]]\nkind = \"provenance\"\nrun = \"run\"\nparts = [\"part-000\"]\n\n[[claim]]\nkind = \"licence\"\nparts = [\"part-000\"]\nattribute = \"licence\"\nallowed = [\"CC0\"]\n",
	} {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(w.dir, "out"), 0o755); err != nil {
		t.Fatal(err)
	}
	g := &goodRun{}
	for _, s := range stages {
		if s.name == "aggregate" {
			w.participates(t)
		}
		g.before = append(g.before, w.files(t))
		var ops []disk.Operation
		end := disk.Intercept(w.dir, func(o disk.Operation) disk.Fault {
			ops = append(ops, o)
			return disk.Fault{}
		})
		w.must(t, s.args...)
		end()
		g.after, g.ops = append(g.after, w.files(t)), append(g.ops, ops)
	}
	w.must(t, "verify", "@/run/bundle.zka", "--expect", "@/run/expect.toml")
	g.cache = filesOf(t, w.cache)
	return g
}

// participates makes the run of another participant of the round.
func (w world) participates(t *testing.T) {
	t.Helper()
	for _, s := range stages {
		if slices.Contains([]string{"init", "commit", "train", "prove"}, s.name) {
			args := slices.Clone(s.args)
			for i := range args {
				args[i] = strings.ReplaceAll(args[i], "@/run", "@/other")
			}
			w.must(t, args...)
		}
	}
}

// inject has operation n of what is done in the world fail, and returns which it was
// then, the end, and what was seen of others reading secrets.
func (w world) inject(t *testing.T, n int, f failure, cancel func()) (hit func() disk.Operation, end func()) {
	t.Helper()
	var at disk.Operation
	done, dying := -1, false
	end = disk.Intercept(w.dir, func(o disk.Operation) disk.Fault {
		w.exposed(t, o)
		done++
		switch {
		case dying:
			panic(dead{})
		case done == n:
			at = o
		case done < n || !f.sticky:
			return disk.Fault{}
		}
		dying = f.kill
		switch {
		case f.kill && f.fault.Half:
			f.fault.Then = func() { panic(dead{}) }
		case f.kill:
			panic(dead{})
		case f.cancel:
			cancel()
		}
		return f.fault
	})
	return func() disk.Operation { return at }, end
}

// secret reports whether a file of a world is for its owner alone.
func secret(name string) bool {
	switch base := filepath.Base(name); filepath.Ext(base) {
	case ".opening", ".ckpt", ".committed", ".jsonl", ".lock":
		return true
	default:
		return slices.Contains([]string{"record.json", "origins.json", "encoding.json", "trained.tflite", "lock"}, base)
	}
}

// exposed looks whether anybody can read a secret, just before an operation.
func (w world) exposed(t *testing.T, o disk.Operation) {
	t.Helper()
	err := filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			return err
		}
		becoming := o.Kind == disk.Rename && temporary(path) && filepath.Dir(path) == filepath.Dir(o.Path)
		if secret(path) || becoming && secret(o.Path) {
			t.Errorf("before %s %s, others can read %s", o.Kind, o.Path, path)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func temporary(name string) bool { return strings.HasPrefix(filepath.Base(name), ".zkaudit-") }
