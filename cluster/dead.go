package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// exceeded is what the server says of a message that was delivered as often as allowed.
type exceeded struct {
	Sequence   uint64 `json:"stream_seq"`
	Deliveries int    `json:"deliveries"`
}

// buryDead looks for dead letters: jobs of this run that were delivered as often as
// allowed, and never acknowledged. It removes the first one from the queue, so that the
// next call asks for it anew, and returns an error that names it and what was last said
// of it.
func (h *head) buryDead(ctx context.Context) error {
	dead, err := h.js.Stream(ctx, h.key.deadStream())
	if err != nil {
		return onlyEnd(ctx)
	}
	jobs, err := h.js.Stream(ctx, h.key.jobStream())
	if err != nil {
		return onlyEnd(ctx)
	}
	state := dead.CachedInfo().State
	for seq := max(h.seen+1, state.FirstSeq); seq <= state.LastSeq; seq++ {
		letter, err := dead.GetMsg(ctx, seq)
		if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return onlyEnd(ctx)
		}
		h.seen = seq
		var e exceeded
		if err != nil || json.Unmarshal(letter.Data, &e) != nil {
			continue
		}
		if err := h.bury(ctx, jobs, e); err != nil {
			return err
		}
	}
	return nil
}

// bury is buryDead of one letter, which may be about a job of another run, or about one
// that has been done since.
func (h *head) bury(ctx context.Context, jobs jetstream.Stream, e exceeded) error {
	m, err := jobs.GetMsg(ctx, e.Sequence)
	if err != nil {
		return onlyEnd(ctx)
	}
	job := m.Subject[strings.LastIndexByte(m.Subject, '.')+1:]
	s := h.sent[job]
	if s == nil || m.Subject != h.key.jobSubject(h.place("job", job)) {
		return nil
	}
	if err := jobs.DeleteMsg(ctx, e.Sequence); err != nil {
		return onlyEnd(ctx)
	}
	said, there := h.last[job]
	if !there {
		return fmt.Errorf("%s was given to a worker %d times, and none has said what became of it: they were lost, perhaps for want of memory: %w", s.task.Name, e.Deliveries, fault.ErrResources)
	}
	return fmt.Errorf("%s was tried %d times, and failed at last with: %s: %w", s.task.Name, e.Deliveries, said.Error, kindOf(said.Code))
}

// onlyEnd is the error of a context that has ended: whatever else goes wrong with a
// question that is asked again and again is seen the next time.
func onlyEnd(ctx context.Context) error { return ctx.Err() }
