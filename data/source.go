package data

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// DefaultMaxBytes is the limit on the bytes of a source, after decompression.
const DefaultMaxBytes = 1 << 30

// A compressed source may unfold to unfoldFree bytes, and unfoldTimes as many as
// it has. Tables and pictures unfold to 3 to 50 times their size, bombs to 1000.
const (
	unfoldFree  = 16 << 20
	unfoldTimes = 128
)

// source is a stream with a name, decompressed if it is gzip, that refuses to
// yield more than limit bytes and hashes the bytes of the file itself.
type source struct {
	name  string
	plain io.Reader
	file  *bufio.Reader
	hash  hash.Hash
	limit int64
	left  int64

	zipped bool
	packed int64 // bytes read of the file itself
	given  int64 // bytes yielded
}

// newSource starts reading r. A limit of 0 means DefaultMaxBytes.
func newSource(r io.Reader, name string, limit int64) (*source, error) {
	if name == "" {
		name = "input"
	}
	if limit == 0 {
		limit = DefaultMaxBytes
	}
	s := &source{name: name, hash: sha256.New(), limit: limit, left: limit}
	s.file = bufio.NewReaderSize(io.TeeReader(r, io.MultiWriter(s.hash, (*packed)(s))), 1<<16)
	s.plain = s.file
	magic, err := s.file.Peek(2)
	if err != nil && err != io.EOF {
		return nil, s.readError(err)
	}
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(s.file)
		if err != nil {
			return nil, s.readError(err)
		}
		s.plain, s.zipped = unzipped, true
	}
	return s, nil
}

// packed counts the bytes of the file itself.
type packed source

func (s *packed) Write(p []byte) (int, error) {
	s.packed += int64(len(p))
	return len(p), nil
}

// Read yields the decompressed bytes; one beyond the limit is
// fault.ErrResources, so that a small file cannot become a large one unnoticed.
func (s *source) Read(p []byte) (int, error) {
	if int64(len(p)) > s.left+1 {
		p = p[:s.left+1]
	}
	n, err := s.plain.Read(p)
	if int64(n) > s.left {
		return int(s.left), fmt.Errorf("%s: more than %d bytes: split it into parts, which are committed one by one: %w", s.name, s.limit, fault.ErrResources)
	}
	s.left -= int64(n)
	if s.given += int64(n); s.zipped && s.given > unfoldFree+unfoldTimes*s.packed {
		return 0, fmt.Errorf("%s: unfolds to more than %d times its size: decompress it yourself if it is meant to: %w", s.name, unfoldTimes, fault.ErrResources)
	}
	if err != nil && err != io.EOF {
		err = s.readError(err)
	}
	return n, err
}

// describe returns the file as read. Requires that it was read to its end.
func (s *source) describe() File {
	return File{Name: s.name, SHA256: hex.EncodeToString(s.hash.Sum(nil))}
}

func (s *source) readError(err error) error {
	if errors.Is(err, fault.ErrResources) {
		return err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: truncated: %w", s.name, fault.ErrMalformed)
	}
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) {
		return fmt.Errorf("%s: %v: %w", s.name, err, fault.ErrMalformed)
	}
	return fmt.Errorf("%s: %w: %w", s.name, err, fault.ErrInput)
}

// readFile calls read with the file at path and its name.
func readFile[T any](path string, read func(io.Reader, string) (T, error)) (T, error) {
	file, err := os.Open(path)
	if err != nil {
		var none T
		return none, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	defer file.Close()
	return read(file, path)
}
