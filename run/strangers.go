package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/train"
)

// strangers lists files in the directories of the stages that no stage of a run of so
// many segments makes or reads, and proofs that are damaged.
func (d *Directory) strangers(c *CommitRecord, segments int) []error {
	made := map[string][]string{commitDir: {record, encodingFile}, trainDir: {record}, proveDir: {record, certificateFile, queueDir}}
	for _, p := range slices.Concat(c.Parts, c.Tests) {
		made[commitDir] = append(made[commitDir], p.File, p.Name+".opening")
	}
	for i := range segments + 1 {
		made[trainDir] = append(made[trainDir], train.CheckpointName(i))
		made[proveDir] = append(made[proveDir], fmt.Sprintf(committedPattern, i))
		if i < segments {
			made[proveDir] = append(made[proveDir], fmt.Sprintf(proofPattern, i))
		}
	}
	var problems []error
	for _, stage := range []string{commitDir, trainDir, proveDir} {
		entries, err := os.ReadDir(d.file(stage))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, fmt.Errorf("%w: %w", err, fault.ErrInput))
		}
		for _, e := range entries {
			path := d.file(stage, e.Name())
			if !slices.Contains(made[stage], e.Name()) {
				problems = append(problems, fmt.Errorf("%s belongs to nothing in this run, which has %d segments: move it elsewhere, --restart removes it: %w", path, segments, fault.ErrInput))
			} else if stage == proveDir && e.Name() != record && e.Name() != queueDir {
				problems = appendError(problems, d.damaged(path))
			}
		}
	}
	return problems
}

// damaged returns an error if a file of proofs or committed weights, of whatever
// claim, cannot be read.
func (d *Directory) damaged(path string) (err error) {
	var none [32]byte // no claim's digest
	if filepath.Ext(path) == filepath.Ext(committedPattern) {
		_, err = d.loadWeights(path, none, nil, nil, nil)
	} else {
		_, err = d.loadProof(path, none)
	}
	return err
}

func appendError(list []error, err error) []error {
	if err == nil {
		return list
	}
	return append(list, err)
}
