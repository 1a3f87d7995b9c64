package memory_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
)

func TestNeed(t *testing.T) {
	var n memory.Need
	if err := n.Check("verifying", memory.Base); err != nil {
		t.Error(err)
	}
	n.Add("weights", 1<<27, 8)
	n.Add("the order of rows", 1<<20, 4)
	if n.Bytes() != memory.Base+1<<30+4<<20 {
		t.Errorf("%d bytes", n.Bytes())
	}
	if err := n.Check("verifying", n.Bytes()); err != nil {
		t.Error(err)
	}
	err := n.Check("verifying", n.Bytes()-1)
	if !errors.Is(err, fault.ErrResources) || fault.ExitCode(err) != fault.ExitResources {
		t.Fatal(err)
	}
	for _, part := range []string{"verifying takes about 1.3 GiB", "1.0 GiB for weights, 4 MiB for the order of rows", "more than the 1.3 GiB", "--max-memory"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	n.Add("everything", math.MaxInt64, 1<<40)
	n.Add("everything", math.MaxInt64, 2)
	if n.Bytes() != math.MaxInt64 {
		t.Errorf("%d bytes", n.Bytes())
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]int64{"4GiB": 4 << 30, "512MiB": 512 << 20, " 1.5 G ": 3 << 29, "1M": 1 << 20, "1000": 1000} {
		if got, err := memory.Parse(text); err != nil || got != want {
			t.Errorf("%q: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GiB", "-1GiB", "0", "nan", "inf", "1e30GiB", "4 TB", "0x10", "4GiBGiB", "1_0"} {
		if got, err := memory.Parse(text); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}
