package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/train"
)

// Health is how far a run has come, and what is wrong with its files.
type Health struct {
	Committed bool `json:"committed"`
	Steps     int  `json:"steps"`   // of the whole run; 0 before it is committed
	Trained   int  `json:"trained"` // steps that checkpoints hold
	Proven    bool `json:"proven"`
	Swept     int  `json:"swept"` // files left half written by processes that were killed, which Open has removed
	// Problems are files that are damaged or do not belong to the run, or secrets that
	// others can read.
	Problems []error `json:"-"`
}

// Examine reads model, rows, checkpoints and proofs, looks for files that do not belong
// to the run, and at who can read what is private. It writes nothing. An error is one
// that keeps it from looking.
func (d *Directory) Examine() (*Health, error) {
	h := &Health{Swept: d.swept, Problems: d.exposed()}
	var c CommitRecord
	committed, err := d.readRecord(commitDir, &c)
	if err != nil || !committed {
		if _, _, unread := d.read(); unread != nil {
			h.Problems = append(h.Problems, unread)
		}
		return h, err
	}
	j, err := d.Job()
	if err != nil {
		h.Problems = append(h.Problems, err)
		return h, nil
	}
	h.Committed, h.Steps = true, j.Run.Steps()
	if err := h.trained(train.NewCheckpoints(d.file(trainDir), j.Run), j.Run); err != nil {
		h.Problems = append(h.Problems, err)
	}
	h.Problems = append(h.Problems, d.strangers(&c, j.Run.Segments())...)
	var p ProveRecord
	h.Proven, err = d.readRecord(proveDir, &p)
	return h, err
}

// trained counts the steps up to the last checkpoint that can be read.
func (h *Health) trained(c *train.Checkpoints, r *train.Run) error {
	last, err := c.Last()
	if err != nil {
		return err
	}
	for i := range last + 1 {
		if _, err := c.Load(i); err != nil {
			return err
		}
		if i > 0 {
			h.Trained += r.Range(i - 1).Count
		}
	}
	return nil
}

// exposed lists private files and directories that others than their owner can reach.
func (d *Directory) exposed() []error {
	var problems []error
	for _, name := range []string{modelFile, modelOpeningFile, commitDir, trainDir, proveDir} {
		info, err := os.Lstat(d.file(name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			problems = append(problems, fmt.Errorf("%w: %w", err, fault.ErrInput))
		case info.Mode().Perm()&0o077 != 0:
			problems = append(problems, fmt.Errorf("%s is private, and others can reach it (%v): chmod go= %s: %w", d.file(name), info.Mode().Perm(), d.file(name), fault.ErrInput))
		}
	}
	return problems
}
