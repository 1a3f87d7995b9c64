package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/cluster"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/poly"
	"github.com/zkaudit/zkaudit/run"
)

func workerCommand(a *app) *cobra.Command {
	var q queueFlags
	var untilEOF bool
	c := &cobra.Command{
		Use:   "worker",
		Short: "Prove segments and claims of runs that are elsewhere, for their owner",
		Long: `Takes segments and claims from the queue that zkaudit prove --cluster and zkaudit audit
--cluster fill, on a NATS server with JetStream, and proves one after the other until it is
ended. It serves the runs whose owner has the same key (zkaudit worker key FILE makes one),
and sees their rows and weights: it is a machine of the owner's. A job that does not fit
its memory, or is of another version of zkaudit, is left to other workers. It says a line
of each that it has proven, unless it is told to be --quiet. When it is ended, the job that
is under way goes back into the queue.`,
		Args: arguments(0, 0, "nothing"),
		RunE: func(c *cobra.Command, _ []string) error {
			conn, err := q.dial()
			if err != nil {
				return err
			}
			defer conn.Close()
			ctx := c.Context()
			if untilEOF {
				var cancel context.CancelFunc
				ctx, cancel = context.WithCancel(ctx)
				defer cancel()
				go func() {
					_, _ = io.Copy(io.Discard, os.Stdin) // ends with whoever holds the other end
					cancel()
				}()
			}
			err = a.work(ctx, conn)
			if untilEOF && c.Context().Err() == nil && errors.Is(err, context.Canceled) {
				return nil // its end was asked for
			}
			return err
		},
	}
	q.add(c)
	c.Flags().BoolVar(&untilEOF, "until-eof", false, "end when standard input does: for programs that start workers")
	c.AddCommand(workerKeyCommand(a))
	return c
}

func workerKeyCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "key FILE",
		Short: "Make the key that an owner's prover and workers share",
		Long: `Writes a new key to FILE, readable by you alone. Copy it to each of your workers, over a
channel that you trust: all that is put into the queue is encrypted with it, and who has
it can read rows and weights of your runs.`,
		Args: arguments(1, 1, "FILE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if _, err := os.Lstat(args[0]); !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s is there already: a key is not replaced: %w", fault.Quote(args[0]), fault.ErrUsage)
			}
			if err := cluster.WriteKey(args[0], rand.Reader); err != nil {
				return err
			}
			a.note("written: %s, for your prover and your workers, and nobody else", args[0])
			return nil
		},
	}
}

// maxInput bounds what a worker fetches for a run, an audit or a job: rows are at most
// those of a statement, some 65,000 cells each.
const maxInput = 1 << 40

// work does jobs until ctx ends, each within the memory that the user allows.
func (a *app) work(ctx context.Context, conn *cluster.Conn) error {
	arena := &poly.Arena{}
	a.note("working for the owner of the key, until ended")
	var open run.Worker
	w := &cluster.Worker{Version: run.WorkVersion(programVersion()), Note: func(text string) { a.note("%s", text) }, MaxInput: maxInput}
	w.Open = func(_ context.Context, shared []byte) (_ cluster.Doer, err error) {
		if open, err = run.NewWorker(shared, run.WorkerOptions{CacheDir: a.cacheDir(), Memory: a.memoryLimit(), Arena: arena}); err != nil {
			return nil, err
		}
		a.note("%s", open.Describe())
		return open.Prove, nil
	}
	w.Did = func(took time.Duration, size int) {
		a.note("job %d done in %.1f s: %s proven, %d bytes", w.Done, took.Seconds(), open.Proven(), size)
	}
	err := conn.Work(ctx, w)
	a.note("%s done", counted(w.Done, "job"))
	a.interruption = "no job was under way"
	if w.GivenBack {
		a.interruption = "the job that was under way went back into the queue"
	}
	return err
}
