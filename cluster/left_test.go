package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// asking is a head that has asked for all tasks of a run, and does not listen yet.
func (c *Conn) asking(t *testing.T, r *numbers) *head {
	t.Helper()
	h, ctx := c.newHead(&r.Run), timeout(t)
	err := c.prepare(ctx, h.tag)
	if err == nil {
		h.shared, err = c.put(ctx, place{kind: "run", run: h.tag}, r.Shared)
	}
	if err == nil {
		_, err = h.fill(ctx, true)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestLettersOfOthers: a letter that is older than the job of its number, or about a job of
// another run, kills nothing.
func TestLettersOfOthers(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	c, ctx, r, other := s.connect(t, k), timeout(t), newNumbers(1), newNumbers(1)
	letter := func() {
		if _, err := c.js.Publish(ctx, k.advisory(), []byte(`{"stream_seq": 1, "deliveries": 3}`)); err != nil {
			t.Fatal(err)
		}
	}
	other.ID = [32]byte{2}
	if err := c.prepare(ctx, k.tag("run", r.ID[:])); err != nil {
		t.Fatal(err)
	}
	letter()
	h := c.asking(t, r)
	if err := h.buryDead(ctx); err != nil || len(h.sent) != 1 || len(h.dead) != 0 {
		t.Errorf("a letter from before: %d of 1 left, %v", len(h.sent), err)
	}
	letter()
	another := c.asking(t, other)
	if err := another.buryDead(ctx); err != nil || len(another.sent) != 1 || c.waiting(t) != 2 {
		t.Errorf("a letter about another run: %d of 1 left, %d jobs wait, %v", len(another.sent), c.waiting(t), err)
	}
	if err := h.buryDead(ctx); err != nil || len(h.dead) != 1 {
		t.Errorf("a letter: %d dead, %v", len(h.dead), err)
	}
}

// TestEarlyAgain: an early result that is delivered again, before its task is known, is
// kept.
func TestEarlyAgain(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	s.abandoned(t, k, newNumbers(1), quick())
	w := s.hand(t, k)
	j := w.take()
	w.do(j)
	w.acknowledge(j)
	c, ctx, r := s.connect(t, k), timeout(t), newNumbers(1)
	h := c.newHead(&r.Run)
	if err := errors.Join(c.prepare(ctx, h.tag), h.hearEarly(ctx)); err != nil || len(h.early[j.job]) != 1 {
		t.Fatalf("%d results are early: %v", len(h.early[j.job]), err)
	}
	if err := h.result(ctx, h.early[j.job][0]); err != nil {
		t.Fatal(err)
	}
	if _, err := h.fill(ctx, true); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestEarlyAndFalse: a false output of an earlier call, whatever try it was, is no death in
// this one.
func TestEarlyAndFalse(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	o := quick()
	o.Tries = 1
	s.abandoned(t, k, newNumbers(1), o)
	w := s.hand(t, k)
	j := w.take()
	w.do(j)
	w.acknowledge(j)
	s.employ(t, k, honest())
	r := newNumbers(1)
	r.refuse[0] = 1
	if err := s.with(t, k, o).Do(timeout(t), &r.Run); err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestNothingLeft: a call that ends with a dead job leaves no object on the server.
func TestNothingLeft(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	var tries atomic.Int64
	s.employ(t, k, failing(&tries, fmt.Errorf("no: %w", fault.ErrInput), 1))
	c, ctx, r := s.connect(t, k), timeout(t), newNumbers(3)
	r.refuse[2] = 1
	if err := c.Do(ctx, &r.Run); !errors.Is(err, fault.ErrInput) || len(r.accepted) != 2 {
		t.Fatalf("accepted %v: %v", r.accepted, err)
	}
	store, err := c.js.ObjectStore(ctx, k.bucket(k.tag("run", r.ID[:])))
	if err != nil {
		t.Fatal(err)
	}
	if list, err := store.List(ctx); !errors.Is(err, jetstream.ErrNoObjectsFound) {
		t.Errorf("%d objects are left: %v", len(list), err)
	}
}

// TestTwoRuns: a worker that does jobs of one run and then of another one prepares for
// each.
func TestTwoRuns(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	w := honest()
	w.Open = func(_ context.Context, shared []byte) (Doer, error) {
		return func(context.Context, []byte) ([]byte, error) { return shared, nil }, nil
	}
	s.employ(t, k, w)
	for i, shared := range []string{"one", "another"} {
		r := newNumbers(2)
		r.ID, r.Shared = [32]byte{byte(i)}, []byte(shared)
		if err := s.connect(t, k).Do(timeout(t), &r.Run); err != nil || r.outputs[0] != shared || r.outputs[1] != shared {
			t.Errorf("with %q shared: %v, %v", shared, r.outputs, err)
		}
	}
}
