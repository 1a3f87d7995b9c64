package train

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func testRun(t *testing.T) *Run {
	t.Helper()
	p, _, _, _ := weightProgram()
	return &Run{Program: p, Rates: []int64{3, 3, 3, 3, 3}, Segment: 2, Initial: weightsOf(p)}
}

func TestSegmentsTileTheRun(t *testing.T) {
	for steps := 1; steps < 12; steps++ {
		for size := 1; size < 13; size++ {
			r := &Run{Rates: make([]int64, steps), Segment: size}
			next := 0
			for i := range r.Segments() {
				at := r.Range(i)
				if at.First != next || at.Count < 1 || at.Count > size || (at.Count < size && i != r.Segments()-1) {
					t.Fatalf("%d steps by %d: segment %d is %v", steps, size, i, at)
				}
				next += at.Count
			}
			if next != steps {
				t.Fatalf("%d steps by %d: %d are covered", steps, size, next)
			}
		}
	}
}

func TestCheckpointRoundTrip(t *testing.T) {
	run, dir := testRun(t), t.TempDir()
	c := NewCheckpoints(dir, run)
	for i := range 4 {
		w := run.Initial.Clone()
		for _, cells := range w {
			cells[0] += int64(i)
		}
		if err := c.Save(i, w); err != nil {
			t.Fatal(err)
		}
		got, err := NewCheckpoints(dir, run).Load(i)
		if err != nil {
			t.Fatal(err)
		}
		for id, cells := range w {
			if run.Program.Tensor(id).Name == "frozen" {
				cells = run.Initial[id] // not stored
			}
			if !slices.Equal(got[id], cells) {
				t.Fatalf("checkpoint %d: weight %q came back changed", i, run.Program.Tensor(id).Name)
			}
		}
		info, err := os.Stat(c.Path(i))
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() != c.size()+artefact.Overhead {
			t.Fatalf("file %v %v", info, err)
		}
		if last, err := c.Last(); last != i || err != nil {
			t.Fatalf("last is %d, %v, want %d", last, err, i)
		}
	}
}

func TestCheckpointRefusals(t *testing.T) {
	run, dir := testRun(t), t.TempDir()
	c := NewCheckpoints(dir, run)
	if err := c.Save(1, run.Initial); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(c.Path(1))
	if err != nil {
		t.Fatal(err)
	}
	frame := func(change func(payload []byte)) []byte {
		h, payload, err := artefact.Decode(good, checkpointKind, checkpointVersion)
		if err != nil {
			t.Fatal(err)
		}
		payload = bytes.Clone(payload)
		change(payload)
		return artefact.Encode(h, payload)
	}
	other := testRun(t)
	other.Rates[4] = 2
	otherBytes := artefact.Encode(artefact.Header{Kind: checkpointKind, Version: checkpointVersion, Statement: other.Digest()}, c.encode(1, run.Initial))
	version := func(v uint32) []byte {
		return artefact.Encode(artefact.Header{Kind: checkpointKind, Version: v, Statement: run.Digest()}, c.encode(1, run.Initial))
	}
	flipped := bytes.Clone(good)
	flipped[1000] ^= 4
	for _, test := range []struct {
		name string
		data []byte
		want error
	}{
		{"flipped bit", flipped, fault.ErrMalformed},
		{"truncated", good[:len(good)-9], fault.ErrMalformed},
		{"extended", append(bytes.Clone(good), 0), fault.ErrMalformed},
		{"empty", nil, fault.ErrMalformed},
		{"other index", frame(func(p []byte) { p[0] = 2 }), fault.ErrMalformed},
		{"other step", frame(func(p []byte) { p[8] = 3 }), fault.ErrMalformed},
		{"other count", frame(func(p []byte) { p[16] = 3 }), fault.ErrMalformed},
		{"other name", frame(func(p []byte) { p[32] = 'K' }), fault.ErrMalformed},
		{"longer name", frame(func(p []byte) { p[24]++ }), fault.ErrMalformed},
		{"name of 2^63 bytes", frame(func(p []byte) { p[31] = 0x80 }), fault.ErrMalformed},
		{"other size", frame(func(p []byte) { p[38]++ }), fault.ErrMalformed},
		{"weight of 2^62", frame(func(p []byte) { copy(p[46:], []byte{0, 0, 0, 0, 0, 0, 0, 0x40}) }), fault.ErrOverflow},
		{"other run", otherBytes, fault.ErrUsage},
		{"older version", version(checkpointVersion - 1), fault.ErrVersion},
		{"newer version", version(checkpointVersion + 1), fault.ErrVersion},
	} {
		if err := os.WriteFile(c.Path(1), test.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := c.Load(1)
		if !errors.Is(err, test.want) || !strings.Contains(err.Error(), "weights-000001.ckpt") || !strings.Contains(err.Error(), "zkaudit train") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := c.Load(0); !errors.Is(err, fault.ErrInput) {
		t.Errorf("missing: %v", err)
	}
	if err := os.WriteFile(c.Path(1), good, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Load(1); err != nil {
		t.Errorf("the good file: %v", err)
	}
	if err := os.Chmod(c.Path(1), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Load(1); !errors.Is(err, fault.ErrInput) {
		t.Errorf("readable by others: %v", err)
	}
}

// TestLastStopsAtAGap: a missing checkpoint hides the later ones, and the
// temporary file of a writer that died is none.
func TestLastStopsAtAGap(t *testing.T) {
	run, dir := testRun(t), t.TempDir()
	c := NewCheckpoints(dir, run)
	if last, err := c.Last(); last != -1 || err != nil {
		t.Fatalf("empty directory: %d, %v", last, err)
	}
	for _, i := range []int{0, 1, 3} {
		if err := c.Save(i, run.Initial); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, ".zkaudit-123.tmp"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if last, err := c.Last(); last != 1 || err != nil {
		t.Fatalf("last is %d, %v, want 1", last, err)
	}
}

func TestRunDigestBindsEverything(t *testing.T) {
	digest := testRun(t).Digest()
	for name, change := range map[string]func(r *Run){
		"program": func(r *Run) { r.Program.Name = "other" },
		"rate":    func(r *Run) { r.Rates[4]++ },
		"steps":   func(r *Run) { r.Rates = r.Rates[:4] },
		"segment": func(r *Run) { r.Segment++ },
		"data":    func(r *Run) { r.Data[31] = 1 },
		"weights": func(r *Run) { r.Initial[1][0]++ },
	} {
		r := testRun(t)
		change(r)
		if r.Digest() == digest {
			t.Errorf("another %s leaves the digest", name)
		}
	}
	if testRun(t).Digest() != digest {
		t.Error("the digest of one run varies")
	}
}

func FuzzCheckpoint(f *testing.F) {
	p, kernel, bias, frozen := weightProgram()
	p.Tensors[kernel].Axes[0].Size, p.Tensors[kernel].Axes[1].Size, p.Tensors[bias].Axes[0].Size = 2, 3, 3
	initial := Weights{kernel: {1, -2, 3, -4, 5, -6}, bias: {7, 8, -9}, frozen: make([]int64, 20)}
	c := NewCheckpoints(f.TempDir(), &Run{Program: p, Rates: []int64{1, 1, 1}, Segment: 2, Initial: initial})
	f.Add(c.encode(1, initial))
	f.Fuzz(func(t *testing.T, payload []byte) {
		w, err := c.decode(1, payload)
		if err == nil && !bytes.Equal(c.encode(1, w), payload) {
			t.Fatal("accepted bytes are not the canonical payload")
		}
	})
}
