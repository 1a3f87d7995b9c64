package artefact

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	magic        = "zkaudit\x00"
	headerBytes  = 56
	trailerBytes = sha256.Size

	// Overhead is the number of bytes a frame adds to its payload.
	Overhead = headerBytes + trailerBytes
)

// Kind names what an artefact holds, in four printable ASCII characters.
type Kind [4]byte

// Header is what stands before the payload of an artefact.
type Header struct {
	Kind      Kind
	Version   uint32   // format version of this kind
	Statement [32]byte // digest of what the artefact is about
}

// Encode returns the framed payload.
func Encode(h Header, payload []byte) []byte {
	out := make([]byte, 0, len(payload)+Overhead)
	out = append(out, magic...)
	out = append(out, h.Kind[:]...)
	out = binary.BigEndian.AppendUint32(out, h.Version)
	out = append(out, h.Statement[:]...)
	out = binary.BigEndian.AppendUint64(out, uint64(len(payload)))
	out = append(out, payload...)
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}

// DecodeHeader reads the header alone, for tools that must first learn what a
// file is. It does not look at the payload or at the checksum.
func DecodeHeader(data []byte) (Header, error) {
	var h Header
	if len(data) < headerBytes {
		return h, fmt.Errorf("artefact header: %d bytes, want %d: %w", len(data), headerBytes, fault.ErrMalformed)
	}
	if string(data[:8]) != magic {
		return h, fmt.Errorf("artefact header: magic %q: %w", data[:8], fault.ErrMalformed)
	}
	copy(h.Kind[:], data[8:12])
	h.Version = binary.BigEndian.Uint32(data[12:16])
	copy(h.Statement[:], data[16:48])
	return h, nil
}

// otherProgram says what to do with a file of another format version.
func otherProgram(older bool) string {
	if older {
		return "an older zkaudit made it; use that one, or have it made again"
	}
	return "a newer zkaudit made it; use that one"
}

// Decode checks the frame of data and returns its header and payload; the
// payload aliases data. Errors wrap fault.ErrMalformed, except another format
// version of the right kind, which is fault.ErrVersion.
func Decode(data []byte, kind Kind, version uint32) (Header, []byte, error) {
	h, err := DecodeHeader(data)
	if err != nil {
		return h, nil, err
	}
	if h.Kind != kind {
		return h, nil, fmt.Errorf("artefact is of kind %q, want %q: %w", h.Kind[:], kind[:], fault.ErrMalformed)
	}
	if h.Version != version {
		return h, nil, fmt.Errorf("artefact %q has format version %d, want %d: %s: %w", kind[:], h.Version, version, otherProgram(h.Version < version), fault.ErrVersion)
	}
	if len(data) < Overhead {
		return h, nil, fmt.Errorf("artefact %q: truncated at %d bytes: %w", kind[:], len(data), fault.ErrMalformed)
	}
	n := binary.BigEndian.Uint64(data[48:56])
	if n != uint64(len(data)-Overhead) {
		return h, nil, fmt.Errorf("artefact %q: says %d payload bytes, has %d: %w", kind[:], n, len(data)-Overhead, fault.ErrMalformed)
	}
	end := len(data) - trailerBytes
	sum := sha256.Sum256(data[:end])
	if subtle.ConstantTimeCompare(sum[:], data[end:]) != 1 {
		return h, nil, fmt.Errorf("artefact %q: checksum does not match: %w", kind[:], fault.ErrMalformed)
	}
	return h, data[headerBytes:end], nil
}
