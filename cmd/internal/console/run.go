package console

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// grace is how long a command that was interrupted may take to end in order.
const grace = 2 * time.Second

// Run runs a command and returns the exit code that report gives its error. SIGINT
// (Ctrl-C) and SIGTERM end the command's context; a command that has not ended soon
// after is left where it is, and a second signal ends the process at once: no file is
// ever half there, so that both lose no more than kill -9 does. The exit code is then
// what shells report for either signal.
func Run(command func(context.Context) error, report func(error) int) int {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- command(ctx) }()
	select {
	case err := <-ended:
		return report(err)
	case s := <-signals:
		signal.Stop(signals)
		cancel()
		code := report(endOf(ended))
		if code == fault.ExitInterrupted && s == syscall.SIGTERM {
			return fault.ExitTerminated
		}
		return code
	}
}

// endOf is how an interrupted command ends, or context.Canceled where it takes too
// long.
func endOf(ended <-chan error) error {
	select {
	case err := <-ended:
		return err
	case <-time.After(grace):
		return context.Canceled
	}
}
