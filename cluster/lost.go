package cluster

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// renew asks for a task that waits since an earlier call, if another thing was asked for
// then: by another version of the program, say, which workers of this one would refuse.
func (h *head) renew(ctx context.Context, job string, s *sent) error {
	p := h.place("job", job)
	return h.insist(ctx, "reading a job", func(ctx context.Context) error {
		jobs, err := h.js.Stream(ctx, h.key.jobStream())
		if err != nil {
			return err
		}
		m, err := jobs.GetLastMsgForSubject(ctx, h.key.jobSubject(p))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			return nil // it was done meanwhile: its result comes
		} else if err != nil {
			return err
		}
		var asked jobMessage
		if h.hear(p, m.Data, &asked) == nil && asked.Version == h.run.Version && asked.Shared == h.shared && asked.Input == s.input {
			return nil
		}
		if err := jobs.DeleteMsg(ctx, m.Sequence); err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return err
		}
		_, err = h.ask(ctx, job, s, 1)
		return err
	})
}

// quiet is how long nothing happens before people are told.
const quiet = 30 * time.Second

// idle tells people what the queue is waiting for, now and then, and asks again for what
// the server has lost. It returns an error where workers refuse what is left, and nobody
// does anything.
func (h *head) idle(ctx context.Context) error {
	if len(h.sent) == 0 {
		return nil
	}
	consumer, err := h.js.Consumer(ctx, h.key.jobStream(), workers)
	if err != nil {
		return onlyEnd(ctx) // the next question says what is wrong
	}
	info := consumer.CachedInfo() // of just now
	if h.refused() && info.NumAckPending == 0 {
		// Somebody may have said an output, and acknowledged its job, just before.
		if heard, err := h.hearAll(ctx); err != nil || !heard {
			return err
		}
		if len(h.sent) > 0 && h.refused() {
			return h.nobodyCan()
		}
	}
	late := time.Since(h.said) >= quiet
	if late {
		h.note(fmt.Sprintf("jobs of this owner: %d wait for a worker, %d are under way", info.NumPending, info.NumAckPending))
	}
	switch nobody := info.NumPending == 0 && info.NumAckPending == 0; {
	case !nobody:
		h.still = time.Time{}
	case h.still.IsZero():
		h.still = time.Now()
	}
	if late || !h.still.IsZero() {
		return h.askForLost(ctx)
	}
	return nil
}

// askForLost asks for tasks anew of which the server has neither the job nor a result: its
// machine has failed, or another head of the run was told. A job that stays there while
// nobody is at any, for as long as a lost worker is waited for, has died, and its letter was
// lost.
func (h *head) askForLost(ctx context.Context) error {
	// Results are said before jobs are acknowledged, and so are asked about after them.
	jobs, err := h.subjects(ctx, h.key.jobStream(), h.key.jobsOf(h.tag))
	if err != nil {
		return onlyEnd(ctx)
	}
	results, err := h.subjects(ctx, h.key.resultStream(), h.key.resultsOf(h.tag))
	if err != nil {
		return onlyEnd(ctx)
	}
	lost := 0
	for job, s := range h.sent {
		if h.asked[job] != 0 || results[h.key.resultSubject(h.place("result", job))] != 0 {
			continue
		}
		there := jobs[h.key.jobSubject(h.place("job", job))] != 0
		switch {
		case !there:
			h.asked[job] = 1
			lost++
		case !h.still.IsZero() && time.Since(h.still) > h.o.AckWait: // its letter would have been read by now
			if err := h.remove(ctx, job); err != nil {
				return onlyEnd(ctx)
			}
			h.bury(ctx, job, s, h.o.Tries)
		}
	}
	if lost == 0 {
		return nil
	}
	h.note(fmt.Sprintf("the server no longer has jobs that nobody has done, %d of them: they are asked for again", lost))
	return h.askAgain(ctx)
}

// remove takes a job out of the queue.
func (h *head) remove(ctx context.Context, job string) error {
	jobs, err := h.js.Stream(ctx, h.key.jobStream())
	if err != nil {
		return err
	}
	return jobs.Purge(ctx, jetstream.WithPurgeSubject(h.key.jobSubject(h.place("job", job))))
}

// subjects counts the messages of a stream, by subjects that match a filter.
func (h *head) subjects(ctx context.Context, stream, filter string) (map[string]uint64, error) {
	s, err := h.js.Stream(ctx, stream)
	if err != nil {
		return nil, err
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(filter))
	if err != nil {
		return nil, err
	}
	return info.State.Subjects, nil
}
