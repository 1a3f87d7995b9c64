package cluster

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// exceeded is what the server says of a message that was delivered as often as allowed.
type exceeded struct {
	Sequence   uint64 `json:"stream_seq"`
	Deliveries int    `json:"deliveries"`
}

// deadTask is one that nobody is asked for any more, and why.
type deadTask struct {
	index int
	why   string
	kind  error
}

// hopeless is how many tasks may die one after the other, none done in between, before
// the rest is not asked for: what is wrong with them is wrong with all.
const hopeless = 8

// letterOf is a job of this run that was delivered as often as allowed, and never
// acknowledged.
type letterOf struct {
	exceeded
	job  string // tag
	jobs jetstream.Stream
}

// buryDead looks for dead letters. It removes their jobs from the queue, so that the next
// call asks for them anew.
func (h *head) buryDead(ctx context.Context) error {
	_, err := h.eachDead(ctx, h.buryLetter)
	return err
}

// removeDead removes the jobs that died before this call from the queue: it asks for them
// anew.
func (h *head) removeDead(ctx context.Context) error {
	return h.insist(ctx, "reading dead letters", func(ctx context.Context) error {
		all, err := h.eachDead(ctx, func(ctx context.Context, l letterOf) (bool, error) { return l.remove(ctx), nil })
		if err == nil && !all {
			return nats.ErrTimeout
		}
		return err
	})
}

// eachDead has take called for the dead letters of this run that it has not had yet. It
// returns false where the server, or take, does not answer: the rest is left for the next
// time.
func (h *head) eachDead(ctx context.Context, take func(context.Context, letterOf) (bool, error)) (bool, error) {
	dead, err := h.js.Stream(ctx, h.key.deadStream())
	if err != nil {
		return false, onlyEnd(ctx)
	}
	jobs, err := h.js.Stream(ctx, h.key.jobStream())
	if err != nil {
		return false, onlyEnd(ctx)
	}
	state := dead.CachedInfo().State
	for seq := max(h.seen+1, state.FirstSeq); seq <= state.LastSeq; seq++ {
		letter, err := dead.GetMsg(ctx, seq)
		if err != nil && !errors.Is(err, jetstream.ErrMsgNotFound) {
			return false, onlyEnd(ctx)
		}
		l := letterOf{jobs: jobs}
		if err == nil && json.Unmarshal(letter.Data, &l.exceeded) == nil {
			if answered, err := h.read(ctx, l, letter.Time, take); err != nil || !answered {
				return false, err
			}
		}
		h.seen = seq
	}
	return true, nil
}

// read has take called for a letter of a time, unless it is about a job of another run, or
// one that is gone. A job of its number that is younger is another one: that of a stream
// that was made anew since.
func (h *head) read(ctx context.Context, l letterOf, written time.Time, take func(context.Context, letterOf) (bool, error)) (bool, error) {
	m, err := l.jobs.GetMsg(ctx, l.Sequence)
	if err != nil {
		return errors.Is(err, jetstream.ErrMsgNotFound), onlyEnd(ctx)
	}
	l.job = m.Subject[strings.LastIndexByte(m.Subject, '.')+1:]
	if m.Subject != h.key.jobSubject(h.place("job", l.job)) || m.Time.After(written) {
		return true, nil
	}
	return take(ctx, l)
}

// remove takes the job out of the queue. It returns false where the server does not answer.
func (l letterOf) remove(ctx context.Context) bool {
	err := l.jobs.DeleteMsg(ctx, l.Sequence)
	return err == nil || errors.Is(err, jetstream.ErrMsgNotFound)
}

// buryLetter is buryDead of one letter, whose job may have been done since, or may have
// been answered with what has the head ask for it again.
func (h *head) buryLetter(ctx context.Context, l letterOf) (bool, error) {
	if heard, err := h.hearAll(ctx); err != nil || !heard {
		return false, err
	}
	s := h.sent[l.job]
	if s == nil {
		return true, nil
	}
	if !l.remove(ctx) {
		return false, nil
	}
	if h.asked[l.job] != 0 {
		return true, h.askAgain(ctx)
	}
	h.bury(ctx, l.job, s, l.Deliveries)
	return true, nil
}

// bury gives up a job that was tried so many times, and says what was last said of it.
func (h *head) bury(ctx context.Context, job string, s *sent, tries int) {
	if said, there := h.last[job]; there {
		h.die(ctx, job, s, fmt.Sprintf("%s was tried %d times, and failed at last with: %s", s.task.Name, tries, said.Error), kindOf(said.Code))
		return
	}
	h.die(ctx, job, s, fmt.Sprintf("%s was given to a worker %d times, and none has said what became of it: they were lost, perhaps for want of memory", s.task.Name, tries), fault.ErrResources)
}

func (h *head) die(ctx context.Context, job string, s *sent, why string, kind error) {
	h.end(ctx, job, s)
	h.dead = append(h.dead, deadTask{s.task.Index, why, kind})
	h.inARow++
	h.note(why + "; it is given up, and the others go on")
}

// named is how many tasks an error names, of those that are alike.
const named = 8

// undone names the dead tasks. Its kind is that of the first.
func (h *head) undone() error {
	slices.SortFunc(h.dead, func(a, b deadTask) int { return cmp.Compare(a.index, b.index) })
	var list []string
	for _, d := range h.dead[:min(named, len(h.dead))] {
		list = append(list, d.why)
	}
	if more := len(h.dead) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	text := strings.Join(list, "; ")
	if len(h.dead) > 1 {
		text = fmt.Sprintf("%d jobs are dead: %s", len(h.dead), text)
	}
	rest := "all else is done and kept, and the same command asks for no more than is missing"
	if h.inARow >= hopeless {
		rest = fmt.Sprintf("none was done after %d dead ones, so that the rest waits: what was done is kept, and the same command goes on", h.inARow)
	}
	return fmt.Errorf("%s: %s: %w", text, rest, h.dead[0].kind)
}

// refusalsByOne are how often a worker has refused jobs of the run, and what it said last.
type refusalsByOne struct {
	n    int
	last resultMessage
}

// refusals is how often one worker refuses jobs, and leaves others time to take them,
// before nobody is expected to.
const refusals = 3

// refused reports whether a worker has, so often, since an output was last accepted.
func (h *head) refused() bool {
	for _, r := range h.refusal {
		if r.n >= refusals {
			return true
		}
	}
	return false
}

// nobodyCan is the error of a run whose workers refuse what is left.
func (h *head) nobodyCan() error {
	kind, why := fault.ErrVersion, map[string]bool{}
	for _, r := range h.refusal {
		why[r.last.Error] = true
		if r.last.Code == fault.ExitResources {
			kind = fault.ErrResources
		}
	}
	reasons := slices.Sorted(maps.Keys(why))
	if more := len(reasons) - named; more > 0 {
		reasons = append(reasons[:named], fmt.Sprintf("and %d more", more))
	}
	err := fmt.Errorf("no worker takes what is left, %s: of %d that were heard each refuses, with: %s: start one that can, and the same command goes on: %w", h.left(), len(h.refusal), strings.Join(reasons, "; "), kind)
	if len(h.dead) > 0 {
		return fmt.Errorf("%w; before that, %w", err, h.undone())
	}
	return err
}

// left names the first task that is under way, and counts the others. Requires that there
// is one.
func (h *head) left() string {
	first := slices.MinFunc(slices.Collect(maps.Values(h.sent)), func(a, b *sent) int { return cmp.Compare(a.task.Index, b.task.Index) })
	if len(h.sent) == 1 {
		return first.task.Name
	}
	return fmt.Sprintf("%s and %d more", first.task.Name, len(h.sent)-1)
}

// onlyEnd is the error of a context that has ended: whatever else goes wrong with a
// question that is asked again and again is seen the next time.
func onlyEnd(ctx context.Context) error { return ctx.Err() }
