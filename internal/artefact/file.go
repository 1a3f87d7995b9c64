package artefact

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

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
// others before it is complete.
func WriteFile(path string, data []byte, mode fs.FileMode) (err error) {
	dir := filepath.Dir(path)
	tmp, err := createTemporary(dir)
	if err != nil {
		return fileError("create", path, err)
	}
	defer func() {
		if err != nil {
			tmp.Close()
			os.Remove(tmp.Name())
		}
	}()
	if _, err := tmp.Write(data); err != nil {
		return fileError("write", path, err)
	}
	if err := tmp.Chmod(mode); err != nil {
		return fileError("set permissions of", path, err)
	}
	if err := tmp.Sync(); err != nil {
		return fileError("sync", path, err)
	}
	if err := putInPlace(tmp, path); err != nil {
		return fileError("rename", path, err)
	}
	return syncDir(dir, path)
}

func syncDir(dir, path string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fileError("open directory of", path, err)
	}
	defer d.Close()
	// Some file systems cannot sync a directory; the rename has happened.
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, syscall.ENOTSUP) {
		return fileError("sync directory of", path, err)
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
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		kind = fault.ErrResources
	}
	var named *fs.PathError
	if errors.As(err, &named) && named.Path == path { // said once
		err = named.Err
	}
	return fmt.Errorf("%s %s: %w: %w", action, path, kind, err)
}
