package cluster

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// TestWorkerIsEnded: a worker that is ended gives back the job that is under way, and
// knows how many it has done.
func TestWorkerIsEnded(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	r := newNumbers(3)
	ctx, end := context.WithCancel(timeout(t))
	defer end()
	n := 0
	w := doing(func(ctx context.Context, input []byte) ([]byte, error) {
		if n++; n == 3 {
			end()
			<-ctx.Done()
		}
		return outputOf(input), nil
	})
	told := 0
	w.Did = func(took time.Duration, size int) {
		if told++; told != w.Done || took <= 0 || size == 0 {
			t.Errorf("told of job %d as the %dth: %v, %d bytes", w.Done, told, took, size)
		}
	}
	head, worker := s.connect(t, k), s.connect(t, k)
	ended := make(chan error, 1)
	go func() { ended <- worker.Work(ctx, w) }()
	done := make(chan error, 1)
	go func() { done <- head.Do(timeout(t), &r.Run) }()
	if err := <-ended; err == nil || w.Done != 2 || told != 2 || !w.GivenBack {
		t.Errorf("%d jobs done, given back %v: %v", w.Done, w.GivenBack, err)
	}
	s.employ(t, k, honest())
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r.check(t)
}

// TestRunEndsMeanwhile: a worker whose job is done elsewhere, and the run with it, says
// that it has ended, and of no failure.
func TestRunEndsMeanwhile(t *testing.T) {
	s, k := startServer(t, t.TempDir()), keyOf(t, 1)
	c, r := s.connect(t, k), newNumbers(1)
	ctx, end := context.WithCancel(timeout(t))
	defer end()
	notes := make(chan string, 10)
	w := doing(func(ctx context.Context, input []byte) ([]byte, error) {
		return outputOf(input), c.clear(ctx, k.tag("run", r.ID[:]))
	})
	w.Note = func(text string) { notes <- text }
	s.employ(t, k, w)
	go func() { _ = s.connect(t, k).Do(ctx, &r.Run) }() // waits for what nobody says
	if text := <-notes; !strings.Contains(text, "the run has ended meanwhile") || strings.Contains(text, "not done") {
		t.Errorf("it said %q", text)
	}
}

// given is a job that counts how often it is given back.
type given struct {
	jetstream.Msg
	back int
}

func (g *given) Nak() error        { g.back++; return nil }
func (g *given) InProgress() error { return nil }

// TestGivenBack: a job whose doer ends as soon as it is told to is given back all the same,
// once; one that is done is not.
func TestGivenBack(t *testing.T) {
	c := startServer(t, t.TempDir()).connect(t, keyOf(t, 1))
	for range 50 {
		ctx, end := context.WithCancel(t.Context())
		var m given
		stop := c.keep(ctx, &m, time.Hour)
		end()
		if back := stop(); !back || m.back != 1 {
			t.Fatalf("given back %d times, and reported %v", m.back, back)
		}
		var done given
		if stop := c.keep(t.Context(), &done, time.Hour); stop() || done.back != 0 {
			t.Fatal("a job that is done was given back")
		}
	}
}
