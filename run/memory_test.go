package run

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/segment"
)

// What certifying takes does not grow with the part, but for its cells.
func TestLargePartsFit(t *testing.T) {
	for _, shape := range []segment.PartShape{
		{Rows: 60_000, Features: 784, Labels: 10, Kind: graph.OneHot},
		{Rows: 1_000_000, Features: 10, Labels: 1, Kind: graph.Values},
	} {
		need, err := certifying(shape, mode.ZKPLONK, 16)
		if err != nil {
			t.Fatal(err)
		}
		if need.Bytes() > 4<<30 {
			t.Errorf("%+v takes %s", shape, memory.Format(need.Bytes()))
		}
	}
}

// A commitment that does not fit is refused with the rows that would.
func TestCommitThatDoesNotFit(t *testing.T) {
	const rows, width = 1 << 14, 1 << 10
	big := piece{name: "part-000", rows: &data.Dataset{Rows: rows, Width: width, Labels: data.Labels{Kind: data.Values, Targets: 1}}}
	read := &dataset{train: []*data.Dataset{big.rows}}
	d := &Directory{Config: &Config{Proof: ProofConfig{Mode: string(mode.Validity), RowBits: 16}}}
	if err := d.fitsCommit(read, []piece{big}, graph.Values); err != nil {
		t.Errorf("no limit: %v", err)
	}
	small, err := certifying(segment.PartShape{Rows: rows / 4, Features: width, Labels: 1, Kind: graph.Values}, mode.Validity, 16)
	if err != nil {
		t.Fatal(err)
	}
	d.memory = memory.Limit{Bytes: small.Bytes(), By: "a test"}
	err = d.fitsCommit(read, []piece{big}, graph.Values)
	if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "parts of up to 4096 rows would fit") || !strings.Contains(err.Error(), "a test leaves") {
		t.Errorf("%v", err)
	}
	d.memory.Bytes = 1
	if err = d.fitsCommit(read, []piece{big}, graph.Values); !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "no part fits") {
		t.Errorf("%v", err)
	}
}

// Training that does not fit is refused with what would take less, reading with
// the table that is too long.
func TestTrainingAndReadingThatDoNotFit(t *testing.T) {
	dir := small(t, nil)
	d := open(t, dir, nil)
	defer d.Close()
	if _, err := d.Commit(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.fitsTraining(j); err != nil {
		t.Errorf("no limit: %v", err)
	}
	d.memory = memory.Limit{Bytes: memory.Base, By: "a test"}
	err = d.fitsTraining(j)
	if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "a training step") || !strings.Contains(err.Error(), "smaller batches") {
		t.Error(err)
	}
	err = FitsReading(dir, d.Config, d.memory)
	if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), "for the table") {
		t.Error(err)
	}
}

// What a packed table needs is told by its length before it was packed.
func TestUnpackedBytes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rows.csv.gz")
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(make([]byte, 100_000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := data.UnpackedBytes(path); err != nil || n != 100_000 {
		t.Errorf("%d bytes: %v", n, err)
	}
}
