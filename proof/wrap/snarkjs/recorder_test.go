package snarkjs

import (
	"context"
	"errors"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof/mode"
)

func TestRecorderNumbersEachKind(t *testing.T) {
	r := &Recorder{proofs: []Named{{Name: "dataset-certificate"}, {Name: "segment"}, {Name: "segment"}}}
	want := []string{"dataset-certificate-001", "segment-001", "segment-002"}
	for i, p := range r.Proofs() {
		if p.Name != want[i] {
			t.Errorf("proof %d is called %s, want %s", i, p.Name, want[i])
		}
	}
}

func TestRecorderTakesGroth16Alone(t *testing.T) {
	r := &Recorder{}
	if err := r.Verify(context.Background(), mode.ZKPLONK, nil, nil, nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("PLONK: %v", err)
	}
	if n := len(r.Proofs()); n != 0 {
		t.Errorf("%d proofs recorded", n)
	}
}
