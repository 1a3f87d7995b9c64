package bundle_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestPanicsAreCaught: a panic while a bundle or a part is verified comes out as
// an error that says it is malformed, and that it is a bug.
func TestPanicsAreCaught(t *testing.T) {
	m := first(t)
	part, v := commitPart(t, people())
	for name, attempt := range map[string]func() error{
		"in the middle of a verification": func() error {
			_, err := bundle.Verify(context.Background(), decode(t, m), bundle.Expectation{}, m.setup, bundle.Options{
				AllowInsecure: true, Progress: func(done, _ int) { panic("at proof \x1b[2K") },
			})
			return err
		},
		"a part of its structure is missing": func() error {
			_, err := (&bundle.Bundle{}).Facts()
			return err
		},
		"a part without its verifier": func() error {
			missing := *v
			missing.Setup = nil
			return part.Verify(context.Background(), &missing)
		},
	} {
		err := attempt()
		if !errors.Is(err, fault.ErrMalformed) || !errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), "report it") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %q", name, err)
		}
	}
}
