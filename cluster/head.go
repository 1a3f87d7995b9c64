package cluster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Task is a job of a run.
type Task struct {
	ID    [32]byte // what it is about: two heads, or one that was started again, mean one job
	Name  string   // for people
	Index int      // of the caller
	Input []byte   // sealed, and taken from the task when it is sent
}

// Run is what a head wants done. Its functions are called by one goroutine.
type Run struct {
	ID      [32]byte
	Version string // of the program; workers of another one refuse
	Shared  []byte // that all tasks need, sealed; sent once
	// Next returns the next task to be done, nil after the last one.
	Next func() (*Task, error)
	// Accept takes the output of a task. An error that wraps fault.ErrRejected or
	// fault.ErrMalformed says that the output is false: the task is tried again.
	Accept func(t *Task, output []byte) error
	// Note is told what people should know; may be nil.
	Note func(string)
	// MaxOutput bounds an output, in bytes.
	MaxOutput int64
	// Alive returns an error where nobody is left who could do anything; may be nil.
	Alive func() error
}

// head is a run that is under way.
type head struct {
	*Conn
	run    *Run
	tag    string
	shared string                   // object
	sent   map[string]*sent         // tasks that wait or are under way, by tag
	early  map[string]jetstream.Msg // results of tasks that are not known yet, by tag
	last   map[string]resultMessage // error of a task
	asked  map[string]int           // tries to be published, as soon as the one before is out of the queue
	looked time.Time                // when what nobody tells was last asked
	said   time.Time                // when a note was last made, or there was anything to do

	heard   uint64                   // last result
	seen    uint64                   // last dead letter
	dead    []deadTask               // that nobody is asked for any more
	inARow  int                      // of them, since an output was last accepted
	refusal map[string]refusalsByOne // since then, by worker
}

// sent is a task that was published.
type sent struct {
	task  *Task
	input string // object
}

// Do has all tasks of a run done by workers of the key. Results of earlier calls, of
// tasks that are still asked for, are taken up. It returns when every output was
// accepted, or ctx ends; dead letters are named when all else is done.
// Errors of them wrap the kind that workers had: fault.ErrResources, fault.ErrVersion or
// fault.ErrInput.
//
// Soundness: an output is what some holder of the key says. Accept verifies it.
func (c *Conn) Do(ctx context.Context, r *Run) error {
	ctx, cancel := undated(ctx)
	defer cancel()
	h := c.newHead(r)
	if err := c.prepare(ctx, h.tag); err != nil {
		return err
	}
	var err error
	if h.shared, err = c.put(ctx, place{kind: "run", run: h.tag}, r.Shared); err != nil {
		return err
	}
	if err := h.hearEarly(ctx); err != nil {
		return err
	}
	for more := true; h.inARow < hopeless; {
		if more, err = h.fill(ctx, more); err != nil {
			return err
		}
		if len(h.sent) == 0 && !more {
			break
		}
		if err := h.listen(ctx); err != nil {
			return err
		}
	}
	if len(h.dead) > 0 {
		return h.undone()
	}
	return c.clear(ctx, h.tag)
}

func (c *Conn) newHead(r *Run) *head {
	return &head{
		Conn: c, run: r, tag: c.key.tag("run", r.ID[:]), sent: map[string]*sent{}, early: map[string]jetstream.Msg{}, last: map[string]resultMessage{}, asked: map[string]int{},
		refusal: map[string]refusalsByOne{}, said: time.Now(),
	}
}

func (h *head) note(text string) {
	h.said = time.Now()
	if h.run.Note != nil {
		h.run.Note(text)
	}
}

func (h *head) place(kind, job string) place { return place{kind, h.tag, job} }

// hearEarly takes the results that wait for a head.
func (h *head) hearEarly(ctx context.Context) error {
	return h.insist(ctx, "reading results", func(ctx context.Context) error {
		consumer, err := h.js.Consumer(ctx, h.key.resultStream(), headConsumer(h.tag))
		if err != nil {
			return err
		}
		for {
			batch, err := consumer.FetchNoWait(h.o.Window)
			if err != nil {
				return err
			}
			n := 0
			for m := range batch.Messages() {
				h.early[jobOf(m)] = m
				h.heard = max(h.heard, sequence(m))
				n++
			}
			if n == 0 {
				return batch.Error()
			}
		}
	})
}

// jobOf returns the tag of the job that a result is about, as its subject says it.
func jobOf(m jetstream.Msg) string {
	return m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:]
}

// fill publishes tasks until as many wait as may; more is whether there are any left.
func (h *head) fill(ctx context.Context, more bool) (bool, error) {
	for more && len(h.sent) < h.o.Window {
		t, err := h.run.Next()
		if err != nil {
			return false, err
		}
		if t == nil {
			// What came early and was never asked for is about tasks that were done before.
			for job, m := range h.early {
				h.forget(ctx, job, m)
			}
			clear(h.early)
			return false, nil
		}
		if err := h.send(ctx, t); err != nil {
			return false, err
		}
	}
	return more, nil
}

// send publishes a task, unless its result is there, or it waits already.
func (h *head) send(ctx context.Context, t *Task) error {
	job := h.key.tag("job", t.ID[:])
	s := &sent{task: t}
	h.sent[job] = s
	if m, there := h.early[job]; there {
		delete(h.early, job)
		input := t.Input
		if err := h.result(ctx, m); err != nil || h.sent[job] == nil {
			return err
		}
		t.Input = input // it was not an output, or a false one
	}
	var err error
	if s.input, err = h.put(ctx, h.place("input", job), t.Input); err != nil {
		return err
	}
	t.Input = nil
	_, err = h.publish(ctx, job, s, 1)
	return err
}

// publish asks for a task; false if it waits already, or is under way.
func (h *head) publish(ctx context.Context, job string, s *sent, try int) (bool, error) {
	p := h.place("job", job)
	err := h.say(ctx, p, h.key.jobSubject(p), jobMessage{Version: h.run.Version, Shared: h.shared, Input: s.input, Try: try})
	if waiting(err) {
		return false, nil
	}
	return err == nil, err
}

// listen waits for a result, for a while, and asks now and then what nobody tells.
func (h *head) listen(ctx context.Context) error {
	m, err := h.next(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if lost := h.lost(); lost != nil {
		return lost
	}
	switch {
	case m != nil:
		h.said = time.Now()
		if err := h.result(ctx, m); err != nil {
			return err
		}
	case err != nil && !away(err):
		return fmt.Errorf("reading results: %w: %w", fault.ErrInput, err)
	case err != nil:
		h.note("the server of the queue does not answer; it is asked again")
		return sleep(ctx, h.o.Poll)
	}
	if time.Since(h.looked) < h.o.Poll {
		return nil
	}
	h.looked = time.Now()
	if h.run.Alive != nil {
		if err := h.run.Alive(); err != nil {
			return err
		}
	}
	if err := h.askAgain(ctx); err != nil {
		return err
	}
	if err := h.buryDead(ctx); err != nil {
		return err
	}
	return h.idle(ctx)
}

// askAgain publishes the tries that the queue has not taken yet: a worker says a result
// before it acknowledges the job.
func (h *head) askAgain(ctx context.Context) error {
	for job, try := range h.asked {
		taken, err := h.publish(ctx, job, h.sent[job], try)
		if err != nil {
			return err
		}
		if taken {
			delete(h.asked, job)
		}
	}
	return nil
}

// next returns a result, or nil if there is none for a while.
func (h *head) next(ctx context.Context) (jetstream.Msg, error) {
	consumer, err := h.js.Consumer(ctx, h.key.resultStream(), headConsumer(h.tag))
	if err != nil {
		return nil, err
	}
	m, err := consumer.Next(jetstream.FetchMaxWait(h.o.Poll))
	if errors.Is(err, nats.ErrTimeout) {
		return nil, nil
	}
	if m != nil {
		h.heard = max(h.heard, sequence(m))
	}
	return m, err
}

// quiet is how long nothing happens before people are told.
const quiet = 30 * time.Second

// idle tells people what the queue is waiting for, now and then. It returns an error where
// workers refuse what is left, and nobody does anything.
func (h *head) idle(ctx context.Context) error {
	refused := len(h.sent) > 0 && h.refused()
	if time.Since(h.said) < quiet && !refused {
		return nil
	}
	consumer, err := h.js.Consumer(ctx, h.key.jobStream(), workers)
	if err != nil {
		return onlyEnd(ctx) // the next question says what is wrong
	}
	info := consumer.CachedInfo() // of just now
	if refused && info.NumAckPending == 0 {
		// A worker that has just done a job has said so before it was not under way any more.
		if heard, err := h.hearAll(ctx); err != nil || !heard || len(h.sent) == 0 || !h.refused() {
			return err
		}
		return h.nobodyCan()
	}
	if time.Since(h.said) >= quiet {
		h.note(fmt.Sprintf("jobs of this owner: %d wait for a worker, %d are under way", info.NumPending, info.NumAckPending))
	}
	return nil
}
