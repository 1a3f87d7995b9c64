package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Kind is what an operation does.
type Kind string

// The operations that change a disk.
const (
	Create      Kind = "create"
	Write       Kind = "write"
	Permit      Kind = "chmod"
	Sync        Kind = "sync"
	Rename      Kind = "rename"
	Remove      Kind = "remove"
	MakeFolder  Kind = "mkdir"
	SyncFolder  Kind = "sync folder"
	OpenForLock Kind = "open lock"
)

// File is an open file that can be written, or an open folder.
type File struct{ f *os.File }

// CreateTemporary makes a file in dir, readable by its owner alone, whose name
// follows pattern as in os.CreateTemp.
func CreateTemporary(dir, pattern string) (*File, error) {
	return opened(Create, filepath.Join(dir, pattern), func() (*os.File, error) { return os.CreateTemp(dir, pattern) })
}

// CreateFolder makes a folder in dir, for its owner alone, whose name follows pattern
// as in os.MkdirTemp, and opens it.
func CreateFolder(dir, pattern string) (*File, error) {
	return opened(MakeFolder, filepath.Join(dir, pattern), func() (*os.File, error) {
		path, err := os.MkdirTemp(dir, pattern)
		if err != nil {
			return nil, err
		}
		return os.Open(path)
	})
}

// OpenLock opens the file at path to be locked, and makes it if there is none,
// readable by its owner alone.
func OpenLock(path string) (*File, error) {
	return opened(OpenForLock, path, func() (*os.File, error) { return os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) })
}

// OpenThere opens a file or folder that is there, to be locked. It changes nothing.
func OpenThere(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, syscall.EISDIR) {
		f, err = os.Open(path)
	}
	if err != nil {
		return nil, err
	}
	return held(path, f), nil
}

func opened(kind Kind, path string, open func() (*os.File, error)) (*File, error) {
	var f *os.File
	err := perform(kind, path, func() (err error) {
		f, err = open()
		return err
	}, nil)
	if err != nil {
		if f != nil { // it was opened, and is said to have failed
			f.Close()
		}
		return nil, err
	}
	return held(path, f), nil
}

// Name returns the file's path, as it was opened.
func (f *File) Name() string { return f.f.Name() }

// Write appends to what has been written.
func (f *File) Write(p []byte) (n int, err error) {
	err = perform(Write, f.Name(), func() error {
		n, err = f.f.Write(p)
		return err
	}, func() { _, _ = f.f.Write(p[:len(p)/2]) })
	return n, err
}

// Replace makes text the whole content of the file, in place.
func (f *File) Replace(text string) error {
	put := func(text string) error {
		_, err := f.f.WriteAt([]byte(text), 0)
		return errors.Join(err, f.f.Truncate(int64(len(text))))
	}
	return perform(Write, f.Name(), func() error { return put(text) }, func() { _ = put(text[:len(text)/2]) })
}

// Chmod gives the file exactly the permissions of mode, whatever the umask.
func (f *File) Chmod(mode fs.FileMode) error {
	return perform(Permit, f.Name(), func() error { return f.f.Chmod(mode) }, nil)
}

// Sync brings what has been written to the disk.
func (f *File) Sync() error {
	return perform(Sync, f.Name(), f.f.Sync, nil)
}

// Close closes the file, and frees its lock. It changes nothing.
func (f *File) Close() error { return f.f.Close() }

// Is reports whether the file is what path names now.
func (f *File) Is(path string) bool {
	open, err := f.f.Stat()
	if err != nil {
		return false
	}
	named, err := os.Lstat(path)
	return err == nil && os.SameFile(open, named)
}

// rename gives a file that is called from the name to, whatever had it.
func rename(from, to string) error {
	return perform(Rename, to, func() error { return os.Rename(from, to) }, nil)
}

// RemoveFile removes the file at path; it is no error if there is none.
func RemoveFile(path string) error {
	err := perform(Remove, path, func() error { return os.Remove(path) }, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// RemoveTree removes what is at path, and all that is in it; it is no error if
// there is nothing.
func RemoveTree(path string) error {
	return perform(Remove, path, func() error { return os.RemoveAll(path) }, func() { removeHalf(path) })
}

// removeHalf is how far RemoveTree comes that is cut short.
func removeHalf(path string) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return
	}
	for _, e := range entries[:len(entries)/2] {
		_ = os.RemoveAll(filepath.Join(path, e.Name()))
	}
}

// MakeFolders makes the folder at path and those above it that are missing, and
// syncs the folder that each new one is in.
func MakeFolders(path string, mode fs.FileMode) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	above := filepath.Dir(path)
	if above != path {
		if err := MakeFolders(above, mode); err != nil {
			return err
		}
	}
	err := perform(MakeFolder, path, func() error { return os.Mkdir(path, mode) }, nil)
	if err != nil {
		if info, made := os.Stat(path); made == nil && info.IsDir() { // by another process, or by this one all the same
			err = nil
		}
	}
	if err != nil {
		return err
	}
	return SyncNames(above)
}

// SyncNames brings to the disk which files a folder has. It is no error where a
// file system cannot.
func SyncNames(dir string) error {
	err := perform(SyncFolder, dir, func() error {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		defer d.Close()
		return d.Sync()
	}, nil)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil
	}
	return err
}

// TemporaryFolder makes a folder where the system keeps what is temporary, whose
// name follows pattern as in os.MkdirTemp.
func TemporaryFolder(pattern string) (path string, err error) {
	err = perform(MakeFolder, filepath.Join(os.TempDir(), pattern), func() error {
		path, err = os.MkdirTemp("", pattern)
		return err
	}, nil)
	return path, err
}
