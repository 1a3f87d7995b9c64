package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// hand is a worker that does and says what a test has it do and say, one thing at a time.
type hand struct {
	*Conn
	t *testing.T
}

func (s *Server) hand(t *testing.T, k *Key) *hand {
	t.Helper()
	return &hand{s.connect(t, k), t}
}

// taken is a job that a hand was given.
type taken struct {
	jetstream.Msg
	run, job string
	asked    jobMessage
}

// take waits for a job.
func (h *hand) take() *taken {
	h.t.Helper()
	ctx := timeout(h.t)
	for {
		m, _, err := h.nextJob(ctx)
		if err != nil || ctx.Err() != nil {
			h.t.Errorf("no job: %v", errors.Join(err, ctx.Err()))
			return nil
		}
		if m == nil {
			continue
		}
		j := &taken{Msg: m}
		if j.run, j.job, err = h.key.parse(m.Subject()); err == nil {
			err = h.hear(place{"job", j.run, j.job}, m.Data(), &j.asked)
		}
		if err != nil {
			h.t.Error(err)
		}
		return j
	}
}

// tell says something of a job to the head.
func (h *hand) tell(j *taken, said resultMessage) {
	h.t.Helper()
	if j == nil {
		return // the test has failed
	}
	said.Try, said.Worker = j.asked.Try+before(j), "hand"
	p := place{"result", j.run, j.job}
	if err := h.say(timeout(h.t), p, h.key.resultSubject(p), said); err != nil {
		h.t.Error(err)
	}
}

// do does a job and tells, and does not acknowledge it.
func (h *hand) do(j *taken) {
	h.t.Helper()
	if j == nil {
		return // the test has failed
	}
	ctx := timeout(h.t)
	input, err := h.get(ctx, place{"input", j.run, j.job}, j.asked.Input, 1<<20)
	if err != nil {
		h.t.Error(err)
		return
	}
	name, err := h.put(ctx, place{"output", j.run, j.job}, outputOf(input))
	if err != nil {
		h.t.Error(err)
		return
	}
	h.tell(j, resultMessage{Output: name})
}

// acknowledge takes a job out of the queue.
func (h *hand) acknowledge(j *taken) {
	h.t.Helper()
	if j == nil {
		return // the test has failed
	}
	if err := j.DoubleAck(timeout(h.t)); err != nil {
		h.t.Error(err)
	}
}

// begin has a head have a run done, which stop interrupts.
func begin(t *testing.T, c *Conn, r *numbers) (done chan error, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(timeout(t))
	done = make(chan error, 1)
	go func() { done <- c.Do(ctx, &r.Run) }()
	return done, func() {
		t.Helper()
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
	}
}

// until waits for what comes about by itself.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for ctx := timeout(t); !is(); time.Sleep(5 * time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatalf("it does not come about that %s", what)
		}
	}
}

// abandoned is a head that sent n tasks and was killed: all of them wait.
func (s *Server) abandoned(t *testing.T, k *Key, r *numbers, o Options) {
	t.Helper()
	c := s.with(t, k, o)
	_, stop := begin(t, c, r)
	until(t, "all jobs wait", func() bool {
		stream, err := c.js.Stream(timeout(t), k.jobStream())
		return err == nil && stream.CachedInfo().State.Msgs == uint64(r.n)
	})
	stop()
}

// with connects with other options.
func (s *Server) with(t *testing.T, k *Key, o Options) *Conn {
	t.Helper()
	c, err := s.Dial(k, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// wide are options that have all jobs of a test wait at once.
func wide() Options {
	o := quick()
	o.Window = 100
	return o
}

// TestWaitingForAnotherVersion: jobs that a head of another version has left are asked for
// as those of this one, and no worker of it is given one that it would refuse.
func TestWaitingForAnotherVersion(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	old := newNumbers(2 * refusals)
	old.Version = "v0"
	s.abandoned(t, k, old, wide())
	r := newNumbers(old.n)
	asked := make(chan struct{})
	r.Alive = func() error { // all are asked for
		r.Alive = nil
		close(asked)
		return nil
	}
	done, _ := begin(t, s.with(t, k, wide()), r)
	<-asked
	w := honest()
	refused := make(chan string, 100)
	w.Note = func(text string) { refused <- text }
	s.employ(t, k, w)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if len(refused) > 0 {
		t.Errorf("a worker said: %s", <-refused)
	}
	r.check(t)
}

// TestDeadBeforeTheHead: jobs that die while no head is there are asked for anew by the
// next one, however many they are.
func TestDeadBeforeTheHead(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	first := newNumbers(hopeless + 2)
	s.abandoned(t, k, first, wide())
	var tries, done atomic.Int64
	all := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	stop := s.employ(t, k, failing(&tries, fmt.Errorf("no: %w", fault.ErrInput), all...))
	s.awaitDead(t, k, uint64(first.n))
	stop()
	s.employ(t, k, doing(func(_ context.Context, input []byte) ([]byte, error) {
		done.Add(1)
		return outputOf(input), nil
	}))
	r := newNumbers(first.n)
	if err := s.with(t, k, wide()).Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
	if done.Load() != int64(r.n) {
		t.Errorf("%d jobs were done for %d", done.Load(), r.n)
	}
}

// TestOutputBeforeAFailure: an output that was said while no head was there is taken up,
// whatever was said of another copy of the job after it.
func TestOutputBeforeAFailure(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	r := newNumbers(1)
	s.abandoned(t, k, r, quick())
	h := s.hand(t, k)
	j := h.take()
	h.tell(j, resultMessage{Error: "no"})
	h.do(j)
	h.tell(j, resultMessage{Error: "no"})
	h.acknowledge(j)
	again := newNumbers(1)
	if err := s.connect(t, k).Do(timeout(t), &again.Run); err != nil { // nobody works any more
		t.Fatal(err)
	}
	again.check(t)
}

// TestOldRefusals: what workers have refused before a head was there does not tell it that
// none can.
func TestOldRefusals(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	first := newNumbers(refusals + 1)
	s.abandoned(t, k, first, quick())
	h := s.hand(t, k)
	for range first.n {
		j := h.take()
		h.tell(j, resultMessage{Refused: true, Error: "too large", Code: fault.ExitResources})
		h.acknowledge(j)
	}
	r := newNumbers(first.n)
	looked := 0
	hired := make(chan struct{})
	r.Alive = func() error { // nobody is at anything, twice
		if looked++; looked == 3 {
			close(hired)
		}
		return nil
	}
	done, _ := begin(t, s.connect(t, k), r)
	select {
	case err := <-done:
		t.Fatalf("%v", err)
	case <-hired:
	}
	s.employ(t, k, honest())
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestRefusedAtLast: a job that a worker refuses when it is delivered for the last time,
// and is not taken out of the queue by it, is asked for again.
func TestRefusedAtLast(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	h, r := s.hand(t, k), newNumbers(1)
	o := quick()
	o.Tries = 1
	done, _ := begin(t, s.with(t, k, o), r)
	h.tell(h.take(), resultMessage{Refused: true, Error: "too large", Code: fault.ExitResources}) // its acknowledgement is lost
	s.awaitDead(t, k, 1)
	j := h.take()
	h.do(j)
	h.acknowledge(j)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestLostByTheServer: a job or a result that the server loses, as when its machine fails,
// or that is lost on its way, is made up for.
func TestLostByTheServer(t *testing.T) {
	for name, lose := range map[string]func(h *hand, run string){
		"a job":    func(h *hand, _ string) { h.empty(h.key.jobStream()) },
		"a result": func(h *hand, _ string) { h.acknowledge(h.take()) },
		"a result on its way": func(h *hand, run string) {
			j := h.take()
			h.do(j)
			h.acknowledge(j)
			consumer, err := h.js.Consumer(timeout(h.t), h.key.resultStream(), headConsumer(run))
			if err == nil {
				_, err = consumer.Next() // and the head never hears of it
			}
			if err != nil {
				h.t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, k := startServer(t, t.TempDir()), keyOf(t, 1)
			r, h := newNumbers(1), s.hand(t, k)
			lost := make(chan struct{})
			r.Alive = func() error { // a head does not listen meanwhile
				r.Alive = nil
				lose(h, k.tag("run", r.ID[:]))
				close(lost)
				return nil
			}
			done, _ := begin(t, s.connect(t, k), r)
			<-lost
			s.employ(t, k, honest())
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			r.check(t)
		})
	}
}

// empty removes all messages of a stream.
func (h *hand) empty(name string) {
	h.t.Helper()
	stream, err := h.js.Stream(timeout(h.t), name)
	if err == nil {
		err = stream.Purge(timeout(h.t))
	}
	if err != nil {
		h.t.Error(err)
	}
}

// TestLostLetter: a job that has died, of which no letter is there, is given up, and asked
// for anew by the next call.
func TestLostLetter(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	r := newNumbers(1)
	o := quick()
	o.Tries = 1
	s.abandoned(t, k, r, o)
	h := s.hand(t, k)
	h.take()
	s.awaitDead(t, k, 1)
	h.empty(k.deadStream())
	r = newNumbers(1)
	err := s.with(t, k, o).Do(timeout(t), &r.Run)
	if !errors.Is(err, fault.ErrResources) || !strings.Contains(fmt.Sprint(err), "job 0 was given to a worker 1 times, and none has said") {
		t.Errorf("%v", err)
	}
	s.employ(t, k, honest())
	r = newNumbers(1)
	if err := s.with(t, k, o).Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestDamagedShared: where what a run shares is damaged, its jobs die; the next call sends
// it anew.
func TestDamagedShared(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	r := newNumbers(2)
	s.abandoned(t, k, r, quick())
	run := k.tag("run", r.ID[:])
	c := s.connect(t, k)
	c.damage(t, run, k.objectName(place{kind: "run", run: run}, r.Shared), false)
	s.employ(t, k, honest())
	r = newNumbers(2)
	if err := c.Do(timeout(t), &r.Run); !errors.Is(err, fault.ErrInput) || !strings.Contains(fmt.Sprint(err), "the run that the server gave does not open") {
		t.Errorf("%v", err)
	}
	r = newNumbers(2)
	if err := c.Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestHalfAnObject: an object whose pieces are gone, while what it is said to be is there,
// is one that is gone: nobody waits for them.
func TestHalfAnObject(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	o := quick()
	o.Answer = 200 * time.Millisecond
	c, ctx := s.with(t, k, o), timeout(t)
	p := place{"output", k.tag("run"), k.tag("job")}
	if err := c.prepare(ctx, p.run); err != nil {
		t.Fatal(err)
	}
	name, err := c.put(ctx, p, []byte("plain"))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := c.js.Stream(ctx, "OBJ_"+k.bucket(p.run))
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.Purge(ctx, jetstream.WithPurgeSubject("$O."+k.bucket(p.run)+".C.*")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.get(ctx, p, name, 1<<20); !errors.Is(err, fault.ErrMalformed) || !strings.Contains(fmt.Sprint(err), "the output is gone from the server") {
		t.Errorf("%v", err)
	}
}
