package data

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/bits"
)

// Origin identifies the rows of the file at path, of this format, however it is packed
// and, but for IDX, in whatever order they stand: equal rows give equal digests whatever
// integers are made of them. It blinds nothing: guesses of the rows can be tested
// against it. Errors are those of reading the file.
func Origin(path, format string) ([32]byte, error) {
	f, err := FormatNamed(format)
	if err != nil {
		return [32]byte{}, err
	}
	return f.origin(path)
}

func originOfLines(path string) ([32]byte, error) {
	return readFile(path, func(r io.Reader, name string) ([32]byte, error) {
		s, err := newSource(r, name, 0)
		if err != nil {
			return [32]byte{}, err
		}
		return s.lines()
	})
}

func originOfBytes(path string) ([32]byte, error) {
	return readFile(path, func(r io.Reader, name string) ([32]byte, error) {
		s, err := newSource(r, name, 0)
		if err != nil {
			return [32]byte{}, err
		}
		h := sha256.New()
		h.Write([]byte("zkaudit/origin/bytes/v1"))
		if _, err := io.Copy(h, s); err != nil {
			return [32]byte{}, err
		}
		return [32]byte(h.Sum(nil)), nil
	})
}

// lines is a digest of the multiset of lines that are not blank: SHA-256 of
// Σ SHA-256(line) mod 2^256.
func (s *source) lines() ([32]byte, error) {
	var sum [4]uint64
	for r := bufio.NewReaderSize(s, 1<<16); ; {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return [32]byte{}, err
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			add(&sum, sha256.Sum256(line))
		}
		if err != nil {
			break
		}
	}
	return closed("zkaudit/origin/lines/v1", sum), nil
}

// closed is a digest of a sum and of what it is a sum of.
func closed(what string, sum [4]uint64) [32]byte {
	b := []byte(what)
	for _, word := range sum {
		b = binary.LittleEndian.AppendUint64(b, word)
	}
	return sha256.Sum256(b)
}

// originOfRows is a digest of the multiset of rows, by their digests, and of what they
// are rows of.
func originOfRows(what string, rows iter.Seq[[32]byte]) [32]byte {
	var sum [4]uint64
	for row := range rows {
		add(&sum, row)
	}
	of := sha256.Sum256([]byte(what))
	return closed("zkaudit/origin/rows/v1"+string(of[:]), sum)
}

// originOfCells returns Origin of a format of tables that are not written as text:
// of names of columns, and cells as CSV would have them.
func originOfCells(format string) func(path string) ([32]byte, error) {
	return func(path string) ([32]byte, error) {
		s, err := readFile(path, func(r io.Reader, name string) (*sheet, error) {
			return readSheet(r, TableFormat{Name: name, Syntax: format})
		})
		if err != nil {
			return [32]byte{}, err
		}
		return originOfRows(fmt.Sprintf("table %q", s.names), func(yield func([32]byte) bool) {
			for row := range s.rows() {
				var cells []byte
				for column := range s.names {
					cell := s.cell(row, column)
					cells = append(binary.AppendUvarint(cells, uint64(len(cell))), cell...)
				}
				if !yield(sha256.Sum256(cells)) {
					return
				}
			}
		}), nil
	}
}

// add is addition modulo 2^256, least word first.
func add(sum *[4]uint64, x [32]byte) {
	carry := uint64(0)
	for i := range sum {
		sum[i], carry = bits.Add64(sum[i], binary.LittleEndian.Uint64(x[8*i:]), carry)
	}
}
