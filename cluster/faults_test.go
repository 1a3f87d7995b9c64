package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestFalseOutputs: what the head finds false is asked for again, as often as allowed.
func TestFalseOutputs(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	s.employ(t, k, honest())
	r := newNumbers(3)
	r.refuse[1] = 2
	if err := s.connect(t, k).Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
	if n := strings.Count(strings.Join(r.notes, "\n"), "job 1: an output is false"); n != 2 {
		t.Errorf("notes %q", r.notes)
	}

	r = newNumbers(3)
	r.refuse[1] = 3
	err := s.connect(t, k).Do(timeout(t), &r.Run)
	if !errors.Is(err, fault.ErrInput) || errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "job 1: the outputs of 3 tries are false, the last one: not what was asked for") {
		t.Errorf("%v", err)
	}
	if slices.Contains(r.accepted, 1) {
		t.Error("a false output was accepted")
	}
}

// TestFailureOfTheHead: an error of accepting that is none of the output's ends the call,
// and the output is there for the next one, which asks for nothing that is done.
func TestFailureOfTheHead(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	var done atomic.Int64
	stop := s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
		done.Add(1)
		return outputOf(input), nil
	}))
	r := newNumbers(6)
	full := fmt.Errorf("the disk is full: %w", fault.ErrResources)
	accept := r.Accept
	r.Accept = func(t *Task, output []byte) error {
		if len(r.accepted) == 2 {
			return full
		}
		return accept(t, output)
	}
	c := s.connect(t, k)
	if err := c.Do(timeout(t), &r.Run); !errors.Is(err, fault.ErrResources) {
		t.Fatalf("%v", err)
	}
	for c.waiting(t) > 0 {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	before := done.Load()
	s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
		done.Add(1)
		return outputOf(input), nil
	}))
	again := newNumbers(6)
	again.outputs, again.accepted = r.outputs, r.accepted
	if err := s.connect(t, k).Do(timeout(t), &again.Run); err != nil {
		t.Fatal(err)
	}
	again.check(t)
	if n := done.Load(); n != 6 {
		t.Errorf("%d jobs were done for 6 tasks, %d of them before the second call", n, before)
	}
}

// waiting counts jobs that wait or are under way.
func (c *Conn) waiting(t *testing.T) uint64 {
	t.Helper()
	stream, err := c.js.Stream(timeout(t), c.key.jobStream())
	if err != nil {
		t.Fatal(err)
	}
	return stream.CachedInfo().State.Msgs
}

// TestTwoOutputs: a job that two workers have done is accepted once.
func TestTwoOutputs(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	r := newNumbers(2)
	run := k.tag("run", r.ID[:])
	c := s.connect(t, k)
	s.employ(t, k, doing(func(ctx context.Context, input []byte) ([]byte, error) {
		output := outputOf(input)
		for job := range 2 { // results of jobs, this one or another, by somebody else
			p := place{"result", run, k.tag("job", bytes.Join([][]byte{{0, 0, 0, byte(job)}, make([]byte, 28)}, nil))}
			name, err := c.put(ctx, place{"output", p.run, p.job}, outputOf(fmt.Appendf(nil, "%s%d", inputText, job)))
			if err == nil {
				err = c.say(ctx, p, k.resultSubject(p), resultMessage{Try: 1, Output: name})
			}
			if err != nil {
				return nil, err
			}
		}
		return output, nil
	}))
	if err := s.connect(t, k).Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestAskedTwice: a job that waits is not put into the queue a second time.
func TestAskedTwice(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	c := s.connect(t, k)
	for range 2 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		r := newNumbers(3)
		if err := c.Do(ctx, &r.Run); !errors.Is(err, context.Canceled) {
			t.Errorf("nobody works: %v", err)
		}
		cancel()
	}
	if n := c.waiting(t); n != 3 {
		t.Errorf("%d jobs wait", n)
	}
	s.employ(t, k, honest())
	r := newNumbers(3)
	if err := c.Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestWrongKey: a worker with another key is given nothing. What is put into an owner's
// stream by somebody who has no key is neither done nor accepted.
func TestWrongKey(t *testing.T) {
	s, k, other := startServer(t, t.TempDir()), keyOf(t, 1), keyOf(t, 2)
	var stolen atomic.Int64
	s.employ(t, other, doing(func(context.Context, []byte) ([]byte, error) {
		stolen.Add(1)
		return []byte("stolen"), nil
	}))
	r := newNumbers(2)
	run, job := k.tag("run", r.ID[:]), k.tag("job", make([]byte, 32))
	c := s.connect(t, k)
	if err := c.prepare(timeout(t), run); err != nil {
		t.Fatal(err)
	}
	thief := s.connect(t, other)
	p := place{"result", run, job}
	if err := thief.say(timeout(t), p, k.resultSubject(p), resultMessage{Try: 1, Output: "x"}); err != nil {
		t.Fatal(err)
	}
	s.employ(t, k, honest())
	if err := c.Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
	if stolen.Load() != 0 {
		t.Error("a worker with another key was given jobs")
	}

	// A job of somebody without the key fails wherever it is taken: a dead letter that no
	// run asks for.
	p = place{"job", run, strings.Repeat("0", 2*tagBytes)}
	if err := thief.say(timeout(t), p, k.jobSubject(p), jobMessage{Version: versionText}); err != nil {
		t.Fatal(err)
	}
	r = newNumbers(2)
	if err := c.Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestSealedThingsStayInPlace: what is sealed opens with its key at its place alone.
func TestSealedThingsStayInPlace(t *testing.T) {
	k := keyOf(t, 1)
	p := place{"input", "r", "j"}
	sealed := k.seal(p, []byte("plain"))
	if plain, err := k.open(p, sealed); err != nil || string(plain) != "plain" {
		t.Fatalf("%q, %v", plain, err)
	}
	if again := k.seal(p, []byte("plain")); bytes.Equal(again, sealed) || bytes.Equal(again[:24], sealed[:24]) {
		t.Error("sealed twice alike")
	}
	for _, q := range []place{{"output", "r", "j"}, {"input", "s", "j"}, {"input", "r", "k"}, {"input", "", "rj"}, {"input", "rj", ""}} {
		if _, err := k.open(q, sealed); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%v: %v", q, err)
		}
	}
	if _, err := keyOf(t, 2).open(p, sealed); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("another key: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := k.open(p, changed); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("byte %d: %v", i, err)
		}
		if _, err := k.open(p, sealed[:i]); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%d bytes: %v", i, err)
		}
	}
}

// damage changes, or removes, the object under a name.
func (c *Conn) damage(t *testing.T, run, name string, remove bool) {
	t.Helper()
	store, err := c.js.ObjectStore(timeout(t), c.key.bucket(run))
	if err != nil {
		t.Fatal(err)
	}
	if remove {
		err = store.Delete(timeout(t), name)
	} else {
		_, err = store.Put(timeout(t), jetstream.ObjectMeta{Name: name}, strings.NewReader("damaged, and no longer sealed"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestDamagedObjects: an output that is damaged or gone is made again; an input that is
// makes a dead letter, which says so.
func TestDamagedObjects(t *testing.T) {
	for _, remove := range []bool{false, true} {
		t.Run(fmt.Sprintf("output, removed %v", remove), func(t *testing.T) {
			s, k := startServer(t, t.TempDir()), keyOf(t, 1)
			c := s.connect(t, k)
			r := newNumbers(1)
			run, job := k.tag("run", r.ID[:]), k.tag("job", make([]byte, 32))
			var tries atomic.Int64
			s.employ(t, k, doing(func(ctx context.Context, input []byte) ([]byte, error) {
				if tries.Add(1) == 1 { // a result whose object is damaged, before there is one
					p := place{"result", run, job}
					name, err := c.put(ctx, place{"output", run, job}, []byte("x"))
					if err != nil {
						return nil, err
					}
					c.damage(t, run, name, remove)
					if err := c.say(ctx, p, k.resultSubject(p), resultMessage{Try: 1, Output: name}); err != nil {
						return nil, err
					}
					return nil, fmt.Errorf("no more of this: %w", fault.ErrInput)
				}
				return outputOf(input), nil
			}))
			if err := c.Do(timeout(t), &r.Run); err != nil {
				t.Fatal(err)
			}
			r.check(t)
			if notes := strings.Join(r.notes, "\n"); !strings.Contains(notes, "an output is false") {
				t.Errorf("notes %q", notes)
			}
		})
		t.Run(fmt.Sprintf("input, removed %v", remove), func(t *testing.T) {
			s, k := startServer(t, t.TempDir()), keyOf(t, 1)
			c := s.connect(t, k)
			r := newNumbers(1)
			run, job := k.tag("run", r.ID[:]), k.tag("job", make([]byte, 32))
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			if err := c.Do(ctx, &r.Run); !errors.Is(err, context.Canceled) {
				t.Fatalf("nobody works: %v", err)
			}
			c.damage(t, run, k.objectName(place{"input", run, job}, fmt.Appendf(nil, "%s0", inputText)), remove)
			s.employ(t, k, honest())
			err := c.listening(t, r)
			if !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), "job 0 was tried 3 times, and failed at last with") || !strings.Contains(fmt.Sprint(err), "the input that") == !remove && !strings.Contains(fmt.Sprint(err), "gone") {
				t.Errorf("%v", err)
			}
		})
	}
}

// listening is a head that has sent the only task of a run, and not its input again.
func (c *Conn) listening(t *testing.T, r *numbers) error {
	t.Helper()
	ctx := timeout(t)
	h := c.newHead(&r.Run)
	h.sent[c.key.tag("job", make([]byte, 32))] = &sent{task: &Task{Name: "job 0"}, input: "sent"}
	for len(h.sent) > 0 {
		if err := h.listen(ctx); err != nil {
			return err
		}
	}
	return h.undone()
}

// TestServerRestarts: a server that is stopped and started again over its folder goes on
// where it was, and so do those who were connected.
func TestServerRestarts(t *testing.T) {
	dir, k := t.TempDir(), keyOf(t, 1)
	first, err := StartServer(dir, 0, "token")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "context.json")
	if err := first.WriteContext(file); err != nil {
		t.Fatal(err)
	}
	connect := func() *Conn {
		c, err := Dial(Target{Context: file}, k, quick())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	head, worker := connect(), connect()
	ctx := timeout(t)
	half := make(chan struct{})
	var n atomic.Int64
	go worker.Work(ctx, doing(func(_ context.Context, input []byte) ([]byte, error) {
		if n.Add(1) == 4 {
			close(half)
		}
		return outputOf(input), nil
	}))
	r := newNumbers(9)
	done := make(chan error, 1)
	go func() { done <- head.Do(ctx, &r.Run) }()
	<-half
	port := first.Port()
	first.Stop()
	second, err := StartServer(dir, port, "token")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(second.Stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.check(t)
}
