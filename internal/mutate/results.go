package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// readRedundant reads the list of mutants that no test can kill: a mutant's
// key on a line, and below it, indented, the check that makes it redundant.
func readRedundant(path string) (map[string]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	listed := map[string]string{}
	key := ""
	for i, line := range strings.Split(string(b), "\n") {
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "\t"):
			if key == "" {
				return nil, fmt.Errorf("%s:%d: a reason without a mutant", path, i+1)
			}
			listed[key] += strings.TrimSpace(line)
		default:
			if key != "" && listed[key] == "" {
				return nil, fmt.Errorf("%s:%d: the mutant before has no reason", path, i+1)
			}
			key = line
			if _, twice := listed[key]; twice {
				return nil, fmt.Errorf("%s:%d: listed twice", path, i+1)
			}
			listed[key] = ""
		}
	}
	if key != "" && listed[key] == "" {
		return nil, fmt.Errorf("%s: the last mutant has no reason", path)
	}
	return listed, nil
}

// result is a line of the file that a run resumes from.
type result struct {
	Mutant, Package string // key, digest of the package
	Fate            fate
	By              string // the test that kills it
}

// results are those of earlier runs and of this one.
type results struct {
	file *os.File
	all  map[string]fate
}

func openResults(path string) (*results, error) {
	r := &results{all: map[string]fate{}}
	if path == "" {
		return r, nil
	}
	var err error
	if r.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(r.file)
	for lines.Scan() {
		var line result
		if json.Unmarshal(lines.Bytes(), &line) == nil { // a line cut short is tried again
			r.all[line.Package+line.Mutant] = line.Fate
		}
	}
	return r, lines.Err()
}

func (r *results) close() {
	if r.file != nil {
		r.file.Close()
	}
}

func (r *results) of(m *mutant, digest string) fate { return r.all[digest+m.key()] }

func (r *results) add(m *mutant, digest string, f fate, by string) error {
	if r.file == nil {
		return nil
	}
	b, err := json.Marshal(result{m.key(), digest, f, by})
	if err == nil {
		_, err = r.file.Write(append(b, '\n'))
	}
	return err
}

// packageDigest covers the Go files of a directory, tests included. What the
// package imports may have changed all the same: a full run starts afresh.
func packageDigest(directory string) (string, error) {
	entries, err := os.ReadDir(directory)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") {
			continue
		}
		f, err := os.Open(filepath.Join(directory, e.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintln(h, e.Name())
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
