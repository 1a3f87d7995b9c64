// Command zkaudit proves that a model was trained as claimed, and verifies such
// proofs.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(execute()) }

// execute runs the command line and returns its exit code.
func execute() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	a := &app{stdout: os.Stdout, stderr: os.Stderr}
	root := newRoot(a)
	return a.report(root.ExecuteContext(ctx))
}
