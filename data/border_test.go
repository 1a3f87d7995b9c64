package data

import (
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// panics is a reader with a bug.
type panics struct{}

func (panics) Read([]byte) (int, error) { panic("here") }

func TestPanicsAreCaught(t *testing.T) {
	encoding := &Encoding{Features: []Column{{Name: "a", Index: 1, Offset: "0", Scale: "1"}}}
	for name, attempt := range map[string]func() (*Dataset, error){
		"table":               func() (*Dataset, error) { return ReadTable(panics{}, TableOptions{}) },
		"table as one before": func() (*Dataset, error) { return ReadTableAs(panics{}, TableFormat{}, encoding) },
		"IDX":                 func() (*Dataset, error) { return ReadIDX(panics{}, nil, ArrayOptions{}) },
	} {
		if _, err := attempt(); !errors.Is(err, fault.ErrInput) || !errors.Is(err, fault.ErrPanic) || fault.ExitCode(err) != fault.ExitInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}
