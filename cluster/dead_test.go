package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// failing is a worker that fails with err at jobs whose number is in which, and does others.
func failing(tries *atomic.Int64, err error, which ...int) *Worker {
	return doing(func(_ context.Context, input []byte) ([]byte, error) {
		var n int
		if _, e := fmt.Sscanf(string(input), inputText+"%d", &n); e != nil {
			return nil, e
		}
		if !slices.Contains(which, n) {
			return outputOf(input), nil
		}
		if tries.Add(1); err == nil {
			panic("a panic")
		}
		return nil, err
	})
}

// TestPoison: a job that always fails becomes a dead letter, with what was last said of
// it and its kind. Others are done before the head says so; asked for again, it is tried
// anew, and nothing else is.
func TestPoison(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
		kind error
	}{
		"fails":      {fmt.Errorf("the cat ate cell %d: %w", 7, fault.ErrInput), "job 1 was tried 3 times, and failed at last with: the cat ate cell 7", fault.ErrInput},
		"a panic":    {nil, "job 1 was tried 3 times, and failed at last with: job: this is a bug", fault.ErrInput},
		"no machine": {errLost, "job 0 was given to a worker 3 times, and none has said", fault.ErrResources},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s, k := startServer(t, dir), keyOf(t, 1)
			var tries, done atomic.Int64
			var stop func()
			r := newNumbers(3)
			if errors.Is(test.err, errLost) {
				r.n = 1
				stop = s.loseJobs(t, k)
			} else {
				stop = s.employ(t, k, failing(&tries, test.err, 1))
			}
			err := s.connect(t, k).Do(timeout(t), &r.Run)
			if !errors.Is(err, test.kind) || !strings.Contains(fmt.Sprint(err), test.want) || !strings.Contains(fmt.Sprint(err), "all else is done and kept") {
				t.Errorf("%v", err)
			}
			if n := tries.Load(); n != 3 && !errors.Is(test.err, errLost) {
				t.Errorf("tried %d times", n)
			}
			assertSealed(t, dir)
			if len(r.accepted) != r.n-1 {
				t.Errorf("accepted %v", r.accepted)
			}
			stop()
			s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
				done.Add(1)
				return outputOf(input), nil
			}))
			again := newNumbers(r.n)
			again.outputs, again.accepted = r.outputs, r.accepted
			if err := s.connect(t, k).Do(timeout(t), &again.Run); err != nil {
				t.Fatal(err)
			}
			again.check(t)
			if done.Load() != 1 {
				t.Errorf("%d jobs were done for one that was missing", done.Load())
			}
		})
	}
}

// TestSeveralDead: all dead jobs are named, in their order, whatever died first.
func TestSeveralDead(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	var tries atomic.Int64
	s.employ(t, k, failing(&tries, fmt.Errorf("no: %w", fault.ErrInput), 4, 1))
	r := newNumbers(7)
	r.refuse[2] = 3
	err := s.connect(t, k).Do(timeout(t), &r.Run)
	said := fmt.Sprint(err)
	at := []int{strings.Index(said, "3 jobs are dead: job 1 was tried 3 times"), strings.Index(said, "job 2: the outputs of 3 tries are false"), strings.Index(said, "job 4 was tried 3 times")}
	if !errors.Is(err, fault.ErrInput) || at[0] < 0 || !slices.IsSorted(at) {
		t.Errorf("%v", err)
	}
	if slices.Sort(r.accepted); !slices.Equal(r.accepted, []int{0, 3, 5, 6}) {
		t.Errorf("accepted %v", r.accepted)
	}
}

// TestSaidBeforeDead: what workers have said of a job by the time it is dead is heard
// before it is buried, however much else the head has had to do.
func TestSaidBeforeDead(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	var tries atomic.Int64
	s.employ(t, k, failing(&tries, fmt.Errorf("no: %w", fault.ErrInput), 1))
	r, head := newNumbers(2), s.connect(t, k)
	accept := r.Accept
	r.Accept = func(task *Task, output []byte) error {
		s.awaitDead(t, k, 1)
		return accept(task, output)
	}
	err := head.Do(timeout(t), &r.Run)
	if !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), "job 1 was tried 3 times, and failed at last with: no") {
		t.Errorf("%v", err)
	}
	if !slices.Equal(r.accepted, []int{0}) {
		t.Errorf("accepted %v", r.accepted)
	}
}

// awaitDead waits until there are n dead letters.
func (s *Server) awaitDead(t *testing.T, k *Key, n uint64) {
	t.Helper()
	c, ctx := s.connect(t, k), timeout(t)
	for {
		dead, err := c.js.Stream(ctx, k.deadStream())
		if err != nil {
			t.Fatal(err)
		}
		if dead.CachedInfo().State.Msgs >= n {
			return
		}
		if err := sleep(ctx, c.o.Poll); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHopeless: where job after job dies and none is done, the rest is not asked for; a
// job that is done in between shows that it can be.
func TestHopeless(t *testing.T) {
	for name, test := range map[string]struct {
		done  int // job that can be
		tries int64
		want  string
	}{
		"none is done": {-1, 3 * hopeless, fmt.Sprintf("none was done after %d dead ones", hopeless)},
		"one is done":  {hopeless - 1, 3 * (hopeless + 3), "all else is done and kept"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, k := startServer(t, t.TempDir()), keyOf(t, 1)
			var tries atomic.Int64
			var which []int
			r := newNumbers(hopeless + 4)
			if test.done < 0 {
				r.n = 4 * hopeless
			}
			for i := range r.n {
				if i != test.done {
					which = append(which, i)
				}
			}
			s.employ(t, k, failing(&tries, fmt.Errorf("no: %w", fault.ErrInput), which...))
			o := quick()
			o.Window = 1 // one after the other
			head, err := s.Dial(k, o)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(head.Close)
			err = head.Do(timeout(t), &r.Run)
			if !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), test.want) {
				t.Errorf("%v", err)
			}
			if tries.Load() != test.tries {
				t.Errorf("%d tries, want %d", tries.Load(), test.tries)
			}
		})
	}
}

// TestRefusals: that workers refuse a job, for their version or their memory, is no try of
// it: another one does it, however often they do. Without another one they are waited for
// as long as anything is under way.
func TestRefusals(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	old := honest()
	old.Version = "v0"
	small := doing(func(context.Context, []byte) ([]byte, error) {
		return nil, fmt.Errorf("too large for me: %w", fault.ErrResources)
	})
	took, enough := make(chan struct{}, 2), make(chan struct{})
	s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
		took <- struct{}{}
		<-enough
		return outputOf(input), nil
	}))
	r := newNumbers(2)
	heard := map[bool]int{}
	r.Note = func(text string) { // by the head's goroutine
		heard[strings.Contains(text, "too large for me")]++
		if n := 5 * quick().Tries; heard[true] >= n && heard[false] >= n {
			close(enough)
			r.Note = nil
		}
	}
	head, done := s.connect(t, k), make(chan error, 1)
	go func() { done <- head.Do(timeout(t), &r.Run) }()
	<-took
	s.employ(t, k, old)
	s.employ(t, k, small)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestSaidBeforeNobodyCan: an output that the head has not read yet shows that a worker can
// do what others refuse.
func TestSaidBeforeNobodyCan(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	c, ctx, r := s.connect(t, k), timeout(t), newNumbers(1)
	h := c.newHead(&r.Run)
	var err error
	if err := c.prepare(ctx, h.tag); err != nil {
		t.Fatal(err)
	}
	if h.shared, err = c.put(ctx, place{kind: "run", run: h.tag}, r.Shared); err != nil {
		t.Fatal(err)
	}
	if _, err := h.fill(ctx, true); err != nil {
		t.Fatal(err)
	}
	h.refusal["another"] = refusalsByOne{n: refusals}
	s.employ(t, k, honest())
	for left := uint64(1); left > 0; {
		jobs, err := c.js.Stream(ctx, k.jobStream())
		if err != nil {
			t.Fatal(err)
		}
		left = jobs.CachedInfo().State.Msgs
	}
	if err := h.idle(ctx); err != nil {
		t.Fatal(err)
	}
	r.check(t)
	if h.refused() {
		t.Error("what others have refused before still counts")
	}
}

// TestNobodyCan: where workers refuse all that is left and nobody does anything, the head
// says so, and why, instead of waiting.
func TestNobodyCan(t *testing.T) {
	for name, test := range map[string]struct {
		small, old bool
		want       []string
		kind       error
	}{
		"version": {false, true, []string{"of 1 that were heard", `the job is of "version of the tests", this worker is "v0"`}, fault.ErrVersion},
		"memory":  {true, false, []string{"of 1 that were heard", "too large for me"}, fault.ErrResources},
		"both":    {true, true, []string{"too large for me"}, fault.ErrResources},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, k := startServer(t, t.TempDir()), keyOf(t, 1)
			if test.old {
				old := honest()
				old.Version = "v0"
				s.employ(t, k, old)
			}
			if test.small {
				s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
					if strings.HasSuffix(string(input), " 0") {
						return outputOf(input), nil
					}
					return nil, fmt.Errorf("too large for me: %w", fault.ErrResources)
				}))
			}
			r := newNumbers(3)
			err := s.connect(t, k).Do(timeout(t), &r.Run)
			said := fmt.Sprint(err)
			for _, want := range append(test.want, "no worker takes what is left, job ", "start one that can") {
				if !strings.Contains(said, want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
			if !errors.Is(err, test.kind) || strings.Contains(said, "tried") {
				t.Errorf("%v", err)
			}
			s.employ(t, k, honest())
			again := newNumbers(3)
			again.outputs, again.accepted = r.outputs, r.accepted
			if err := s.connect(t, k).Do(timeout(t), &again.Run); err != nil {
				t.Fatal(err)
			}
			again.check(t)
		})
	}
}

// TestSlowButAble: a worker that refuses each job once is not taken for one that can do
// nothing, since it does others in between.
func TestSlowButAble(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	refused := map[string]bool{}
	s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
		if !refused[string(input)] {
			refused[string(input)] = true
			return nil, fmt.Errorf("too large for now: %w", fault.ErrResources)
		}
		return outputOf(input), nil
	}))
	o := quick()
	o.Window = 1
	head, err := s.Dial(k, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(head.Close)
	r := newNumbers(2 * refusals)
	if err := head.Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestRefusedInBetween: refusals in between do not make a job that always fails immortal.
func TestRefusedInBetween(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	var n atomic.Int64
	s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
		if strings.HasSuffix(string(input), " 0") {
			if n.Add(1)%2 == 0 {
				return nil, fmt.Errorf("too large for me: %w", fault.ErrResources)
			}
			return nil, fmt.Errorf("the cat: %w", fault.ErrInput)
		}
		return outputOf(input), nil
	}))
	r := newNumbers(2)
	err := s.connect(t, k).Do(timeout(t), &r.Run)
	if !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), "job 0 was tried 3 times, and failed at last with: the cat") {
		t.Errorf("%v", err)
	}
	if n.Load() != 6 {
		t.Errorf("done %d times, want 3 that fail and 3 that are refused", n.Load())
	}
}

var errLost = errors.New("lost")

// loseJobs takes jobs and says nothing of them, as machines do that are killed for want
// of memory.
func (s *Server) loseJobs(t *testing.T, k *Key) (stop func()) {
	t.Helper()
	c := s.connect(t, k)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			_, _, _ = c.nextJob(ctx)
		}
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}
