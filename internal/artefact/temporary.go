package artefact

import (
	"os"
	"path/filepath"
	"strings"
)

// A file that is being written is called ".zkaudit-", digits, ".tmp", and is
// locked by the process that writes it.
const (
	temporaryPrefix = ".zkaudit-"
	temporarySuffix = ".tmp"
)

// createTemporary makes a file to be written in dir, readable by its owner
// alone. Sweep leaves it in peace as long as it is open here.
func createTemporary(dir string) (*os.File, error) {
	for {
		f, err := os.CreateTemp(dir, temporaryPrefix+"*"+temporarySuffix)
		if err != nil {
			return nil, err
		}
		free, err := tryFlock(f)
		// Where files cannot be locked, Sweep cannot either, and removes none.
		if err != nil || free && stillThere(f) {
			return f, nil
		}
		f.Close() // a sweep came between making and locking it
		os.Remove(f.Name())
	}
}

// stillThere reports whether an open file still has its name.
func stillThere(f *os.File) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(f.Name())
	return err == nil && os.SameFile(open, named)
}

// Sweep removes what processes that died while they wrote have left in dir:
// files named as WriteFile names them that nobody has locked. Folders in dir are
// not entered. What cannot be removed does no harm.
func Sweep(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && isTemporary(e.Name()) {
			removeDead(filepath.Join(dir, e.Name()))
		}
	}
}

func isTemporary(name string) bool {
	digits, ok := strings.CutPrefix(name, temporaryPrefix)
	if !ok {
		return false
	}
	digits, ok = strings.CutSuffix(digits, temporarySuffix)
	return ok && digits != "" && strings.Trim(digits, "0123456789") == ""
}

// removeDead removes a file unless somebody has locked it: the system frees
// locks of processes that end, in whatever container they ran.
func removeDead(path string) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer f.Close()
	if free, err := tryFlock(f); err == nil && free && stillThere(f) {
		_ = os.Remove(path)
	}
}
