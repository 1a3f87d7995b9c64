package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/disk"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/tflite"
)

// failure is a way in which an operation on a disk goes wrong.
type failure struct {
	name   string
	fault  disk.Fault
	sticky bool // so does every one after it
	kill   bool // the process ends before the operation, or within it if fault.Half
	cancel bool // Ctrl-C comes before the operation, which is done
	code   int  // of the command, unless it is killed
	advice string
}

var failures = []failure{
	{name: "killed", kill: true},
	{name: "killed within", kill: true, fault: disk.Fault{Err: syscall.EIO, Half: true}},
	{name: "interrupted", cancel: true, code: fault.ExitInterrupted},
	{name: "full disk", fault: disk.Fault{Err: syscall.ENOSPC, Half: true}, code: fault.ExitResources, advice: "make room there, and run the command again"},
	{name: "denied", fault: disk.Fault{Err: syscall.EACCES}, code: fault.ExitInput, advice: "see that you can write there"},
	{name: "read-only", fault: disk.Fault{Err: syscall.EROFS}, sticky: true, code: fault.ExitInput, advice: "see that you can write there"},
	{name: "broken", fault: disk.Fault{Err: syscall.EIO, Half: true}, code: fault.ExitInput},
	{name: "lost reply", fault: disk.Fault{Err: syscall.EIO, Done: true}, code: fault.ExitInput},
}

// dead is what a process that is killed panics with in these tests.
type dead struct{}

// stage is a command that a run goes through, in a folder of its own.
type stage struct {
	name string
	args []string // "@" stands for the folder
	// there are the exit codes of doing so where it had done all its work.
	there int
}

var stages = []stage{
	{name: "model", args: []string{"model", "@/m.tflite", "--data", "@/rows.csv", "--header", "no", "--dense", "2"}, there: fault.ExitUsage},
	{name: "init", args: []string{"init", "@/run", "--model", "@/m.tflite", "--data", "@/rows.csv", "--header", "no", "--steps", "2", "--segment-steps", "1", "--batch", "2",
		"--row-bits", "6", "--test-rows", "0", "--constants", "licence=CC0", "--mode", "validity"}, there: fault.ExitUsage},
	{name: "commit", args: []string{"commit", "@/run"}},
	{name: "train", args: []string{"train", "@/run"}},
	{name: "prove", args: []string{"prove", "@/run"}},
	{name: "aggregate", args: []string{"aggregate", "@/run", "@/other", "--out", "@/rounds/1"}, there: fault.ExitUsage},
	{name: "audit", args: []string{"audit", "@/claims.toml", "--dir", "@/run", "--html", "@/out/audit.html"}},
	{name: "report", args: []string{"report", "@/run"}},
	{name: "export", args: []string{"export", "@/run/bundle.zka", "--cyclonedx", "-o", "@/out/bundle.cdx.json"}},
}

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
		if s.name == "aggregate" { // with another participant
			for _, o := range stages {
				if slices.Contains([]string{"init", "commit", "train", "prove"}, o.name) {
					args := slices.Clone(o.args)
					for i := range args {
						args[i] = strings.ReplaceAll(args[i], "@/run", "@/other")
					}
					w.must(t, args...)
				}
			}
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

// complete reports what is wrong with a file that has its final name.
func complete(name, text string) error {
	switch filepath.Ext(name) {
	case ".json":
		if !json.Valid([]byte(text)) {
			return errors.New("no JSON")
		}
	case ".jsonl":
		for line := range strings.Lines(text) {
			if !json.Valid([]byte(line)) || !strings.HasSuffix(line, "\n") {
				return fmt.Errorf("line %q", line)
			}
		}
	case ".toml":
		var v map[string]any
		return toml.Unmarshal([]byte(text), &v)
	case ".html":
		if !strings.HasSuffix(strings.TrimSpace(text), "</html>") {
			return errors.New("it breaks off")
		}
	case ".tflite":
		_, err := tflite.Parse([]byte(text))
		return err
	case ".csv":
	default:
		h, err := artefact.DecodeHeader([]byte(text))
		if err != nil {
			return err
		}
		_, _, err = artefact.Decode([]byte(text), h.Kind, h.Version)
		return err
	}
	return nil
}

// harmless reports whether a command goes on and ends well without an operation: a
// lock is held without a number in it, and what was done is noticed although the
// reply says otherwise.
func harmless(f failure, o disk.Operation) bool {
	number := o.Kind == disk.Write && (filepath.Base(o.Path) == "lock" || filepath.Ext(o.Path) == ".lock")
	noticed := f.fault.Done && (o.Kind == disk.Rename || o.Kind == disk.MakeFolder)
	return number && !f.sticky && !f.cancel || noticed
}

// fails runs a stage of which operation n fails, and looks at what it leaves.
func (w world) fails(t *testing.T, g *goodRun, i, n int, f failure) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	hit, end := w.inject(t, n, f, cancel)
	e := w.command(ctx, t, stages[i].args...)
	end()
	o := hit()
	switch {
	case o.Kind == "":
		t.Fatalf("no operation %d", n)
	case f.kill && !e.killed:
		t.Errorf("not killed: exit code %d: %s", e.code, e.said)
	case f.kill:
	case harmless(f, o), f.cancel && e.code == fault.ExitOK:
		if e.code != fault.ExitOK {
			t.Errorf("exit code %d, want %d: %s", e.code, fault.ExitOK, e.said)
		}
	case e.code != f.code || !strings.Contains(e.said, f.advice):
		t.Errorf("exit code %d, want %d, and %q: %s", e.code, f.code, f.advice, e.said)
	case !f.cancel && !strings.Contains(e.said, w.fill(t, []string{"@"})[3]):
		t.Errorf("it names no file: %s", e.said)
	}
	was := g.before[i]
	for name, now := range w.files(t) {
		switch before, there := was[name]; {
		case now.mode.IsDir() || there && now.text == before.text:
		case temporary(name):
			if !f.kill && !f.sticky && !(f.fault.Done && o.Kind == disk.Create) && o.Kind != disk.Remove {
				t.Errorf("%s is left", name)
			}
		default:
			if err := complete(name, now.text); err != nil {
				t.Errorf("%s is not whole: %v", name, err)
			}
		}
	}
}

// resumes does what a user does after a failure, and compares what is there with a
// run that never failed.
func (w world) resumes(t *testing.T, g *goodRun, i int) {
	t.Helper()
	s := stages[i]
	if e := w.command(context.Background(), t, s.args...); e.code != fault.ExitOK && e.code != s.there {
		t.Errorf("again: exit code %d: %s", e.code, e.said)
	}
	want, have := g.after[i], w.files(t)
	for name, f := range have {
		switch wanted, there := want[name]; {
		case !there:
			t.Errorf("again: %s is left", name)
		case f.mode != wanted.mode:
			t.Errorf("again: %s has mode %v, want %v", name, f.mode, wanted.mode)
		case same(name) && f.text != wanted.text:
			t.Errorf("again: %s is not what a run without failures gives", name)
		}
	}
	for name := range want {
		if _, there := have[name]; !there {
			t.Errorf("again: %s is missing", name)
		}
	}
	if wanted, lines := strings.Count(want[ledgerName].text, "\n"), strings.Count(have[ledgerName].text, "\n"); lines != wanted {
		t.Errorf("again: the ledger has %d charges, want %d", lines, wanted)
	}
}

const ledgerName = "run/ledger.jsonl"

// same reports whether two runs from one state write the same into a file.
func same(name string) bool {
	return filepath.Ext(name) == ".ckpt" || slices.Contains([]string{"m.tflite", "run/run.toml", "run/trained.tflite", "run/origins.json", "run/commit/encoding.json"}, name)
}

// goesOn runs what a stage was for, or all stages after it.
func (w world) goesOn(t *testing.T, i int, all bool) {
	t.Helper()
	for _, s := range stages[i+1:] {
		if all || stages[i].name == "commit" && s.name == "train" {
			w.must(t, s.args...)
		}
	}
	if all || stages[i].name == "prove" {
		w.must(t, "verify", "@/run/bundle.zka", "--expect", "@/run/expect.toml")
	}
	if all || stages[i].name == "aggregate" {
		w.must(t, "verify", "@/rounds/1/aggregate.zka", "--from", "@/run", "--from", "@/other", "--unpinned")
	}
	if all || stages[i].name == "audit" {
		w.must(t, "audit", "verify", "@/run/audit.zka", "--bundle", "@/run/bundle.zka", "--expect", "@/run/audit-expect.toml", "--run-expect", "run=@/run/expect.toml")
	}
}

// TestFaults has each operation on the disk fail, of every command from a model to
// reports: with -whole in every way, otherwise in one (of proofs every third), and
// killed before each file gets its name. The command says so and leaves nothing that is half there; the same command
// then ends as if nothing had been.
func TestFaults(t *testing.T) {
	g := good(t)
	for i, s := range stages {
		for n, o := range g.ops[i] {
			for k, f := range failures {
				if !s.asked(n, k, o.Kind) {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d %s/%s", s.name, n, o.Kind, f.name), func(t *testing.T) {
					t.Parallel()
					w := g.world(t, i)
					w.fails(t, g, i, n, f)
					w.resumes(t, g, i)
					w.goesOn(t, i, *whole && f.kill)
				})
			}
		}
	}
}

// asked reports whether operation n of a stage is to fail in way k: proofs take the
// most time.
func (s *stage) asked(n, k int, kind disk.Kind) bool {
	f, stride := failures[k], len(failures)
	if s.name == "prove" {
		stride *= 3
	}
	if testing.Short() {
		stride *= 4
	}
	switch {
	case f.kill && f.fault.Half && kind != disk.Write && kind != disk.Remove: // there is no within
		return false
	case *whole || (n+k)%stride == 0:
		return true
	}
	return k == 0 && kind == disk.Rename && !testing.Short()
}
