package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// A sample of all changes of each file is refused, or means what it meant; the others are
// for make bytes-long.
func TestChangedFilesAreRefused(t *testing.T) {
	rare := 59999
	if testing.Short() {
		rare = 199999
	}
	for name, every := range map[string]int{
		"zk/bundle.zka": rare, "run/bundle.zka": rare, "zk/audit.zka": rare, "round/aggregate.zka": rare / 10, `zk/commit/part-000\.part`: rare / 2, `run/commit/part-000\.part`: rare / 2,
		"opening": 499, "trained.tflite": 499, "flowers.tflite": 499, "checkpoint": 499,
	} {
		o := &options{vectors: "../../testdata/vectors", files: name, slice: "1/1", every: every, workers: 2, quiet: true}
		totals, err := o.run(t.Context(), t.TempDir(), func(a attempt, what string) { t.Errorf("%v: %s", a, what) })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, total := range totals {
			if total.tried == 0 && !strings.HasSuffix(key, string(stated)) {
				t.Errorf("%s: nothing was tried", key)
			}
		}
	}
}

// A file whose digest is made right is read on, up to a proof that is of something else.
func TestStatedFilesAreReadOn(t *testing.T) {
	v, err := readVectors("../../testdata/vectors", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	subjects, err := v.subjects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, s := range subjects {
		text, want := "vectors", "segment 1 of 2"
		switch {
		case !slices.Contains(s.forms, stated):
			continue
		case strings.Contains(s.name, "round"):
			want = "its context is"
		case strings.Contains(s.name, "audit"):
			want = "claim"
		case strings.Contains(s.name, "part"):
			text, want = "rose", "certificate"
		}
		tried++
		at := bytes.Index(s.file, []byte(text))
		for f, says := range map[form]string{asItIs: "checksum", sealed: "", stated: want} {
			file, ok := f.close(change{at: at, what: write, value: s.file[at] + 1}.apply(f.open(s.file)), s.state)
			if !ok {
				t.Fatalf("%s: nothing to state", s.name)
			}
			_, err := s.read(t.Context(), t.TempDir(), file)
			if !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), says) || f == sealed && strings.Contains(err.Error(), want) {
				t.Errorf("%s, %s: %v", s.name, f, err)
			}
		}
	}
	if tried != 6 {
		t.Errorf("%d files", tried)
	}
}

// toy is a subject whose reader is given.
func toy(read func(file []byte) error) *subject {
	return &subject{
		name: "toy", file: []byte("toy file"), forms: []form{asItIs}, kinds: ofFiles(),
		read: func(_ context.Context, _ string, file []byte) (meaning [32]byte, err error) {
			copy(meaning[:], file[:min(3, len(file))])
			return meaning, read(file)
		},
	}
}

// The command finds what it is for: panics, errors without a kind, and changes of meaning
// that are accepted; and it passes over what is refused, or means the same.
func TestFaultsAreFound(t *testing.T) {
	kept := func(file []byte, prefix string) error {
		if strings.HasPrefix(string(file), prefix) {
			return nil
		}
		return fmt.Errorf("another file: %w", fault.ErrMalformed)
	}
	for name, test := range map[string]struct {
		read  func(file []byte) error
		finds bool
	}{
		"every change is refused": {func(file []byte) error { return kept(file, "toy file") }, false},
		"what is read is kept":    {func(file []byte) error { return kept(file, "toy") }, false},
		"something else":          {func([]byte) error { return nil }, true},
		"no kind": {func(file []byte) error {
			if kept(file, "toy file") != nil {
				return errors.New("no")
			}
			return nil
		}, true},
		"a panic": {func(file []byte) error {
			if len(file) == 7 {
				panic("seven bytes")
			}
			return kept(file, "toy")
		}, true},
	} {
		found := 0
		s := toy(test.read)
		j, err := newJudge(t.Context(), []*subject{s}, t.TempDir(), func(attempt, string) { found++ })
		if err != nil {
			t.Fatal(err)
		}
		w := workers{judge: j, options: &options{every: 1, workers: 1}, home: t.TempDir()}
		total := w.try([]block{{s, asItIs, 0}})
		if (found > 0) != test.finds {
			t.Errorf("%s: %d findings", name, found)
		}
		if total.tried < 100 {
			t.Errorf("%s: %d attempts", name, total.tried)
		}
	}
}

// What is done is kept for whole blocks, and slices share out all of them.
func TestResumed(t *testing.T) {
	s := toy(func([]byte) error { return nil })
	s.file = make([]byte, 5*blockPlaces)
	path := filepath.Join(t.TempDir(), "results")
	count := func(o *options) int {
		done, err := openResults(path)
		if err != nil {
			t.Fatal(err)
		}
		defer done.close()
		of, err := o.blocks([]*subject{s}, done)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range of["toy, "+string(asItIs)][:min(2, len(of["toy, "+string(asItIs)]))] {
			done.add(b, o.every)
		}
		return len(of["toy, "+string(asItIs)])
	}
	for i, test := range []struct {
		slice string
		every int
		want  int
	}{{"1/1", 7, 6}, {"1/1", 1, 6}, {"1/1", 1, 4}, {"2/2", 7, 1}, {"1/2", 7, 1}} {
		if got := count(&options{slice: test.slice, every: test.every, workers: 1}); got != test.want {
			t.Errorf("%d: %d blocks, want %d", i, got, test.want)
		}
	}
	for _, bad := range []string{"", "0/2", "3/2", "x"} {
		if _, err := (&options{slice: bad, every: 1, workers: 1}).blocks([]*subject{s}, nil); err == nil {
			t.Errorf("slice %q is taken", bad)
		}
	}
}
