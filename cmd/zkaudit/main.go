// Command zkaudit proves that a model was trained as claimed, and verifies such
// proofs.
package main

import (
	"os"

	"github.com/zkaudit/zkaudit/cmd/internal/console"
)

func main() { os.Exit(execute()) }

// execute runs the command line and returns its exit code.
func execute() int {
	a := &app{stdout: os.Stdout, stderr: os.Stderr}
	return console.Run(newRoot(a).ExecuteContext, a.report)
}
