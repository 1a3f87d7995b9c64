package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	"github.com/zkaudit/zkaudit/internal/artefact"
)

// change is one way to make another file of a file.
type change struct {
	at    int
	what  what
	value byte // of what is written
	add   []byte
}

// what is done at a place.
type what uint8

const (
	write   what = iota // another byte stands there
	leave               // the byte is left out
	end                 // the file ends before it
	extends             // bytes are added at the end
)

func (c change) String() string {
	switch c.what {
	case write:
		return fmt.Sprintf("byte %d written as %#02x", c.at, c.value)
	case leave:
		return fmt.Sprintf("byte %d left out", c.at)
	case end:
		return fmt.Sprintf("cut at %d", c.at)
	}
	return fmt.Sprintf("%d bytes %.8x… added", len(c.add), c.add)
}

// apply returns the changed file.
func (c change) apply(file []byte) []byte {
	switch c.what {
	case write:
		changed := bytes.Clone(file)
		changed[c.at] = c.value
		return changed
	case leave:
		return slices.Concat(file[:c.at], file[c.at+1:])
	case end:
		return bytes.Clone(file[:c.at])
	}
	return slices.Concat(file, c.add)
}

// values are what a byte becomes: each bit of it flipped, the ends of a range, its
// neighbour, a space.
func values(b byte) []byte {
	var list []byte
	for bit := range 8 {
		list = append(list, b^1<<bit)
	}
	for _, v := range []byte{0, 0xff, b + 1, ' '} {
		if v != b && !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// changesAt are all changes at a place; at the end of the file those that add to it.
func changesAt(file []byte, at int) iter.Seq[change] {
	return func(yield func(change) bool) {
		if at == len(file) {
			for _, more := range [][]byte{{0}, {0xff}, {' '}, make([]byte, 64), file} {
				if !yield(change{at: at, what: extends, add: more}) {
					return
				}
			}
			return
		}
		for _, v := range values(file[at]) {
			if !yield(change{at: at, what: write, value: v}) {
				return
			}
		}
		if yield(change{at: at, what: leave}) {
			yield(change{at: at, what: end})
		}
	}
}

// form is how much of a frame is made right after a change.
type form string

const (
	asItIs form = "as it is"
	sealed form = "sealed" // length and checksum
	stated form = "stated" // these, and the digest of what the file is about
)

// Where a frame has what it has (package artefact).
const (
	digestAt  = 16
	lengthAt  = 48
	payloadAt = 56
	sealBytes = sha256.Size
)

// open returns what of a file is changed in a form: all of it but a checksum that is
// made anew.
func (f form) open(file []byte) []byte {
	if f == asItIs {
		return file
	}
	return file[:len(file)-sealBytes]
}

// close makes a file of changed bytes; false where the form has nothing to make right
// that another form has not.
func (f form) close(changed []byte, state func(payload []byte) ([32]byte, bool)) ([]byte, bool) {
	if f == asItIs {
		return changed, true
	}
	if len(changed) < payloadAt {
		return nil, false
	}
	if f == stated {
		digest, ok := state(changed[payloadAt:])
		if !ok || bytes.Equal(digest[:], changed[digestAt:lengthAt]) {
			return nil, false
		}
		copy(changed[digestAt:], digest[:])
	}
	binary.BigEndian.PutUint64(changed[lengthAt:], uint64(len(changed)+sealBytes-artefact.Overhead))
	sum := sha256.Sum256(changed)
	return append(changed, sum[:]...), true
}
