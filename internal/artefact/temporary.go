package artefact

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/zkaudit/zkaudit/internal/disk"
)

// A file that is being written is called ".zkaudit-", digits, ".tmp", a folder that
// is being filled ends with ".new", and both are locked by the process that does so.
const (
	temporaryPrefix = ".zkaudit-"
	temporarySuffix = ".tmp"
	folderSuffix    = ".new"
)

// createTemporary makes a file to be written in dir, readable by its owner
// alone. Sweep leaves it in peace as long as it is open here.
func createTemporary(dir string) (*disk.File, error) {
	return lockedNew(func() (*disk.File, error) { return disk.CreateTemporary(dir, temporaryPrefix+"*"+temporarySuffix) })
}

// lockedNew makes a file or folder and locks it.
func lockedNew(create func() (*disk.File, error)) (*disk.File, error) {
	for {
		f, err := create()
		if err != nil {
			return nil, err
		}
		free, err := f.TryLock()
		// Where files cannot be locked, Sweep cannot either, and removes none.
		if err != nil || free && f.Is(f.Name()) {
			return f, nil
		}
		f.Close() // a sweep came between making and locking it
		_ = disk.RemoveTree(f.Name())
	}
}

// Sweep removes what processes that died while they wrote have left in dir:
// files named as WriteFile names them, and folders as NewFolder does, that nobody has
// locked, which it counts. Other folders in dir are not entered. What cannot be removed
// does no harm.
func Sweep(dir string) (removed int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if isTemporary(e) && removeDead(filepath.Join(dir, e.Name())) {
			removed++
		}
	}
	return removed
}

func isTemporary(e fs.DirEntry) bool {
	suffix := temporarySuffix
	if e.IsDir() {
		suffix = folderSuffix
	} else if !e.Type().IsRegular() {
		return false
	}
	digits, ok := strings.CutPrefix(e.Name(), temporaryPrefix)
	if !ok {
		return false
	}
	digits, ok = strings.CutSuffix(digits, suffix)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// removeDead removes a file or folder unless somebody has locked it: the system frees
// locks of processes that end, in whatever container they ran.
func removeDead(path string) (removed bool) {
	f, err := disk.OpenThere(path)
	if err != nil {
		return false
	}
	defer f.Close()
	free, err := f.TryLock()
	return err == nil && free && f.Is(path) && disk.RemoveTree(path) == nil
}

// TemporaryFolder makes a folder where the system keeps what is temporary, whose
// name follows pattern as in os.MkdirTemp. What a process that is killed leaves
// there is the system's to clear.
func TemporaryFolder(pattern string) (path string, remove func(), err error) {
	if path, err = disk.TemporaryFolder(pattern); err != nil {
		return "", nil, writeError("make a folder in", os.TempDir(), err)
	}
	return path, func() { _ = disk.RemoveTree(path) }, nil
}
