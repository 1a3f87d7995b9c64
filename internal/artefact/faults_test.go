package artefact

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/zkaudit/zkaudit/internal/disk"
)

// Whatever fails while a file is replaced or a folder is made, what was there is there
// or what is to be, whole; the next call ends well, and nothing else is left.
func TestEveryOperationFails(t *testing.T) {
	for what, test := range map[string]struct {
		before string // what is at "out" or in "out/a/b"; "": nothing
		write  func(path string) error
		read   func(path string) (string, error)
	}{
		"file": {"old", func(path string) error { return WriteFile(path, []byte("new, and longer"), PrivateMode) }, content},
		"folder": {"", func(path string) error {
			return NewFolder(path, 0o755, func(dir string) error {
				if err := MakeFolder(filepath.Join(dir, "a"), 0o755); err != nil {
					return err
				}
				return errors.Join(WriteFile(filepath.Join(dir, "a", "b"), []byte("new, "), PublicMode), WriteFile(filepath.Join(dir, "c"), []byte("and longer"), PublicMode))
			})
		}, func(path string) (string, error) {
			first, err := content(filepath.Join(path, "a", "b"))
			if errors.Is(err, fs.ErrNotExist) {
				if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
					return "", nil
				}
			}
			second, other := content(filepath.Join(path, "c"))
			return first + second, errors.Join(err, other)
		}},
	} {
		for _, failure := range []string{"killed", "killed within", "fails", "fails within", "is done, and fails"} {
			for n, ended := 0, false; !ended; n++ {
				t.Run(fmt.Sprintf("%s/%s/%d", what, failure, n), func(t *testing.T) {
					dir := t.TempDir()
					path := filepath.Join(dir, "out")
					if test.before != "" {
						if err := os.WriteFile(path, []byte(test.before), PrivateMode); err != nil {
							t.Fatal(err)
						}
					}
					hit, err := failing(dir, failure, n, func() error { return test.write(path) })
					if ended = !hit; ended && (err != nil || n < 6) {
						t.Fatalf("%d operations: %v", n, err)
					}
					got, unread := test.read(path)
					if unread != nil || got != test.before && got != "new, and longer" || err == nil && got == test.before {
						t.Errorf("%v: there is %q, %v", err, got, unread)
					}
					if test.before != "" || got == "" {
						if err := test.write(path); err != nil {
							t.Errorf("again: %v", err)
						}
					} else {
						Sweep(dir)
					}
					if got, err := test.read(path); err != nil || got != "new, and longer" {
						t.Errorf("again: there is %q, %v", got, err)
					}
					assertOnlyFile(t, dir, "out")
				})
			}
		}
	}
}

func content(path string) (string, error) {
	text, err := os.ReadFile(path)
	return string(text), err
}

// errKilled is what a process that is killed leaves of an error.
var errKilled = errors.New("killed")

// failing runs f, of which operation n on a folder fails; hit tells whether there was
// one.
func failing(dir, failure string, n int, f func() error) (hit bool, err error) {
	done := -1
	die := func() { panic(errKilled) }
	end := disk.Intercept(dir, func(disk.Operation) disk.Fault {
		if done++; done < n {
			return disk.Fault{}
		}
		if hit = true; failure == "killed" || done > n && failure == "killed within" {
			die()
		}
		switch {
		case done > n:
			return disk.Fault{}
		case failure == "killed within":
			return disk.Fault{Err: syscall.EIO, Half: true, Then: die}
		}
		return disk.Fault{Err: syscall.EIO, Half: failure == "fails within", Done: failure == "is done, and fails"}
	})
	defer end()
	defer func() {
		if r := recover(); r != nil {
			err = errKilled
		}
	}()
	err = f()
	return hit, err
}
