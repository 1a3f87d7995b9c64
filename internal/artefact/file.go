package artefact

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/zkaudit/zkaudit/internal/disk"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// PublicMode and PrivateMode are the permissions of files anyone may read and
// of files that hold secrets.
const (
	PublicMode  fs.FileMode = 0o644
	PrivateMode fs.FileMode = 0o600
)

// WriteFile puts data at path as a whole or not at all. The file has exactly
// the permissions of mode, whatever the umask, and is never readable by
// others before it is complete. What processes that were killed have left
// unfinished in the same folder is removed.
func WriteFile(path string, data []byte, mode fs.FileMode) error {
	dir := filepath.Dir(path)
	Sweep(dir)
	tmp, err := createTemporary(dir)
	if err != nil {
		return writeError("create", path, err)
	}
	if _, err = tmp.Write(data); err != nil {
		err = writeError("write", path, err)
	} else {
		err = place(tmp, path, mode)
	}
	if err != nil {
		tmp.Close()
		_ = disk.RemoveTree(tmp.Name()) // or the next sweep does
	}
	return err
}

// place gives a temporary file or folder its permissions and its name, and closes it.
func place(tmp *disk.File, path string, mode fs.FileMode) error {
	if err := tmp.Chmod(mode); err != nil {
		return writeError("set permissions of", path, err)
	}
	if err := tmp.Sync(); err != nil {
		return writeError("sync", path, err)
	}
	if err := tmp.PutAt(path); err != nil {
		return writeError("rename", path, err)
	}
	if err := disk.SyncNames(filepath.Dir(path)); err != nil {
		return writeError("sync the folder of", path, err)
	}
	return nil
}

// NewFolder puts a folder at path that fill has filled, given where it is until then,
// whole or not at all. Requires that there is nothing at path. Errors are fill's and
// those of writing.
func NewFolder(path string, mode fs.FileMode, fill func(dir string) error) error {
	above := filepath.Dir(path)
	Sweep(above)
	tmp, err := lockedNew(func() (*disk.File, error) { return disk.CreateFolder(above, temporaryPrefix+"*"+folderSuffix) })
	if err != nil {
		return writeError("make the folder", path, err)
	}
	if err = fill(tmp.Name()); err == nil {
		err = place(tmp, path, mode)
	}
	if err != nil {
		tmp.Close()
		_ = disk.RemoveTree(tmp.Name()) // or the next sweep does
	}
	return err
}

// MakeFolder makes the folder at path, and those above it, where there is none.
func MakeFolder(path string, mode fs.FileMode) error {
	if err := disk.MakeFolders(path, mode); err != nil {
		return writeError("make the folder", path, err)
	}
	return nil
}

// Remove removes what is at path, a folder with all that is in it, if there is
// anything.
func Remove(path string) error {
	if err := disk.RemoveTree(path); err != nil {
		return writeError("remove", path, err)
	}
	return nil
}

// ReadFile reads the regular file at path and refuses more than limit bytes
// before allocating.
func ReadFile(path string, limit int64) ([]byte, error) {
	return readFile(path, limit, false)
}

// ReadPrivateFile is ReadFile for secrets: it also refuses a file that others
// than its owner may read or write.
func ReadPrivateFile(path string, limit int64) ([]byte, error) {
	return readFile(path, limit, true)
}

func readFile(path string, limit int64, private bool) ([]byte, error) {
	// Stat before opening: opening a pipe would wait for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, fileError("read", path, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: not a regular file: %w", path, fault.ErrInput)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError("open", path, err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, fileError("read", path, err)
	}
	if private && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("read %s: holds secrets and has mode %04o, want 0600: %w", path, info.Mode().Perm(), fault.ErrInput)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("read %s: %d bytes, at most %d allowed: %w", path, info.Size(), limit, fault.ErrMalformed)
	}
	data := make([]byte, info.Size())
	if _, err := io.ReadFull(f, data); err != nil {
		return nil, fileError("read", path, err)
	}
	if n, _ := f.Read(make([]byte, 1)); n != 0 {
		return nil, fmt.Errorf("read %s: grew while being read: %w", path, fault.ErrInput)
	}
	return data, nil
}

// fileError names the action and the kind of failure: a full disk is a lack
// of resources, everything else is input or output.
func fileError(action, path string, err error) error {
	kind := fault.ErrInput
	if full(err) {
		kind = fault.ErrResources
	}
	var named *fs.PathError
	if errors.As(err, &named) && named.Path == path { // said once
		err = named.Err
	}
	return fmt.Errorf("%s %s: %w: %w", action, path, kind, err)
}

// writeError is fileError of what could not be written, and says what to do.
func writeError(action, path string, err error) error {
	failed := fileError(action, path, err)
	switch {
	case full(err):
		return fault.Advise(failed, "make room there, and run the command again: what was done is kept")
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return fault.Advise(failed, "see that you can write there, and run the command again: what was done is kept")
	}
	return failed
}

// full reports whether a disk or a quota has no room left.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
