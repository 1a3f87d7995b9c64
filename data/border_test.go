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
		"CSV":               func() (*Dataset, error) { return ReadCSV(panics{}, CSVOptions{}) },
		"CSV as one before": func() (*Dataset, error) { return ReadCSVAs(panics{}, CSVFormat{}, encoding) },
		"IDX":               func() (*Dataset, error) { return ReadIDX(panics{}, nil, IDXOptions{}) },
	} {
		if _, err := attempt(); !errors.Is(err, fault.ErrInput) || !errors.Is(err, fault.ErrPanic) || fault.ExitCode(err) != fault.ExitInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}
