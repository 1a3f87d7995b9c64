// Command zkaudit-verify is the verifier of bundles and audits, and nothing else: it
// has no prover, no executor and no reader of models or data. Of modes zk and
// validity it says what zkaudit verify and zkaudit audit verify say.
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
