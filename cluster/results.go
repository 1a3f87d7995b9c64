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
	r := h.refusal[said.Worker]
	h.refusal[said.Worker] = refusalsByOne{r.n + 1, said}
	if s.input == "" { // it came early: its input is sent now
		return nil
	}
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
