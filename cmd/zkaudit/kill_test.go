package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/disk"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// killAt is set for a process of this test binary that is to run a command and to kill
// itself, as kill -9 does, at an operation of it.
const killAt = "ZKAUDIT_TEST_KILL_AT"

// killMyself runs the command of the process's arguments until the operation that
// killAt numbers.
func killMyself() {
	at, err := strconv.Atoi(os.Getenv(killAt))
	if err != nil {
		panic(err)
	}
	done := 0
	disk.Intercept(string(filepath.Separator), func(o disk.Operation) disk.Fault {
		if done == at {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				err = self.Kill()
			}
			if err == nil {
				select {}
			}
			panic(err)
		}
		done++
		return disk.Fault{}
	})
	os.Exit(execute())
}

// killedMidway runs a command in a process that is killed at operation n.
func (w world) killedMidway(t *testing.T, n int, args ...string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self, w.fill(t, args)...)
	c.Env = append(os.Environ(), fmt.Sprintf("%s=%d", killAt, n))
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Exited() {
		t.Errorf("operation %d of %s: not killed: %v: %s", n, args[0], err, out)
	}
}

// TestKilledForGood kills processes by kill -9 at some operations of each command:
// what it leaves is what a played death leaves, locks included.
func TestKilledForGood(t *testing.T) {
	g := good(t)
	for i, s := range stages {
		for n, o := range g.ops[i] {
			if (n+3*i)%13 != 0 || testing.Short() && n > 0 {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d %s", s.name, n, o.Kind), func(t *testing.T) {
				t.Parallel()
				w := g.world(t, i)
				w.killedMidway(t, n, s.args...)
				w.resumes(t, g, i)
				w.goesOn(t, i, false)
			})
		}
	}
}

// TestRestartIsKilled: a stage that is discarded, and only in part, is not taken for
// done, nor is what was made of it. Each command without --restart then goes on, with
// the same weights unless rows are committed anew, which orders them anew.
func TestRestartIsKilled(t *testing.T) {
	g := good(t)
	last := len(stages) - 1
	for i, s := range stages {
		if s.name != "commit" && s.name != "train" && s.name != "prove" {
			continue
		}
		restart := append([]string{s.name, "--restart"}, s.args[1:]...)
		for n, o := range g.operations(t, last, restart...) {
			for _, f := range []failure{failures[0], failures[1], failures[4]} { // killed, killed within, denied
				if o.Kind != disk.Remove || f.fault.Half && filepath.Ext(o.Path) != "" || testing.Short() && n%5 != 0 {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d %s/%s", s.name, n, filepath.Base(o.Path), f.name), func(t *testing.T) {
					t.Parallel()
					w := g.world(t, last)
					_, end := w.inject(t, n, f, nil)
					e := w.command(context.Background(), t, restart...)
					if end(); e.killed != f.kill || !f.kill && e.code != f.code {
						t.Errorf("exit code %d: %s", e.code, e.said)
					}
					for _, next := range stages[i:] {
						if next.name == "aggregate" { // its directory is there; of audits, rows that were committed anew are another charge
							break
						}
						w.must(t, next.args...)
					}
					w.must(t, "verify", "@/run/bundle.zka", "--expect", "@/run/expect.toml")
					w.must(t, "audit", "@/claims.toml", "--dir", "@/run", "--dry-run") // model, bundle and openings belong together
					for name, f := range w.files(t) {
						if i > 2 && same(name) && f.text != g.after[last][name].text {
							t.Errorf("%s is not what a run without failures gives", name)
						}
					}
				})
			}
		}
	}
}

// operations are those of a command before stage i.
func (g *goodRun) operations(t *testing.T, i int, args ...string) (ops []disk.Operation) {
	t.Helper()
	w := g.world(t, i)
	defer disk.Intercept(w.dir, func(o disk.Operation) disk.Fault {
		ops = append(ops, o)
		return disk.Fault{}
	})()
	w.must(t, args...)
	return ops
}

// TestProofsAreDrawnAnew: a proof that was written in part may have been read by
// somebody. The one that is made instead has nothing in common with it.
func TestProofsAreDrawnAnew(t *testing.T) {
	w := good(t).world(t, 0)
	for _, s := range stages[:4] {
		if s.name == "init" {
			s.args = append(s.args[:len(s.args)-1:len(s.args)-1], "zk")
		}
		w.must(t, s.args...)
	}
	const proof = "run/prove/segment-000000.proof"
	var left []byte
	end := disk.Intercept(w.dir, func(o disk.Operation) disk.Fault {
		if o.Kind == disk.Rename && strings.HasSuffix(o.Path, proof) {
			names, err := filepath.Glob(filepath.Join(filepath.Dir(o.Path), ".zkaudit-*.tmp"))
			if err == nil && len(names) == 1 {
				left, err = os.ReadFile(names[0])
			}
			if err != nil {
				t.Error(err)
			}
			panic(dead{})
		}
		return disk.Fault{}
	})
	e := w.command(context.Background(), t, "prove", "@/run")
	if end(); !e.killed || len(left) == 0 {
		t.Fatalf("not killed (exit code %d: %s), or nothing is left", e.code, e.said)
	}
	w.must(t, "prove", "@/run")
	now, err := os.ReadFile(filepath.Join(w.dir, proof))
	if err != nil {
		t.Fatal(err)
	}
	payload := func(file []byte) []byte {
		h, err := artefact.DecodeHeader(file)
		if err != nil {
			t.Fatal(err)
		}
		_, p, err := artefact.Decode(file, h.Kind, h.Version)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	was, is := payload(left), payload(now)
	if len(was) != len(is) || bytes.Equal(was, is) {
		t.Fatalf("%d and %d bytes, equal: %v", len(was), len(is), bytes.Equal(was, is))
	}
	seen := map[string]bool{}
	const window = 24 // bytes: shorter than any point or scalar, and not equal by chance
	for i := 0; i+window <= len(was); i++ {
		seen[string(was[i:i+window])] = true
	}
	for i := 0; i+window <= len(is); i++ {
		if seen[string(is[i:i+window])] {
			t.Fatalf("bytes %d to %d of the new proof are in the one that was left", i, i+window-1)
		}
	}
	w.must(t, "verify", "@/run/bundle.zka", "--expect", "@/run/expect.toml")
}

// TestCacheIsDoneWithout: whatever fails where generators are kept, the command ends
// well, and so does the next.
func TestCacheIsDoneWithout(t *testing.T) {
	g := good(t)
	fresh := func(t *testing.T) world {
		w := g.world(t, 2)
		w.cache = filepath.Join(t.TempDir(), "cache")
		return w
	}
	var ops []disk.Operation
	w := fresh(t)
	end := disk.Intercept(w.cache, func(o disk.Operation) disk.Fault {
		ops = append(ops, o)
		return disk.Fault{}
	})
	w.must(t, "commit", "@/run")
	if end(); len(ops) < 7 {
		t.Fatalf("the cache was written by %d operations", len(ops))
	}
	for n, o := range ops {
		for k, f := range failures {
			if (n+k)%3 != 0 && !*whole || f.cancel || f.kill && f.fault.Half && o.Kind != disk.Write {
				continue
			}
			t.Run(fmt.Sprintf("%d %s/%s", n, o.Kind, f.name), func(t *testing.T) {
				t.Parallel()
				w := fresh(t)
				_, end := world{dir: w.cache}.inject(t, n, f, nil)
				e := w.command(context.Background(), t, "commit", "@/run")
				if end(); e.killed != f.kill || !f.kill && e.code != fault.ExitOK {
					t.Errorf("killed: %v, exit code %d: %s", e.killed, e.code, e.said)
				}
				w.must(t, "commit", "@/run")
				w.must(t, "train", "@/run")
				left, err := filepath.Glob(filepath.Join(w.cache, ".zkaudit-*"))
				if err != nil || len(left) > 0 && !f.sticky && !f.fault.Done {
					t.Errorf("left: %q, %v", left, err)
				}
			})
		}
	}
}

// TestDirectoryInUse: who comes second is told by which process, and nothing of a
// process that is gone keeps anybody waiting.
func TestDirectoryInUse(t *testing.T) {
	w := good(t).world(t, 3)
	path := filepath.Join(w.dir, "run", "lock")
	if err := os.WriteFile(path, []byte("99999999\n"), 0o600); err != nil { // of a process that is gone
		t.Fatal(err)
	}
	w.must(t, "train", "@/run")
	release, free, err := artefact.TryLock(path)
	if err != nil || !free {
		t.Fatalf("%v, %v", free, err)
	}
	for _, args := range [][]string{{"train", "@/run"}, {"prove", "@/run"}, {"report", "@/run"}, {"audit", "@/claims.toml", "--dir", "@/run"}} {
		e := w.command(context.Background(), t, args...)
		says := regexp.MustCompile(fmt.Sprintf(`^zkaudit: another zkaudit, process %d, is using .*/run \(it holds .*/run/lock\): wait until it is done, or end it\n$`, os.Getpid()))
		if e.code != fault.ExitInput || !says.MatchString(e.said) {
			t.Errorf("%s: exit code %d: %s", args[0], e.code, e.said)
		}
	}
	for _, number := range []string{"", "-7\n", "a stranger's words\n", strings.Repeat("1", 100)} {
		if err := os.WriteFile(path, []byte(number), 0o600); err != nil {
			t.Fatal(err)
		}
		if e := w.command(context.Background(), t, "train", "@/run"); e.code != fault.ExitInput || !strings.HasPrefix(e.said, "zkaudit: another zkaudit is using ") {
			t.Errorf("%q: exit code %d: %s", number, e.code, e.said)
		}
	}
	release()
	w.must(t, "train", "@/run")
}

// TestReadOnlyDirectory: nothing can be written anywhere in a run's directory, as on a
// disk that is mounted so. Each command says so, and nothing is lost.
func TestReadOnlyDirectory(t *testing.T) {
	g := good(t)
	for i, s := range stages[2:] {
		for _, reason := range []error{syscall.EROFS, syscall.EACCES, fs.ErrPermission} {
			w := g.world(t, i+2)
			end := disk.Intercept(w.dir, func(disk.Operation) disk.Fault { return disk.Fault{Err: reason} })
			e := w.command(context.Background(), t, s.args...)
			if end(); e.code != fault.ExitInput || !strings.Contains(e.said, "see that you can write there, and run the command again") {
				t.Errorf("%s, %v: exit code %d: %s", s.name, reason, e.code, e.said)
			}
			was := g.before[i+2]
			for name, f := range w.files(t) {
				if f != was[name] {
					t.Errorf("%s, %v: %s has changed", s.name, reason, name)
				}
			}
		}
	}
}
