package fault_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// read stands for a function that takes a stranger's bytes.
func read(f func()) (err error) {
	defer fault.Catch(&err, "bundle", fault.ErrMalformed)
	f()
	return nil
}

func outOfRange() {
	var cells []int
	_ = cells[len(cells)]
}

func TestCatch(t *testing.T) {
	var group fault.Group
	for name, f := range map[string]func(){
		"its own": outOfRange,
		"another goroutine's": func() {
			for range 3 {
				group.Go(outOfRange)
			}
			group.Wait()
		},
		"a goroutine's goroutine": func() {
			var outer fault.Group
			outer.Go(func() {
				var inner fault.Group
				inner.Go(outOfRange)
				inner.Wait()
			})
			outer.Wait()
		},
	} {
		err := read(f)
		if !errors.Is(err, fault.ErrMalformed) || !errors.Is(err, fault.ErrPanic) {
			t.Fatalf("%s: %v", name, err)
		}
		for _, part := range []string{"bundle: ", "bug of zkaudit", "report it", "fault_test.outOfRange (panic_test.go:", "index out of range"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q does not say %q", name, err, part)
			}
		}
	}
}

func TestCatchWithoutPanic(t *testing.T) {
	if err := read(func() {}); err != nil {
		t.Fatal(err)
	}
	late := func() (err error) {
		defer fault.Catch(&err, "bundle", fault.ErrMalformed)
		return fault.ErrVersion
	}
	if err := late(); err != fault.ErrVersion {
		t.Fatalf("an error came out as %v", err)
	}
}

// TestCatchEscapes panics with a stranger's text.
func TestCatchEscapes(t *testing.T) {
	err := read(func() { panic("name \x1b[2K" + strings.Repeat("x", 1000)) })
	if text := err.Error(); strings.Contains(text, "\x1b") || len(text) > 400 {
		t.Errorf("the text of a panic stands in an error as it is: %q", text)
	}
}

func TestGroupRunsAll(t *testing.T) {
	var group fault.Group
	cells := make([]int, 50)
	for i := range cells {
		group.Go(func() { cells[i] = i })
	}
	group.Wait()
	for i, x := range cells {
		if x != i {
			t.Fatalf("function %d has not run", i)
		}
	}
}

// TestPanicIsAVerdict: a file that makes the verifier panic is damaged; one that is
// none of ours is unreadable.
func TestPanicIsAVerdict(t *testing.T) {
	for kind, want := range map[error]int{fault.ErrMalformed: fault.ExitRejected, fault.ErrInput: fault.ExitInput} {
		err := func() (err error) {
			defer fault.Catch(&err, "file", kind)
			panic("here")
		}()
		if got := fault.ExitCode(fault.Verdict(err)); got != want {
			t.Errorf("%v: exit code %d, want %d", kind, got, want)
		}
	}
}
