package artefact

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

var testHeader = Header{Kind: Kind{'t', 'e', 's', 't'}, Version: 3, Statement: [32]byte{1, 2, 3}}

func TestDecodeReturnsWhatEncodeFramed(t *testing.T) {
	for _, payload := range [][]byte{nil, {7}, bytes.Repeat([]byte{1, 2}, 500)} {
		h, got, err := Decode(Encode(testHeader, payload), testHeader.Kind, 3)
		if err != nil {
			t.Fatal(err)
		}
		if h != testHeader || !bytes.Equal(got, payload) {
			t.Fatalf("got %v %x", h, got)
		}
	}
}

func TestDecodeRefusesEveryChange(t *testing.T) {
	good := Encode(testHeader, []byte("payload"))
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		_, _, err := Decode(bad, testHeader.Kind, 3)
		if !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrVersion) {
			t.Fatalf("byte %d flipped: %v", i, err)
		}
		if _, _, err := Decode(good[:i], testHeader.Kind, 3); !errors.Is(err, fault.ErrMalformed) {
			t.Fatalf("truncated to %d: %v", i, err)
		}
	}
	if _, _, err := Decode(append(bytes.Clone(good), 0), testHeader.Kind, 3); !errors.Is(err, fault.ErrMalformed) {
		t.Fatalf("extended: %v", err)
	}
	for version, says := range map[uint32]string{2: "format version 3, want 2: a newer zkaudit made it", 4: "format version 3, want 4: an older zkaudit made it"} {
		if _, _, err := Decode(good, testHeader.Kind, version); !errors.Is(err, fault.ErrVersion) || errors.Is(err, fault.ErrMalformed) || !strings.Contains(err.Error(), says) {
			t.Errorf("other version: %v, want %q", err, says)
		}
	}
}

func TestWriteFileReplacesWholeAndKeepsMode(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	for _, mode := range []os.FileMode{PublicMode, PrivateMode} {
		if err := WriteFile(path, []byte(mode.String()), mode); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ReadFile(path, 100)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != mode || string(got) != mode.String() {
			t.Fatalf("mode %v, content %q", info.Mode(), got)
		}
	}
	assertOnlyFile(t, dir, "a")
}

func TestWriteFileDoesNotFollowSymlink(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.WriteFile(target, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(link, []byte("new"), PublicMode); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "old" {
		t.Fatalf("target became %q", got)
	}
}

func TestWriteFileFailureLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o755); err != nil {
		t.Fatal(err)
	}
	// The rename over a directory fails after the temporary file was written.
	err := WriteFile(filepath.Join(dir, "taken"), []byte("x"), PublicMode)
	if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "taken") {
		t.Fatalf("got %v", err)
	}
	assertOnlyFile(t, dir, "taken")
	if err := WriteFile(filepath.Join(dir, "no", "such"), nil, PublicMode); !errors.Is(err, fault.ErrInput) {
		t.Fatalf("missing directory: %v", err)
	}
}

// A full disk, or a quota that is used up, is a lack of resources; what else fails is not.
func TestFullDisk(t *testing.T) {
	for err, want := range map[error]int{syscall.ENOSPC: fault.ExitResources, syscall.EDQUOT: fault.ExitResources, syscall.EIO: fault.ExitInput, syscall.EROFS: fault.ExitInput} {
		got := fileError("write", "a", &fs.PathError{Op: "write", Path: "a", Err: err})
		if code := fault.ExitCode(got); code != want || !errors.Is(got, err) || strings.Count(got.Error(), "write a") != 1 {
			t.Errorf("%v: exit code %d, want %d: %v", err, code, want, got)
		}
	}
}

func TestReadFileLimitsAndPermissions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	if err := WriteFile(path, make([]byte, 10), PublicMode); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(path, 9); !errors.Is(err, fault.ErrMalformed) {
		t.Fatalf("over the limit: %v", err)
	}
	if _, err := ReadPrivateFile(path, 10); !errors.Is(err, fault.ErrInput) {
		t.Fatalf("readable by others: %v", err)
	}
	if err := os.Chmod(path, PrivateMode); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadPrivateFile(path, 10); err != nil || len(got) != 10 {
		t.Fatalf("private read: %v", err)
	}
	if _, err := ReadFile(dir, 10); !errors.Is(err, fault.ErrInput) {
		t.Fatalf("directory: %v", err)
	}
	if _, err := ReadFile(filepath.Join(dir, "missing"), 10); !errors.Is(err, fault.ErrInput) || !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("missing: %v", err)
	}
}

func assertOnlyFile(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Fatalf("directory holds %v, want only %s", entries, name)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(Encode(testHeader, []byte("payload")))
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, payload, err := Decode(data, testHeader.Kind, testHeader.Version)
		if err == nil && !bytes.Equal(Encode(h, payload), data) {
			t.Fatal("accepted bytes are not the canonical frame")
		}
	})
}
