package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// Every operation fails as it is asked to, in its own folder alone.
func TestIntercept(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	var seen []Kind
	end := Intercept(dir, func(o Operation) Fault {
		seen = append(seen, o.Kind)
		return Fault{Err: syscall.ENOSPC}
	})
	elsewhere, err := CreateTemporary(other, "x*")
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	fails := func(what string, err error) {
		t.Helper()
		var named *fs.PathError
		if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &named) || named.Path == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = CreateTemporary(dir, "x*")
	fails("create", err)
	_, err = OpenLock(filepath.Join(dir, "lock"))
	fails("open lock", err)
	fails("make folders", MakeFolders(filepath.Join(dir, "a", "b"), 0o700))
	fails("remove", RemoveFile(filepath.Join(dir, "a")))
	fails("remove tree", RemoveTree(filepath.Join(dir, "a")))
	fails("sync folder", SyncNames(dir))
	fails("rename", elsewhere.PutAt(filepath.Join(dir, "here")))
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("%v, %v", entries, err)
	}
	if want := []Kind{Create, OpenForLock, MakeFolder, Remove, Remove, SyncFolder, Rename}; !slices.Equal(seen, want) {
		t.Errorf("seen %q, want %q", seen, want)
	}
	end()
	if err := MakeFolders(filepath.Join(dir, "a", "b"), 0o700); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

// What fails in part has been done in part, what is done and said to fail is done.
func TestPartOfAnOperation(t *testing.T) {
	dir := t.TempDir()
	f, err := CreateTemporary(dir, "x*")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tree := filepath.Join(dir, "tree")
	for _, name := range []string{"a", "b", "c", "d"} {
		if err := errors.Join(MakeFolders(tree, 0o700), os.WriteFile(filepath.Join(tree, name), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	fault := Fault{Err: syscall.EIO, Half: true}
	defer Intercept(dir, func(Operation) Fault { return fault })()
	_, wrote := f.Write([]byte("12345678"))
	if text, err := os.ReadFile(f.Name()); !errors.Is(wrote, syscall.EIO) || err != nil || string(text) != "1234" {
		t.Errorf("%v: %q", wrote, text)
	}
	removed := RemoveTree(tree)
	if entries, err := os.ReadDir(tree); !errors.Is(removed, syscall.EIO) || err != nil || len(entries) != 2 {
		t.Errorf("%v: %v", removed, entries)
	}
	fault = Fault{Err: syscall.EIO, Done: true}
	if err := RemoveTree(tree); !errors.Is(err, syscall.EIO) {
		t.Errorf("removed: %v", err)
	}
	if _, err := os.Stat(tree); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if err := MakeFolders(filepath.Join(dir, "made"), 0o700); !errors.Is(err, syscall.EIO) { // of the sync after it
		t.Errorf("made: %v", err)
	}
	// A rename that the other side has carried out, and whose reply was lost.
	if err := f.PutAt(filepath.Join(dir, "named")); err != nil {
		t.Errorf("renamed: %v", err)
	}
}

// A test that plays a process that was killed leaves no lock behind.
func TestKilledFreesLocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	end := Intercept(filepath.Dir(path), func(o Operation) Fault {
		if o.Kind == Write {
			panic("killed")
		}
		return Fault{}
	})
	func() {
		defer func() { _ = recover() }()
		f, err := OpenLock(path)
		if err != nil {
			t.Fatal(err)
		}
		if free, err := f.TryLock(); !free || err != nil {
			t.Fatalf("%v, %v", free, err)
		}
		_ = f.Replace("1")
		t.Fatal("not killed")
	}()
	free := func() bool {
		t.Helper()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		file := File{f}
		defer file.Close()
		free, err := file.TryLock()
		if err != nil {
			t.Fatal(err)
		}
		return free
	}
	if free() {
		t.Error("the lock is free while the process lives")
	}
	if end(); !free() {
		t.Error("the lock is still held")
	}
}
