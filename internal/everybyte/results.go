package main

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
)

// results are the blocks that are done, kept in a file; nil keeps none.
type results struct {
	mutex sync.Mutex
	file  *os.File
	all   map[string]bool
}

// openResults reads the file at path, which need not be there.
func openResults(path string) (*results, error) {
	if path == "" {
		return nil, nil
	}
	r := &results{all: map[string]bool{}}
	old, err := os.Open(path)
	if err == nil {
		for lines := bufio.NewScanner(old); lines.Scan(); {
			r.all[lines.Text()] = true
		}
		err = old.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	r.file, err = os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	return r, err
}

// line names a block of a file with these bytes, wholly tried.
func line(b block) string {
	return fmt.Sprintf("%x %s %d", sha256.Sum256(b.file), b.key(), b.first)
}

func (r *results) has(b block) bool { return r != nil && r.all[line(b)] }

// add keeps that a block is done; one of which a sample was tried is not.
func (r *results) add(b block, every int) {
	if r == nil || every != 1 {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	fmt.Fprintln(r.file, line(b))
}

func (r *results) close() {
	if r != nil {
		r.file.Close()
	}
}
