package cluster

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// quick are options for tests.
func quick() Options {
	return Options{AckWait: 500 * time.Millisecond, Tries: 3, Delay: 20 * time.Millisecond, Pause: 50 * time.Millisecond, Window: 4, Poll: 100 * time.Millisecond, Answer: 2 * time.Second}
}

func keyOf(t *testing.T, b byte) *Key {
	t.Helper()
	k, err := NewKey(bytes.Repeat([]byte{b}, keyBytes))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func startServer(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := StartServer(dir, 0, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return s
}

func (s *Server) connect(t *testing.T, k *Key) *Conn {
	t.Helper()
	c, err := s.Dial(k, quick())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// The test's job: the input is a secret text with a number, the output what they and the
// shared text are together.
const (
	sharedText = "rows that nobody may see"
	inputText  = "weights that nobody may see, of job "

	// Long enough that sealed bytes do not hold it by chance.
	versionText = "version of the tests"
)

func outputOf(input []byte) []byte { return []byte("output of " + sharedText + string(input)) }

// numbers is a run of n tasks that collects outputs.
type numbers struct {
	Run
	n, next  int
	outputs  map[int]string
	accepted []int
	refuse   map[int]int // how many outputs of a task to take for false
	notes    []string
}

func newNumbers(n int) *numbers {
	r := &numbers{n: n, outputs: map[int]string{}, refuse: map[int]int{}}
	r.Run = Run{ID: [32]byte{1}, Version: versionText, Shared: []byte(sharedText), MaxOutput: 1 << 20, Note: func(s string) { r.notes = append(r.notes, s) }}
	r.Next = func() (*Task, error) {
		for r.next < r.n && r.outputs[r.next] != "" {
			r.next++ // done before
		}
		if r.next == r.n {
			return nil, nil
		}
		t := &Task{Index: r.next, Name: fmt.Sprintf("job %d", r.next), Input: fmt.Appendf(nil, "%s%d", inputText, r.next)}
		binary.BigEndian.PutUint32(t.ID[:], uint32(r.next))
		r.next++
		return t, nil
	}
	r.Accept = func(t *Task, output []byte) error {
		if r.refuse[t.Index] > 0 {
			r.refuse[t.Index]--
			return fmt.Errorf("not what was asked for: %w", fault.ErrRejected)
		}
		r.accepted = append(r.accepted, t.Index)
		r.outputs[t.Index] = string(output)
		return nil
	}
	return r
}

// check looks whether each task was accepted once.
func (r *numbers) check(t *testing.T) {
	t.Helper()
	if len(r.accepted) != r.n || len(r.outputs) != r.n {
		t.Errorf("accepted %v of %d", r.accepted, r.n)
	}
	for i, o := range r.outputs {
		if want := string(outputOf(fmt.Appendf(nil, "%s%d", inputText, i))); o != want {
			t.Errorf("job %d: %q, want %q", i, o, want)
		}
	}
}

func timeout(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// honest is a worker that does what is asked.
func honest() *Worker {
	return doing(func(_ context.Context, input []byte) ([]byte, error) { return outputOf(input), nil })
}

// doing is a worker that does what it likes.
func doing(do Doer) *Worker {
	return &Worker{Version: versionText, MaxInput: 1 << 20, Open: func(_ context.Context, shared []byte) (Doer, error) {
		if string(shared) != sharedText {
			return nil, fmt.Errorf("not what is shared: %w", fault.ErrMalformed)
		}
		return do, nil
	}}
}

// employ has a worker work until stop is called, or the test ends.
func (s *Server) employ(t *testing.T, k *Key, w *Worker) (stop func()) {
	t.Helper()
	c := s.connect(t, k)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Work(ctx, w) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("a worker ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// TestQueue: two workers do all jobs of a run, which is then gone from the server. What
// the server has stored meanwhile, and says of it, holds nothing of what is secret.
func TestQueue(t *testing.T) {
	dir := t.TempDir()
	s, k := startServer(t, dir), keyOf(t, 1)
	s.employ(t, k, honest())
	s.employ(t, k, honest())
	r := newNumbers(11)
	accept := r.Accept
	r.Accept = func(task *Task, output []byte) error {
		assertSealed(t, dir)
		return accept(task, output)
	}
	c := s.connect(t, k)
	if err := c.Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
	assertSealed(t, dir)
	assertEmpty(t, c, c.key.tag("run", r.ID[:]))
}

// assertSealed reads all that a server has written.
func assertSealed(t *testing.T, dir string) {
	t.Helper()
	read := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		read += len(text)
		for _, secret := range []string{"nobody may see", "output of", sharedText[:8], "job 1", versionText, strings.Repeat("\x01", keyBytes)} {
			if bytes.Contains(text, []byte(secret)) || strings.Contains(path, secret) {
				t.Errorf("%s holds %q", path, secret)
			}
		}
		return err
	})
	if err != nil || read == 0 {
		t.Errorf("%d bytes read: %v", read, err)
	}
}

// assertEmpty looks whether anything of a run is left.
func assertEmpty(t *testing.T, c *Conn, run string) {
	t.Helper()
	ctx := timeout(t)
	for _, name := range []string{c.key.jobStream(), c.key.resultStream()} {
		stream, err := c.js.Stream(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if n := stream.CachedInfo().State.Msgs; n != 0 {
			t.Errorf("%d messages are left", n)
		}
	}
	if _, err := c.js.ObjectStore(ctx, c.key.bucket(run)); !errors.Is(err, jetstream.ErrBucketNotFound) {
		t.Errorf("the bucket is left: %v", err)
	}
}

// TestLostWorker: a job whose worker is lost in the middle of it is done by another one.
func TestLostWorker(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	took := make(chan struct{})
	lost := s.connect(t, k)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var once atomic.Bool
	go lost.Work(ctx, doing(func(ctx context.Context, _ []byte) ([]byte, error) {
		if once.CompareAndSwap(false, true) {
			close(took)
		}
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	r := newNumbers(3)
	done := make(chan error, 1)
	head := s.connect(t, k)
	go func() { done <- head.Do(timeout(t), &r.Run) }()
	<-took
	lost.nats.Close() // as a machine that loses its power: it says nothing more
	s.employ(t, k, honest())
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestEndedWorker: a worker that is ended gives its job back at once.
func TestEndedWorker(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	took := make(chan struct{}, 100)
	o := quick()
	o.AckWait = time.Hour // nothing comes back by waiting
	head, err := s.Dial(k, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(head.Close)
	stop := s.employ(t, k, doing(func(ctx context.Context, _ []byte) ([]byte, error) {
		took <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	r := newNumbers(1)
	done := make(chan error, 1)
	go func() { done <- head.Do(timeout(t), &r.Run) }()
	<-took
	stop()
	s.employ(t, k, honest())
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.check(t)
}
