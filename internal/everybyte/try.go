package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Bounds of an attempt, far above what any takes: a vector is verified in a tenth of a
// second and some 50 MiB on a machine that does nothing else.
const (
	deadline  = 2 * time.Minute
	allocated = 2 * maxMemory // in all, more than is ever held
)

// attempt is a subject changed.
type attempt struct {
	*subject
	form form
	change
}

func (a attempt) String() string { return fmt.Sprintf("%s, %s: %v", a.name, a.form, a.change) }

// tally is what became of attempts.
type tally struct {
	tried   int
	kinds   map[string]int // of refusals
	equal   int            // accepted, with the same meaning
	slowest time.Duration
	most    uint64 // bytes that the process took during one
}

func (t *tally) add(u *tally) {
	t.tried, t.equal, t.slowest = t.tried+u.tried, t.equal+u.equal, max(t.slowest, u.slowest)
	t.most = max(t.most, u.most)
	if t.kinds == nil {
		t.kinds = map[string]int{}
	}
	for kind, n := range u.kinds {
		t.kinds[kind] += n
	}
}

// judge tries changes, by several workers.
type judge struct {
	ctx      context.Context
	meanings map[*subject][32]byte // of the files as they are
	alone    sync.RWMutex          // held for writing by an attempt that is measured
	found    func(attempt, string)
}

// newJudge reads every subject as it is.
func newJudge(ctx context.Context, subjects []*subject, dir string, found func(attempt, string)) (*judge, error) {
	j := &judge{ctx: ctx, meanings: map[*subject][32]byte{}, found: found}
	for _, s := range subjects {
		meaning, err := s.read(ctx, dir, s.file)
		if err != nil {
			return nil, fmt.Errorf("%s, as it is: %w", s.name, err)
		}
		j.meanings[s] = meaning
	}
	return j, nil
}

// try makes the changed file and has it read; false where the form has no such file.
func (j *judge) try(a attempt, dir string, into *tally) bool {
	file, ok := a.form.close(a.apply(a.form.open(a.file)), a.state)
	if !ok || bytes.Equal(file, a.file) { // what the seal makes right is what was changed
		return false
	}
	hang := time.AfterFunc(deadline, func() { // nothing but a panic ends it, and it shows where
		panic(fmt.Sprintf("%v: no answer after %v", a, deadline))
	})
	defer hang.Stop()
	j.alone.RLock()
	meaning, took, taken, err := measured(j.ctx, a, dir, file)
	j.alone.RUnlock()
	if taken > allocated { // by all workers: once more, alone
		j.alone.Lock()
		meaning, took, taken, err = measured(j.ctx, a, dir, file)
		j.alone.Unlock()
		if taken > allocated {
			j.found(a, fmt.Sprintf("it takes %d MiB", taken>>20))
		}
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	into.tried++
	into.slowest, into.most = max(into.slowest, took), max(into.most, taken)
	j.verdict(a, meaning, err, into)
	return true
}

// verdict finds what an outcome is.
func (j *judge) verdict(a attempt, meaning [32]byte, err error, into *tally) {
	if err == nil {
		if into.equal++; meaning != j.meanings[a.subject] {
			j.found(a, "accepted, and means something else")
		}
		return
	}
	kind := a.named(err)
	if kind == nil {
		j.found(a, fmt.Sprintf("refused without a kind: %v", err))
		return
	}
	if into.kinds == nil {
		into.kinds = map[string]int{}
	}
	into.kinds[kind.Error()]++
}

// measured reads a file; took and taken are what it took of time
// and, the whole process, of memory.
func measured(ctx context.Context, a attempt, dir string, file []byte) (meaning [32]byte, took time.Duration, taken uint64, err error) {
	before, start := allocatedSoFar(), time.Now()
	meaning, err = read(ctx, a, dir, file)
	return meaning, time.Since(start), allocatedSoFar() - before, err
}

// read is the subject's, and names a panic that nothing below it has caught.
func read(ctx context.Context, a attempt, dir string, file []byte) (meaning [32]byte, err error) {
	defer fault.Catch(&err, "the reader", fault.ErrMalformed)
	return a.read(ctx, dir, file)
}

func allocatedSoFar() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
