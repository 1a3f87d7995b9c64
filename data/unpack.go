package data

import (
	"bytes"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// unpackZstd decompresses what is called so to so many bytes, which are counted already.
func unpackZstd(what string, packed []byte, size int) ([]byte, error) {
	z, err := zstd.NewReader(bytes.NewReader(packed), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(uint64(max(size, 8<<20))), zstd.WithDecoderLowmem(true))
	if err != nil {
		return nil, malformed(what, "%v", err)
	}
	defer z.Close()
	return unpackExactly(what, z, size)
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
