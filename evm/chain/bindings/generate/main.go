// Command generate writes bindings for all artefacts to a file.
package main

import (
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/evm/chain/internal/binding"
)

func main() {
	code, err := binding.Generate()
	if err == nil {
		err = os.WriteFile(os.Args[1], []byte(code), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
