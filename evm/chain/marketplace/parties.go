package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// party is somebody with a directory and a home of their own, who has the files that
// others send and nothing else.
type party struct {
	name    string
	dir     string
	zkaudit string
	keys    string // the cache of keys that all share, see docs/evm.md
	mode    string // of all proofs
}

// linesShown is how much of what a command prints is shown.
const linesShown = 3

// run runs a command of zkaudit in the party's directory, and shows it.
func (p *party) run(arguments ...string) error {
	_, err := p.ask(arguments...)
	return err
}

// ask is run, and returns what the command printed.
func (p *party) ask(arguments ...string) (string, error) {
	fmt.Printf("  %s$ zkaudit %s\n", p.name, strings.Join(arguments, " "))
	c := exec.Command(p.zkaudit, append([]string{"-q", "--cache", p.keys}, arguments...)...)
	c.Dir, c.Env = p.dir, append(os.Environ(), "HOME="+p.dir)
	out, err := c.CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil {
		return "", fmt.Errorf("%s: zkaudit %s: %w:\n%s", p.name, arguments[0], err, out)
	}
	for i, line := range lines {
		if i == linesShown {
			fmt.Printf("    … %d lines more\n", len(lines)-i)
			break
		}
		if line != "" {
			fmt.Println("    " + line)
		}
	}
	return strings.TrimSpace(string(out)), nil
}

// path is that of a file of the party's.
func (p *party) path(file string) string { return filepath.Join(p.dir, file) }

// gives copies files of a party's to another.
func (p *party) gives(to *party, files ...string) error {
	fmt.Printf("  %s sends %s: %s\n", p.name, to.name, strings.Join(files, ", "))
	for _, f := range files {
		content, err := os.ReadFile(p.path(f))
		if err != nil {
			return err
		}
		if err := os.WriteFile(to.path(p.name+"-"+filepath.Base(f)), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// measures writes rows of four numbers and a class of three, which the first two
// numbers tell but for some noise.
func (p *party) measures(file string, rows int, seed uint64) error {
	rng := rand.New(rand.NewPCG(seed, 1))
	centres := [3][4]float64{{-1, 0.5, 0.2, 1}, {1, 1, -0.3, -1}, {0, -1.2, 0.4, 0}}
	var b strings.Builder
	for i := range rows {
		for k := range 4 {
			fmt.Fprintf(&b, "%.3f,", centres[i%3][k]+0.35*rng.NormFloat64())
		}
		fmt.Fprintf(&b, "%s\n", []string{"red", "green", "blue"}[i%3])
	}
	return os.WriteFile(p.path(file), []byte(b.String()), 0o600)
}
