package data

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// UnpackedBytes returns about as many bytes as the rows in a file have as text, or its
// length where it is text, from what it says of itself. Errors are those of reading it.
func UnpackedBytes(path string) (int64, error) {
	f, err := FormatOf(path)
	if err != nil {
		return 0, err
	}
	if f.size != nil {
		return f.size(path)
	}
	return fileBytes(path)
}

// fileBytes returns the length of a file, or of what it unpacks to.
func fileBytes(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	if !strings.HasSuffix(path, ".gz") || info.Size() < 4 {
		return info.Size(), nil
	}
	var end [4]byte // of gzip: the length before it was packed
	if _, err := f.ReadAt(end[:], info.Size()-4); err != nil {
		return 0, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	return max(info.Size(), int64(binary.LittleEndian.Uint32(end[:]))), nil
}

// numpyBytes returns the length of an npy file, or of all that an npz file holds.
func numpyBytes(path string) (int64, error) {
	whole, err := fileBytes(path)
	if err != nil {
		return 0, err
	}
	archive, err := zip.OpenReader(path)
	if err != nil { // no zip file, or damaged: its reader says how
		return whole, nil
	}
	defer archive.Close()
	total := int64(0)
	for _, f := range archive.File {
		total += int64(min(f.UncompressedSize64, math.MaxInt32))
	}
	return max(whole, total), nil
}
