package console

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// reported is what programs give an error for.
func reported(err error) int {
	if errors.Is(err, context.Canceled) {
		return fault.ExitInterrupted
	}
	return fault.ExitCode(err)
}

// signalled sends a signal to this process.
func signalled(t *testing.T, s os.Signal) {
	t.Helper()
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(s)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A command ends by itself or by a signal, in order or, where it does not look, at
// once; what it has finished all the same stays finished.
func TestRun(t *testing.T) {
	forever := make(chan error)
	for _, test := range []struct {
		name    string
		signal  os.Signal // sent by the command; nil: none
		command func(context.Context) error
		code    int
	}{
		{"well", nil, func(context.Context) error { return nil }, fault.ExitOK},
		{"false", nil, func(context.Context) error { return fault.ErrRejected }, fault.ExitRejected},
		{"Ctrl-C", os.Interrupt, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, fault.ExitInterrupted},
		{"terminated", syscall.SIGTERM, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, fault.ExitTerminated},
		{"done before it looked", os.Interrupt, func(ctx context.Context) error { <-ctx.Done(); return nil }, fault.ExitOK},
		{"failed as it was terminated", syscall.SIGTERM, func(ctx context.Context) error { <-ctx.Done(); return fault.ErrUsage }, fault.ExitUsage},
		{"never looks", os.Interrupt, func(context.Context) error { return <-forever }, fault.ExitInterrupted},
		{"never looks, terminated", syscall.SIGTERM, func(context.Context) error { return <-forever }, fault.ExitTerminated},
	} {
		code := Run(func(ctx context.Context) error {
			if test.signal != nil {
				signalled(t, test.signal)
			}
			return test.command(ctx)
		}, reported)
		if code != test.code {
			t.Errorf("%s: exit code %d, want %d", test.name, code, test.code)
		}
	}
}
