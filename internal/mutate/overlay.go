package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
)

// switches is what the mutants of a package call. A mutant is reached where it
// makes a difference: where a guard refuses, where a loop has a second iteration.
const switches = `

import (
	mutantOS "os"
	mutantReflect "reflect"
	mutantConv "strconv"
	mutantSync "sync"
)

var mutantOfRun, _ = mutantConv.Atoi(mutantOS.Getenv("ZKAUDIT_MUTANT"))

func mutantIs(n int) bool {
	if mutantReachedFile != "" {
		mutantReach(n)
	}
	return n == mutantOfRun
}

var (
	mutantReachedFile = mutantOS.Getenv("ZKAUDIT_MUTANTS_REACHED")
	mutantReached     mutantSync.Map
)

// mutantReach writes down, once, that the test of this process reaches a mutant.
func mutantReach(n int) {
	if _, twice := mutantReached.LoadOrStore(n, true); twice {
		return
	}
	f, err := mutantOS.OpenFile(mutantReachedFile, mutantOS.O_WRONLY|mutantOS.O_CREATE|mutantOS.O_APPEND, 0o644)
	if err == nil {
		_, err = f.WriteString(mutantConv.Itoa(n) + "\n")
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		panic(err)
	}
}

func mutantOf(never, always int, condition bool) bool {
	if condition {
		return !mutantIs(never)
	}
	return mutantIs(always)
}

func mutantSkip[T any](n int, without, with T) T {
	if mutantIs(n) {
		return without
	}
	return with
}

func mutantInstead[T any](n int, drawn T, other T) T {
	if mutantIs(n) {
		return other
	}
	return drawn
}

func mutantNil(n int, err error) error {
	if err != nil && mutantIs(n) {
		return nil
	}
	return err
}

type mutantInteger interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

func mutantLess[T mutantInteger](n int, bound T) T {
	if mutantIs(n) {
		return bound - 1
	}
	return bound
}

func mutantMore[T mutantInteger](n int, bound T) T {
	if mutantIs(n) {
		return bound + 1
	}
	return bound
}

// mutantCount returns what a loop ranges over, and counts its iterations. What it
// ranges over is computed once: it may read from somewhere.
func mutantCount[T any](all *int, of T) T {
	*all = mutantLength(of)
	return of
}

// mutantLength returns how many iterations a range makes.
func mutantLength(of any) int {
	v := mutantReflect.ValueOf(of)
	switch {
	case v.CanInt():
		return int(v.Int())
	case v.Kind() == mutantReflect.Slice || v.Kind() == mutantReflect.Array || v.Kind() == mutantReflect.String || v.Kind() == mutantReflect.Map:
		return v.Len()
	case v.Kind() == mutantReflect.Pointer:
		return v.Elem().Len()
	}
	return -1
}
`

// overlay writes the mutated sources to a directory and returns the file that
// makes the go command read them instead.
func (p *pkg) overlay(directory string) (string, error) {
	root, err := filepath.Abs(p.root)
	if err != nil {
		return "", err
	}
	replace := map[string]string{}
	write := func(path, text string) error {
		to := filepath.Join(directory, strconv.Itoa(len(replace))+".go")
		replace[filepath.Join(root, path)] = to
		return os.WriteFile(to, []byte(text), 0o644)
	}
	for path, text := range p.mutated {
		if err := write(path, text); err != nil {
			return "", err
		}
	}
	if err := write(filepath.Join(p.scope.directory, "mutants_of_this_run.go"), "package "+p.name+switches); err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(directory, "overlay.json")
	return file, os.WriteFile(file, b, 0o644)
}
