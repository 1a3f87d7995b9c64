package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"sync"
	"time"
)

// fate is what became of a mutant.
type fate string

const (
	survived fate = "survived"
	killed   fate = "killed"
	timeout  fate = "timeout" // killed by taking too long
)

// binary is the compiled tests of a package with all its mutants.
type binary struct {
	path, directory string
	flags           []string
	processors      int
	reach           *reach
}

// test compiles the package once and runs its tests for each mutant.
func (p *pkg) test(ctx context.Context, chosen []*mutant, o options, memory *results) ([]fate, error) {
	digest, err := packageDigest(filepath.Join(p.root, p.scope.directory))
	if err != nil {
		return nil, err
	}
	fates := make([]fate, len(chosen))
	var open []int
	for i, m := range chosen {
		if fates[i] = memory.of(m, digest); fates[i] == "" {
			open = append(open, i)
		}
	}
	if len(open) == 0 {
		return fates, nil
	}
	directory, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(directory)
	b, err := p.compile(ctx, directory, o)
	if err != nil {
		return nil, err
	}
	work := make(chan int)
	var group sync.WaitGroup
	var lock sync.Mutex
	for range o.parallel {
		group.Go(func() {
			for i := range work {
				f, by := b.run(ctx, chosen[i].number)
				lock.Lock()
				if fates[i] = f; ctx.Err() == nil && err == nil {
					err = memory.add(chosen[i], digest, f, by)
				}
				lock.Unlock()
			}
		})
	}
	for _, i := range open {
		if ctx.Err() == nil {
			work <- i
		}
	}
	close(work)
	group.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return fates, err
}

// compile makes the test binary and runs it without a mutant, to see that it
// passes, how long each test takes and which mutants it reaches.
func (p *pkg) compile(ctx context.Context, directory string, o options) (*binary, error) {
	overlay, err := p.overlay(directory)
	if err != nil {
		return nil, err
	}
	b := &binary{path: filepath.Join(directory, "test"), directory: filepath.Join(p.root, p.scope.directory),
		flags: []string{"-test.failfast", "-test.count=1"}, processors: max(1, runtime.NumCPU()/o.parallel)}
	if !o.long {
		b.flags = append(b.flags, "-test.short")
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", b.path, "./"+p.scope.directory)
	cmd.Dir = p.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s with its mutants does not compile: %w\n%s", p.scope.directory, err, out)
	}
	b.reach, err = b.measure(ctx, directory, o.tests)
	return b, err
}

// run runs the tests that reach a mutant with it, and returns the test that
// kills it.
func (b *binary) run(ctx context.Context, number int) (fate, string) {
	for _, tests := range b.reach.batches(number) {
		limited, cancel := context.WithTimeout(ctx, 20*tests.took+time.Minute) // other work on the machine is no test
		f, by := b.once(limited, number, tests.tests)
		cancel()
		if f != survived {
			return f, by
		}
	}
	return survived, ""
}

var failure = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)

// once runs some tests with one mutant in a process.
func (b *binary) once(ctx context.Context, number int, tests []string, environment ...string) (fate, string) {
	cmd := exec.CommandContext(ctx, b.path, append([]string{"-test.run=" + pattern(tests)}, b.flags...)...)
	cmd.Dir = b.directory
	cmd.Env = append(os.Environ(), "ZKAUDIT_MUTANT="+strconv.Itoa(number), "GOMAXPROCS="+strconv.Itoa(b.processors), "GOMEMLIMIT=2GiB")
	cmd.Env = append(cmd.Env, environment...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	switch {
	case err == nil:
		return survived, ""
	case ctx.Err() != nil:
		return timeout, ""
	}
	if m := failure.FindAllSubmatch(out.Bytes(), -1); m != nil {
		return killed, string(m[len(m)-1][1])
	}
	return killed, "panic"
}
