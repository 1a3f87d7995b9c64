package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
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
// reply says otherwise, unless its name was drawn.
func harmless(f failure, o disk.Operation) bool {
	number := o.Kind == disk.Write && (filepath.Base(o.Path) == "lock" || filepath.Ext(o.Path) == ".lock")
	noticed := f.fault.Done && (o.Kind == disk.Rename || o.Kind == disk.MakeFolder && !temporary(o.Path))
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
		if all && s.name == "aggregate" {
			w.participates(t)
		}
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
