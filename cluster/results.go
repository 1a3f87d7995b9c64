package cluster

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// result takes what a worker says of a job.
func (h *head) result(ctx context.Context, m jetstream.Msg) error {
	job := jobOf(m)
	s := h.sent[job]
	if s == nil && h.early[job] != nil {
		return nil // delivered again, before its task is known
	}
	var said resultMessage
	if err := h.hear(h.place("result", job), m.Data(), &said); err != nil || s == nil {
		h.forget(ctx, job, m)
		return nil // not of this key, or of a task that was done before
	}
	if said.Output == "" {
		_ = m.Ack() // or it is heard again
		return h.failed(ctx, job, s, said)
	}
	output, err := h.get(ctx, h.place("output", job), said.Output, h.run.MaxOutput)
	if err == nil {
		err = h.run.Accept(s.task, output)
	}
	switch {
	case errors.Is(err, fault.ErrRejected) || errors.Is(err, fault.ErrMalformed):
		return h.again(ctx, job, s, m, said, err)
	case err != nil:
		return err
	}
	h.inARow = 0
	clear(h.refusal)
	h.end(ctx, job, s)
	h.forget(ctx, job, m)
	return nil
}

// sequence is the number of a message in its stream.
func sequence(m jetstream.Msg) uint64 {
	meta, err := m.Metadata()
	if err != nil {
		return 0 // none of a stream
	}
	return meta.Sequence.Stream
}

// hearAll takes what workers have said until now. A worker says what became of a job first
// to the head, then to the queue: so whoever knows from the queue that a job is dead, or not
// under way any more, finds here why, or its output. It returns false where the server does
// not answer.
func (h *head) hearAll(ctx context.Context) (bool, error) {
	results, err := h.js.Stream(ctx, h.key.resultStream())
	if err != nil {
		return false, onlyEnd(ctx)
	}
	last, err := results.GetLastMsgForSubject(ctx, h.key.resultsOf(h.tag))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return true, nil
	} else if err != nil {
		return false, onlyEnd(ctx)
	}
	for h.heard < last.Sequence {
		m, err := h.next(ctx)
		if err != nil {
			return false, onlyEnd(ctx)
		}
		if m == nil {
			return true, nil // another head has taken it
		}
		if err := h.result(ctx, m); err != nil {
			return false, err
		}
	}
	return true, nil
}

// end takes a task, which is done or dead, from what is under way. Its input goes, too:
// one that is asked for anew is sent anew.
func (h *head) end(ctx context.Context, job string, s *sent) {
	delete(h.sent, job)
	delete(h.last, job)
	delete(h.asked, job)
	if s.input != "" {
		h.drop(ctx, h.place("input", job), s.input)
	}
}

// failed takes what a worker says of a job that it has not done. One that it refuses, for
// its version or its memory, is asked for anew, and is no try.
func (h *head) failed(ctx context.Context, job string, s *sent, said resultMessage) error {
	h.note(fmt.Sprintf("%s was not done: %s", s.task.Name, said.Error))
	if !said.Refused {
		h.last[job] = said
		return nil
	}
	if s.input == "" { // it came early, from who may be gone: its input is sent now
		return nil
	}
	r := h.refusal[said.Worker]
	h.refusal[said.Worker] = refusalsByOne{r.n + 1, said}
	if said.Try > h.o.Tries {
		h.bury(ctx, job, s, said.Try-1)
		return nil
	}
	h.asked[job] = said.Try
	return h.askAgain(ctx)
}

// forget acknowledges a result, and removes the output that it names.
func (h *head) forget(ctx context.Context, job string, m jetstream.Msg) {
	var said resultMessage
	if h.hear(h.place("result", job), m.Data(), &said) == nil && said.Output != "" {
		h.drop(ctx, h.place("output", job), said.Output)
	}
	_ = m.Ack() // or it is heard again
}

// again has a task done once more whose output was false, unless it was tried as often
// as allowed.
func (h *head) again(ctx context.Context, job string, s *sent, m jetstream.Msg, said resultMessage, why error) error {
	h.forget(ctx, job, m)
	if said.Try >= h.o.Tries && s.input != "" {
		h.die(ctx, job, s, fmt.Sprintf("%s: the outputs of %d tries are false, the last one: %s: look for a worker that errs, or is not your own", s.task.Name, said.Try, fault.Text(why, nil)), fault.ErrInput)
		return nil
	}
	h.note(fmt.Sprintf("%s: an output is false, and it is done again: %s", s.task.Name, fault.Text(why, nil)))
	if s.input == "" { // it came early: its input is sent now
		return nil
	}
	h.asked[job] = said.Try + 1
	return h.askAgain(ctx)
}
