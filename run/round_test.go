package run

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/proving"
)

// A round asks for memory and disk before models are opened, of the file system that its
// directory will be on, and writes no more than it has asked for.
func TestRoundAsksForRoom(t *testing.T) {
	for _, mode := range []string{"validity", "zk"} {
		t.Run(mode, func(t *testing.T) { roundAsks(t, mode) })
	}
}

func roundAsks(t *testing.T, mode string) {
	by, dirs := &owner.Averager{Rand: rand.Reader}, []string{}
	for range 2 {
		dir := small(t, func(c *Config) { c.Proof.Mode = mode })
		all(t, dir)
		c, err := aggregate.ContributionOf(bundleOf(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		by.Contributions, dirs = append(by.Contributions, c), append(dirs, dir)
	}
	d := open(t, dirs[0], nil)
	defer d.Close()
	j, err := d.Job()
	if err != nil {
		t.Fatal(err)
	}
	by.Setup, by.By = j.Setup, &proving.Prover{Setup: j.Setup, Rand: rand.Reader}

	place := t.TempDir()
	dir := filepath.Join(place, "rounds", "first")
	refused := func(limit memory.Limit, space artefact.Space, says string) {
		t.Helper()
		if err := RoundFits(dir, by, limit, space); !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), says) {
			t.Errorf("want a refusal that says %q: %v", says, err)
		}
	}
	refused(memory.Limit{Bytes: 1, By: "--max-memory"}, artefact.Free, "averaging 2 models of ")
	refused(memory.Limit{}, func(at string) (int64, bool) { return 0, at == place }, "the round writes about ")
	if err := RoundFits(place, by, memory.Limit{}, func(at string) (int64, bool) { return 0, at != place }); err != nil {
		t.Errorf("a directory that is there is on another file system: %v", err)
	}
	least := leastSpace(func(space artefact.Space) error { return RoundFits(dir, by, memory.Limit{}, space) })
	if least < smallFiles {
		t.Errorf("a round asks for %d bytes", least)
	}

	var model []byte
	for _, dir := range dirs {
		opened, sent, err := OpenTrained(dir, j.Setup, bundleOf(t, dir))
		if err != nil {
			t.Fatal(err)
		}
		by.Models, model = append(by.Models, opened), sent
	}
	f, global, err := by.Average(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteRound(dir, f, by.Contributions[0].Run.Network, global, model); err != nil {
		t.Fatal(err)
	}
	if n := bytesOf(t, dir); n > least {
		t.Errorf("a round asked for %d bytes and has written %d", least, n)
	}
	refusesWhatIsThere(t, dir, func() error { return WriteRound(dir, f, by.Contributions[0].Run.Network, global, model) })
}

// refusesWhatIsThere replaces the directory of a round by other things, none of which is
// touched when a round is to be written there.
func refusesWhatIsThere(t *testing.T, dir string, write func() error) {
	t.Helper()
	for _, c := range []struct {
		name string
		lay  func() error
	}{
		{"a round", func() error { return nil }},
		{"weights without a round", func() error { return os.Remove(filepath.Join(dir, RoundFile)) }},
		{"an empty folder", func() error { return errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)) }},
		{"a file", func() error { return errors.Join(os.RemoveAll(dir), os.WriteFile(dir, []byte("x"), 0o600)) }},
		{"a link to nothing", func() error { return errors.Join(os.RemoveAll(dir), os.Symlink("nowhere", dir)) }},
	} {
		if err := c.lay(); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{RefuseWritten(dir), write()} {
			if !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), dir+" is there already") {
				t.Errorf("%s: %v", c.name, err)
			}
		}
	}
}
