package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	mrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cluster"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

// cluster of processes of this machine, and a server in this one that can be restarted.
type processes struct {
	t            *testing.T
	dir          string
	server       *cluster.Server
	context, key string
	cache        string
}

func newProcesses(t *testing.T) *processes {
	t.Helper()
	dir := t.TempDir()
	p := &processes{t: t, dir: dir, context: filepath.Join(dir, "context.json"), key: filepath.Join(dir, "owner.key"), cache: filepath.Join(dir, "cache")}
	if err := cluster.WriteKey(p.key, rand.Reader); err != nil {
		t.Fatal(err)
	}
	p.start(0)
	if err := p.server.WriteContext(p.context); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.server.Stop() })
	return p
}

func (p *processes) start(port int) {
	p.t.Helper()
	s, err := cluster.StartServer(filepath.Join(p.dir, "server"), port, "token")
	if err != nil {
		p.t.Fatal(err)
	}
	p.server = s
}

// worker starts a worker process, which ends with the test at the latest.
func (p *processes) worker(env ...string) *exec.Cmd {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	c := exec.Command(self, "worker", "-q", "--until-eof", "--cache", p.cache, "--cluster-context", p.context, "--cluster-key", p.key)
	c.Args[0], c.Env = "zkaudit", append(os.Environ(), env...)
	input, err := c.StdinPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		input.Close()
		_ = c.Wait() // or it was killed before
	})
	return c
}

// trainedRun makes a run of so many small segments, committed and trained.
func (p *processes) trainedRun(segments int, mode string) string {
	p.t.Helper()
	w := world{p.t.TempDir(), p.cache}
	if err := writeInputs(w.dir); err != nil {
		p.t.Fatal(err)
	}
	w.must(p.t, "init", "@/run", "--model", "@/small.tflite", "--data", "@/rows.csv", "--header", "no", "--steps", fmt.Sprint(2*segments), "--segment-steps", "2", "--batch", "4", "--row-bits", "10", "--mode", mode)
	w.must(p.t, "commit", "@/run")
	w.must(p.t, "train", "@/run")
	return filepath.Join(w.dir, "run")
}

// prove is the head of a run. A job of a worker that is lost is waited for two seconds.
func (p *processes) prove(ctx context.Context, dir string) (*run.ProveRecord, error) {
	d, err := run.Open(dir, run.Options{CacheDir: p.cache})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.ProveWith(ctx, run.ProveOptions{Cluster: &run.ClusterOptions{Program: programVersion(), Connect: func(context.Context, string) (*run.Queue, error) {
		key, err := cluster.ReadKey(p.key)
		if err != nil {
			return nil, err
		}
		o := cluster.Default()
		o.AckWait, o.Tries, o.Delay = 2*time.Second, 30, 100*time.Millisecond
		c, err := cluster.Dial(cluster.Target{Context: p.context}, key, o)
		if err != nil {
			return nil, err
		}
		return &run.Queue{Conn: c, Close: c.Close}, nil
	}}})
}

// check looks whether a bundle verifies and has every segment once.
func (p *processes) check(dir string, segments int) {
	p.t.Helper()
	file, err := os.ReadFile(filepath.Join(dir, run.BundleFile))
	if err != nil {
		p.t.Fatal(err)
	}
	b, err := bundle.Unmarshal(file)
	if err != nil || len(b.Segments) != segments {
		p.t.Fatalf("%v, or not %d segments", err, segments)
	}
	seen := map[string]bool{}
	for _, s := range b.Segments {
		seen[string(s.Proof)] = true
	}
	if len(seen) != segments {
		p.t.Errorf("%d proofs of %d segments", len(seen), segments)
	}
	proofs, err := filepath.Glob(filepath.Join(dir, "prove", "segment-*.proof"))
	if err != nil || len(proofs) != segments {
		p.t.Errorf("%d files of proofs: %v", len(proofs), err)
	}
	(&world{filepath.Dir(dir), p.cache}).must(p.t, "verify", "@/run/bundle.zka", "--expect", "@/run/expect.toml")
}

// TestClusterSurvives: worker processes are killed by kill −9 again and again, and the
// server is restarted once; the run is proven all the same, every segment once. Whole, it
// has 64 segments and four workers, otherwise 8 and two.
func TestClusterSurvives(t *testing.T) {
	if testing.Short() {
		t.Skip("starts and kills processes")
	}
	segments, workers := 8, 2
	if *whole {
		segments, workers = 64, 4
	}
	p := newProcesses(t)
	dir := p.trainedRun(segments, "validity")
	var alive []*exec.Cmd
	for range workers {
		alive = append(alive, p.worker())
	}
	done := make(chan error, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
	defer cancel()
	go func() {
		_, err := p.prove(ctx, dir)
		done <- err
	}()
	kills := 0
	for ended := false; !ended; {
		select {
		case err := <-done:
			if ended = true; err != nil {
				t.Fatal(err)
			}
		case <-time.After(time.Duration(1000+mrand.IntN(3000)) * time.Millisecond):
			if kills++; kills == 2 {
				port := p.server.Port()
				p.server.Stop()
				p.start(port)
			}
			i := mrand.IntN(len(alive))
			if err := alive[i].Process.Kill(); err != nil {
				t.Error(err)
			}
			alive[i] = p.worker()
		}
	}
	t.Logf("%d segments, %d workers killed", segments, kills)
	p.check(dir, segments)
}

// TestClusterThroughput compares two workers of one core each with one process of two
// cores, and proves a thousand small segments. It says how long each took, and what the
// queue held.
func TestClusterThroughput(t *testing.T) {
	if !*whole {
		t.Skip("runs in make cluster-test")
	}
	const segments = 32
	p := newProcesses(t)
	here, elsewhere := p.trainedRun(segments, "zk"), p.trainedRun(segments, "zk")
	start := time.Now()
	(&world{filepath.Dir(here), p.cache}).must(t, "prove", "@/run")
	t.Logf("%d segments in one process: %s", segments, time.Since(start).Round(time.Millisecond))
	for range 2 {
		p.worker("GOMAXPROCS=1")
	}
	start = time.Now()
	if _, err := p.prove(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d segments by two workers of one core: %s", segments, time.Since(start).Round(time.Millisecond))
	p.check(elsewhere, segments)

	const many = 1000
	long := p.trainedRun(many, "validity")
	start = time.Now()
	if _, err := p.prove(t.Context(), long); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d segments by two workers of one core: %s; the server's folder has %s", many, time.Since(start).Round(time.Second), folderBytes(t, p.dir))
	p.check(long, many)
}

// folderBytes is how much is in a folder, for logs.
func folderBytes(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("du", "-sh", dir).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(out))[0]
}

// TestWorkerSaysHowItEnded: a worker that is terminated says how many jobs it has done and
// what became of the one under way, and nothing of a command that continues.
func TestWorkerSaysHowItEnded(t *testing.T) {
	c, said := newProcesses(t).heard()
	lines, text := bufio.NewScanner(said), ""
	for lines.Scan() {
		text += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "working for the owner of the key") {
			if err := c.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = c.Wait()
	if code := c.ProcessState.ExitCode(); code != fault.ExitTerminated || !strings.Contains(text, "0 jobs done") || !strings.Contains(text, "interrupted; no job was under way") || strings.Contains(text, "the same command") {
		t.Errorf("exit code %d: %s", code, text)
	}
}

// TestWorkerSaysWhatItDoes: a line for each job, of what stands in the bundle, too, and
// nothing where it is told to be quiet.
func TestWorkerSaysWhatItDoes(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	for _, quiet := range []bool{false, true} {
		p := newProcesses(t)
		dir := p.trainedRun(3, "validity")
		var flags []string
		if quiet {
			flags = []string{"--quiet"}
		}
		c, said := p.heard(flags...)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := p.prove(ctx, dir); err != nil {
			t.Fatal(err)
		}
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(said)
		if err != nil {
			t.Fatal(err)
		}
		_ = c.Wait() // by the signal
		if quiet {
			if lines := strings.TrimSpace(string(text)); strings.Contains(lines, "\n") || !strings.Contains(lines, "interrupted") {
				t.Errorf("a quiet worker said %q", text)
			}
			continue
		}
		for _, want := range []string{
			`(?m)^a run to work for: 6 steps in 3 segments, mode validity, statement [0-9a-f]{16}$`,
			`(?m)^job 1 done in \d+\.\d s: segment \d of 3 \(steps \d to \d\) proven, \d{4,} bytes$`,
			`: segment 1 of 3 \(steps 0 to 1\) proven`, `: segment 2 of 3 \(steps 2 to 3\) proven`, `: segment 3 of 3 \(steps 4 to 5\) proven`,
			`(?m)^job 3 done in `, `(?m)^3 jobs done$`,
		} {
			if !regexp.MustCompile(want).Match(text) {
				t.Errorf("%q is not in what it said:\n%s", want, text)
			}
		}
	}
}

// heard starts a worker process, and returns what it says.
func (p *processes) heard(flags ...string) (*exec.Cmd, io.Reader) {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	c := exec.CommandContext(p.t.Context(), self, append([]string{"worker", "--cache", p.cache, "--cluster-context", p.context, "--cluster-key", p.key}, flags...)...)
	c.Args[0] = "zkaudit"
	said, err := c.StderrPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return c, said
}
