package run

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/scramble"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// FuzzOpeningStructure changes the recipe and the blinding of an opening, as a
// seller may hand to a trainer, and opens a part by it: the rows are read as it
// says. Nothing panics, memory stays within limits, and other rows or another
// opening do not open the part.
func FuzzOpeningStructure(f *testing.F) {
	dir := attributed(f, func(c *Config) { c.Test.Rows = 0 })
	d := open(f, dir, nil)
	if _, err := d.Commit(context.Background(), false); err != nil {
		f.Fatal(err)
	}
	setup, err := d.Setup()
	if err != nil {
		f.Fatal(err)
	}
	file, rows := d.file(commitDir, "north.part"), within(dir, d.Config.Data[0].File)
	part, err := bundle.ReadPart(file)
	if err != nil {
		f.Fatal(err)
	}
	good, err := owner.ReadPartOpening(d.file(commitDir, "north.opening"), part)
	if err != nil {
		f.Fatal(err)
	}
	v, changed := &mode.Verifier{Setup: setup.Verifier()}, filepath.Join(f.TempDir(), "changed.opening")
	if err := owner.CheckRows(context.Background(), setup, v, part, good, rows, ""); err != nil {
		f.Fatal(err)
	}
	scramble.Seeds(f)
	f.Fuzz(func(t *testing.T, seed []byte) {
		o := copyOf(t, good)
		scramble.Change(scramble.NewChoices(seed), o)
		if err := owner.WritePartOpening(changed, o); err != nil {
			t.Skip() // a text that JSON has not
		}
		size, err := os.Stat(changed)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		read, err := owner.ReadPartOpening(changed, part)
		if err == nil {
			err = owner.CheckRows(context.Background(), setup, v, part, read, rows, "")
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 256<<20+1000*uint64(size.Size()) {
			t.Errorf("an opening of %d bytes takes %d MiB", size.Size(), took>>20)
		}
		if errors.Is(err, fault.ErrPanic) {
			t.Fatal(err)
		}
		if err == nil && !slices.EqualFunc(read.Blinding, good.Blinding, slices.Equal) {
			t.Fatal("another opening opens the part")
		}
	})
}

// copyOf is an opening that shares no memory with another.
func copyOf(t *testing.T, o *owner.PartOpening) *owner.PartOpening {
	t.Helper()
	text, err := json.Marshal(&o.Recipe)
	if err != nil {
		t.Fatal(err)
	}
	again := &owner.PartOpening{Part: o.Part}
	if err := json.Unmarshal(text, &again.Recipe); err != nil {
		t.Fatal(err)
	}
	for _, scalars := range o.Blinding {
		again.Blinding = append(again.Blinding, slices.Clone(scalars))
	}
	return again
}

// TestOpeningsAreCounted: an opening whose recipe asks for more than its size is
// refused before it is decoded.
func TestOpeningsAreCounted(t *testing.T) {
	dir := small(t, func(c *Config) { c.Test.Rows = 0 })
	d := open(t, dir, nil)
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	part, err := bundle.ReadPart(d.file(commitDir, "part-000.part"))
	if err != nil {
		t.Fatal(err)
	}
	good, err := owner.ReadPartOpening(d.file(commitDir, "part-000.opening"), part)
	if err != nil {
		t.Fatal(err)
	}
	good.Recipe.Constants = make([]recipe.Constant, artefact.MaxObjects+1)
	path := filepath.Join(t.TempDir(), "x.opening")
	if err := owner.WritePartOpening(path, good); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.ReadPartOpening(path, part); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("%d constants: %v", len(good.Recipe.Constants), err)
	}
}

// TestNestedConfigIsRefused: run.toml may be a prover's.
func TestNestedConfigIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), ConfigFile)
	write(t, path, "x = "+strings.Repeat("{a=", 1<<14)+"1"+strings.Repeat("}", 1<<14))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := ReadConfig(path)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, fault.ErrUsage) || took > 1<<20 {
		t.Errorf("%d bytes taken: %v", took, err)
	}
}
