package audit

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// TestPanicsAreCaught: a panic while an audit is verified comes out as an error
// that says it is malformed, and that it is a bug.
func TestPanicsAreCaught(t *testing.T) {
	w := newWorld(t)
	made, err := smallBundle(w.setup, embedder(t, 1, true, 2, 2), "[[claim]]\nkind = \"diversity\"\nparts = [\"p\"]\nattributes = [\"sex\"]\nmin_count = 1\n")
	if err != nil {
		t.Fatal(err)
	}
	b, err := Unmarshal(made)
	if err != nil {
		t.Fatal(err)
	}
	v := &mode.Verifier{Setup: w.setup.Verifier()}
	_, err = Verify(context.Background(), b, Expectation{}, v, Options{AllowInsecure: true, Progress: func(int, int) { panic("here") }})
	if !errors.Is(err, fault.ErrMalformed) || !errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), "report it") {
		t.Errorf("in the middle: %v", err)
	}
	if _, err = RunOf(&bundle.Bundle{}); !errors.Is(err, fault.ErrMalformed) || !errors.Is(err, fault.ErrPanic) {
		t.Errorf("a bundle without a statement: %v", err)
	}
}
