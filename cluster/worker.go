package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Doer does the tasks of one run.
type Doer func(ctx context.Context, input []byte) (output []byte, err error)

// Worker is what does jobs.
type Worker struct {
	Version string // jobs of other programs are refused
	// Open prepares for the tasks of a run, given what they share.
	Open func(ctx context.Context, shared []byte) (Doer, error)
	// Note is told what people should know; may be nil.
	Note func(string)
	// Did is told of each job that is done: how long it took, with what was fetched for it
	// and sent, and how many bytes its output has; may be nil.
	Did func(took time.Duration, size int)
	// MaxInput bounds what is fetched, in bytes.
	MaxInput int64

	// Of what Work has done, to be read when it has returned: how many jobs are done, and
	// whether one was under way when it ended and was given back.
	Done      int
	GivenBack bool

	id     string // that it is known to heads by
	shared string // object of the run that is open
	doer   Doer
}

func (w *Worker) note(text string) {
	if w.Note != nil {
		w.Note(text)
	}
}

func (w *Worker) did(took time.Duration, size int) {
	if w.Done++; w.Did != nil {
		w.Did(took, size)
	}
}

// Work does jobs of the key's owner, one after the other, until ctx ends. It waits while
// there are none, or no server. Errors wrap fault.ErrInput where the server does not let it.
func (c *Conn) Work(ctx context.Context, w *Worker) error {
	ctx, cancel := undated(ctx)
	defer cancel()
	w.id = rand.Text()
	away := false
	for ctx.Err() == nil {
		m, wait, err := c.nextJob(ctx)
		if lost := c.lost(); lost != nil && ctx.Err() == nil {
			return lost
		}
		switch {
		case m != nil:
			away = false
			c.work(ctx, w, m, wait)
		case err != nil && ctx.Err() == nil:
			if !away {
				w.note(fmt.Sprintf("no queue to take jobs from, it is asked again: %v", err))
			}
			away = true
			_ = sleep(ctx, c.o.Poll)
		}
	}
	return ctx.Err()
}

// nextJob returns a job, or nil if there is none for a while, and how long the server
// waits for a sign of it.
func (c *Conn) nextJob(ctx context.Context) (jetstream.Msg, time.Duration, error) {
	asking, cancel := context.WithTimeout(ctx, c.o.Answer)
	defer cancel()
	consumer, err := c.js.Consumer(asking, c.key.jobStream(), workers)
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil, 0, sleep(ctx, c.o.Poll) // no head of this key has ever asked for anything
	} else if err != nil {
		return nil, 0, err
	}
	m, err := consumer.Next(jetstream.FetchMaxWait(c.o.Poll))
	if errors.Is(err, nats.ErrTimeout) {
		err = nil
	}
	return m, consumer.CachedInfo().Config.AckWait, err
}

// work does a job, and says what became of it: first to the head, then to the queue. A
// job that is lost in between is done twice, and one result is forgotten.
func (c *Conn) work(ctx context.Context, w *Worker, m jetstream.Msg, wait time.Duration) {
	run, job, err := c.key.parse(m.Subject())
	if err != nil {
		_ = m.Term() // nothing of ours
		return
	}
	var asked jobMessage
	var said resultMessage
	start := time.Now()
	stop := c.keep(ctx, m, wait)
	output, err := c.output(ctx, w, run, job, m.Data(), &asked)
	if w.GivenBack = stop(); w.GivenBack {
		return
	}
	if err == nil {
		said.Output, err = c.put(ctx, place{"output", run, job}, output)
	}
	said.Try, said.Worker = asked.Try+before(m), w.id
	said.Refused = errors.Is(err, fault.ErrResources) || errors.Is(err, fault.ErrVersion)
	if err != nil {
		said.Error, said.Code = fault.Text(err, nil), fault.ExitCode(err)
		w.note(notDone(err, said.Error))
	}
	p := place{"result", run, job}
	if c.say(ctx, p, c.key.resultSubject(p), said) != nil {
		if w.GivenBack = ctx.Err() != nil; w.GivenBack {
			c.giveBack(m)
		}
		return // or the server waits no longer, then
	}
	if err != nil && !said.Refused {
		_ = m.NakWithDelay(c.o.Delay)
		return
	}
	if err == nil {
		w.did(time.Since(start), len(output))
	}
	// The engine would count a refusal as a try: the head asks for the job anew.
	answering, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.o.Answer)
	defer cancel()
	_ = m.DoubleAck(answering) // or it is delivered again
	if said.Refused {
		_ = sleep(ctx, c.o.Pause) // others are left the time to take it
	}
}

// notDone tells people of a job that was not done. The head removes the bucket of a run
// when all of it is done, whoever is at a second copy of a job.
func notDone(err error, text string) string {
	if errors.Is(err, jetstream.ErrBucketNotFound) {
		return "the run has ended meanwhile: a job of it that was under way here is not needed any more"
	}
	return "a job was not done: " + text
}

// before counts the deliveries of a job before this one.
func before(m jetstream.Msg) int {
	meta, err := m.Metadata()
	if err != nil {
		return 0 // none of a stream
	}
	return int(meta.NumDelivered) - 1
}

// keep tells the server that a job is under way, until stop is called, and gives the job
// back when ctx ends before; stop reports whether it has.
func (c *Conn) keep(ctx context.Context, m jetstream.Msg, wait time.Duration) (stop func() bool) {
	ended, back := make(chan struct{}), false
	var group fault.Group
	group.Go(func() {
		tick := time.NewTicker(max(wait/3, time.Millisecond))
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				_ = m.InProgress() // or another worker does it, too
				continue
			case <-ctx.Done():
			case <-ended: // at the end of ctx, too: what it ends says so at the same time
			}
			if back = ctx.Err() != nil; back {
				c.giveBack(m)
			}
			return
		}
	})
	return func() bool {
		close(ended)
		group.Wait()
		return back
	}
}

// giveBack has the server give a job to another worker at once.
func (c *Conn) giveBack(m jetstream.Msg) {
	_ = m.Nak() // or it waits for a sign of this one
	_ = c.nats.FlushTimeout(time.Second)
}

// output does a job.
func (c *Conn) output(ctx context.Context, w *Worker, run, job string, sealed []byte, asked *jobMessage) (output []byte, err error) {
	defer fault.Catch(&err, "job", fault.ErrInput)
	if err := c.hear(place{"job", run, job}, sealed, asked); err != nil {
		return nil, err
	}
	if asked.Version != w.Version {
		return nil, fmt.Errorf("the job is of %s, this worker is %s: let both be one program: %w", fault.Quote(asked.Version), fault.Quote(w.Version), fault.ErrVersion)
	}
	if w.shared != asked.Shared {
		w.shared, w.doer = "", nil // before another one takes as much
		shared, err := c.get(ctx, place{kind: "run", run: run}, asked.Shared, w.MaxInput)
		if err != nil {
			return nil, err
		}
		if w.doer, err = w.Open(ctx, shared); err != nil {
			return nil, err
		}
		w.shared = asked.Shared
	}
	input, err := c.get(ctx, place{"input", run, job}, asked.Input, w.MaxInput)
	if err != nil {
		return nil, err
	}
	return w.doer(ctx, input)
}
