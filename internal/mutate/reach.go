package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// reach is which tests reach which mutants: only those can notice one.
type reach struct {
	tests   []reachingTest // the fastest first
	mutants []map[int]bool // by test
}

type reachingTest struct {
	name string
	took time.Duration
}

// measure runs each test by itself, without a mutant.
func (b *binary) measure(ctx context.Context, directory, only string) (*reach, error) {
	names, err := b.list(ctx, only)
	if err != nil {
		return nil, err
	}
	type measured struct {
		reachingTest
		mutants map[int]bool
	}
	var all []measured
	for _, name := range names {
		file := filepath.Join(directory, "reached")
		if err := os.Remove(file); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		start := time.Now()
		if f, by := b.once(ctx, 0, []string{name}, "ZKAUDIT_MUTANTS_REACHED="+file); f != survived {
			return nil, fmt.Errorf("test %s fails without a mutant: %s", name, by)
		}
		m := measured{reachingTest{name, time.Since(start)}, map[int]bool{}}
		reached, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, line := range strings.Fields(string(reached)) {
			number, err := strconv.Atoi(line)
			if err != nil {
				return nil, err
			}
			m.mutants[number] = true
		}
		all = append(all, m)
	}
	slices.SortStableFunc(all, func(a, b measured) int { return int(a.took - b.took) })
	r := &reach{}
	for _, m := range all {
		r.tests, r.mutants = append(r.tests, m.reachingTest), append(r.mutants, m.mutants)
	}
	return r, nil
}

func (b *binary) list(ctx context.Context, only string) ([]string, error) {
	if only == "" {
		only = "."
	}
	cmd := exec.CommandContext(ctx, b.path, "-test.list="+only)
	cmd.Dir = b.directory
	out, err := cmd.Output()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range bytes.Fields(out) {
		if !bytes.HasPrefix(name, []byte("Benchmark")) {
			names = append(names, string(name))
		}
	}
	return names, nil
}

// batches returns the tests that reach a mutant, each batch as long as all
// before it: most mutants fall to a fast test.
func (r *reach) batches(number int) []batch {
	var all []batch
	var before time.Duration
	for i, t := range r.tests {
		if !r.mutants[i][number] {
			continue
		}
		last := len(all) - 1
		if last < 0 || all[last].took+t.took > max(before, time.Second) {
			if last >= 0 {
				before += all[last].took
			}
			all, last = append(all, batch{}), last+1
		}
		all[last].tests = append(all[last].tests, t.name)
		all[last].took += t.took
	}
	return all
}

// batch is tests that run in one process.
type batch struct {
	tests []string
	took  time.Duration
}

// pattern matches the tests of a batch and no others.
func pattern(tests []string) string {
	quoted := make([]string, len(tests))
	for i, t := range tests {
		quoted[i] = regexp.QuoteMeta(t)
	}
	return "^(" + strings.Join(quoted, "|") + ")$"
}
