package verify

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/memory"
)

// ReadFile reads a stranger's file of at most `most` bytes, that takes `times` its
// size to decode. Errors wrap fault.ErrResources where that is more memory than
// limit, before it is read.
func ReadFile(path string, most, times, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err == nil && info.Mode().IsRegular() {
		var need memory.Need
		need.Add(fmt.Sprintf("what is decoded of its %d bytes", info.Size()), info.Size(), times)
		if err := need.Check("reading "+path, limit); err != nil {
			return nil, err
		}
	}
	return artefact.ReadFile(path, most)
}

// HeaderOf reads the beginning of a file, from which it follows how large it may
// be, and returns the header if it is that of an artefact.
func HeaderOf(path string) (h artefact.Header, is bool, err error) {
	info, err := os.Stat(path) // before opening: opening a pipe would wait for its writer
	if err == nil && !info.Mode().IsRegular() {
		return h, false, fmt.Errorf("read %s: not a regular file: %w", path, fault.ErrInput)
	}
	f, err := os.Open(path)
	if err != nil {
		return h, false, fmt.Errorf("open %s: %w: %w", path, fault.ErrInput, err)
	}
	defer f.Close()
	head := make([]byte, artefact.Overhead)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return h, false, fmt.Errorf("read %s: %w: %w", path, fault.ErrInput, err)
	}
	h, malformed := artefact.DecodeHeader(head[:n])
	return h, malformed == nil, nil
}

// ReadBundle reads a bundle, given how much memory may be taken and what says of
// another kind of file what it is. What is recognised as one and is damaged counts
// as false.
func ReadBundle(path string, limit int64, another func(path string, data []byte, want string) error) (*bundle.Bundle, error) {
	data, err := ReadFile(path, bundle.MaxBytes, bundle.BytesPerByte, limit)
	if err != nil {
		return nil, err
	}
	if !bundle.Recognised(data) {
		return nil, another(path, data, "a bundle")
	}
	b, err := bundle.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, fault.Verdict(err))
	}
	return b, nil
}

// ReadParts reads files of parts.
func ReadParts(paths []string) ([]*bundle.PartFile, error) {
	var parts []*bundle.PartFile
	for _, path := range paths {
		p, err := bundle.ReadPart(path)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// Compared refuses to call valid what nobody has compared, unless told to. pins says
// which flags would.
func Compared(unpinned []string, wanted bool, pins string) error {
	if len(unpinned) == 0 || wanted {
		return nil
	}
	return fmt.Errorf("nobody has compared %s; %s, --unpinned does without: %w", strings.Join(unpinned, ", "), pins, fault.ErrUnpinned)
}
