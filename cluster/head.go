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
	shared string                     // object
	sent   map[string]*sent           // tasks that wait or are under way, by tag
	early  map[string][]jetstream.Msg // results of tasks that are not known yet, by tag
	last   map[string]resultMessage   // error of a task
	asked  map[string]int             // tries to be published, as soon as the one before is out of the queue
	looked time.Time                  // when what nobody tells was last asked
	said   time.Time                  // when a note was last made, or there was anything to do
	still  time.Time                  // since when nobody is at any job, and none was published; zero where somebody is

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
	if err := h.removeDead(ctx); err != nil {
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
		// What the run shares may be what is damaged: the next call sends it anew.
		h.drop(ctx, place{kind: "run", run: h.tag}, h.shared)
		return h.undone()
	}
	return c.clear(ctx, h.tag)
}

func (c *Conn) newHead(r *Run) *head {
	return &head{
		Conn: c, run: r, tag: c.key.tag("run", r.ID[:]), sent: map[string]*sent{}, early: map[string][]jetstream.Msg{}, last: map[string]resultMessage{}, asked: map[string]int{},
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
				h.early[jobOf(m)] = append(h.early[jobOf(m)], m)
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
			for job, list := range h.early {
				for _, m := range list {
					h.forget(ctx, job, m)
				}
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
	list := h.early[job]
	delete(h.early, job)
	for _, m := range list {
		if err := h.result(ctx, m); err != nil {
			return err
		}
	}
	if h.sent[job] == nil {
		return nil // one was its output
	}
	var err error
	if s.input, err = h.put(ctx, h.place("input", job), t.Input); err != nil {
		return err
	}
	t.Input = nil
	taken, err := h.ask(ctx, job, s, 1)
	if err == nil && !taken {
		err = h.renew(ctx, job, s)
	}
	return err
}

// ask publishes a task; false if it waits already, or is under way. What the server has not
// taken for another reason is asked for by askForLost.
func (h *head) ask(ctx context.Context, job string, s *sent, try int) (bool, error) {
	p := h.place("job", job)
	sealed, err := h.sealed(p, jobMessage{Version: h.run.Version, Shared: h.shared, Input: s.input, Try: try})
	if err != nil {
		return false, err
	}
	taken := false
	err = h.insist(ctx, "publishing a job", func(ctx context.Context) error {
		err := h.publish(ctx, h.key.jobSubject(p), sealed)
		if taken = err == nil; waiting(err) {
			return nil
		}
		return err
	})
	if taken {
		h.still = time.Time{}
	}
	return taken, err
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
	case errors.Is(err, jetstream.ErrConsumerDeleted):
		return fmt.Errorf("another call that proves this run has begun, and takes its results: let one of them do it: %w: %w", fault.ErrInput, err)
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
		taken, err := h.ask(ctx, job, h.sent[job], try)
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
