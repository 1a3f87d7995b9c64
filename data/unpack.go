package data

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// maxZstdWindow is how far back a pack of zstd may refer whose text is shorter.
const maxZstdWindow = 8 << 20

// unpacker decompresses the many small packs that a file has. What takes memory for a
// window or a block is kept from one to the next: a stranger's pack of 20 bytes asks for
// megabytes.
type unpacker struct {
	z *zstd.Decoder
	l *lz4.Reader
}

// zstd decompresses what is called so to so many bytes, which are counted already.
func (u *unpacker) zstd(what string, packed []byte, size int) ([]byte, error) {
	if size > maxZstdWindow {
		z, err := newZstd(packed, size)
		if err != nil {
			return nil, malformed(what, "%v", err)
		}
		defer z.Close()
		return unpackExactly(what, z, size)
	}
	var err error
	if u.z == nil {
		u.z, err = newZstd(packed, maxZstdWindow)
	} else {
		err = u.z.Reset(bytes.NewReader(packed))
	}
	if err != nil {
		return nil, malformed(what, "%v", err)
	}
	return unpackExactly(what, u.z, size)
}

func newZstd(packed []byte, window int) (*zstd.Decoder, error) {
	return zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(window)), zstd.WithDecoderLowmem(true))
}

// lz4 decompresses a frame of LZ4 like zstd.
func (u *unpacker) lz4(what string, packed []byte, size int) ([]byte, error) {
	if u.l == nil {
		u.l = lz4.NewReader(bytes.NewReader(packed))
	} else {
		u.l.Reset(bytes.NewReader(packed))
	}
	return unpackExactly(what, u.l, size)
}

// unpackExactly reads so many bytes, which are all that there are. It takes memory as
// they come.
func unpackExactly(what string, r io.Reader, size int) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, int64(size)+1))
	switch {
	case err != nil:
		return nil, malformed(what, "unpacks to %d bytes, where %d are said: %s", len(b), size, fault.Text(err, nil))
	case len(b) != size:
		return nil, malformed(what, "unpacks to %d bytes, where %d are said", len(b), size)
	}
	return b, nil
}
