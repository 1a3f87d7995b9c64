package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/snappy"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// oldDictionary is how files of version 1 call the encoding of dictionaries, and of
// pages that number their values.
const oldDictionary = format.Encoding(2)

// parquetPages are the pages of a column in a group of rows.
type parquetPages struct {
	file       *parquetFile
	column     *parquetColumn
	codec      format.CompressionCodec
	rest       []byte
	left       int // rows
	dictionary [][]byte
}

// next reads the next page.
func (p *parquetPages) next() error {
	n, err := thriftLength(p.rest)
	if err != nil {
		return err
	}
	var h format.PageHeader
	if err := decodeThrift(p.rest[:n], &h); err != nil {
		return err
	}
	p.rest = p.rest[n:]
	if h.CompressedPageSize < 0 || h.UncompressedPageSize < 0 || int(h.CompressedPageSize) > len(p.rest) {
		return malformed("a page", "%d bytes, of %d that are there", h.CompressedPageSize, len(p.rest))
	}
	if err := p.file.spend(int64(h.UncompressedPageSize)); err != nil {
		return err
	}
	page := p.rest[:h.CompressedPageSize]
	p.rest = p.rest[h.CompressedPageSize:]
	switch {
	case h.Type == format.DictionaryPage && h.DictionaryPageHeader.Valid:
		return p.readDictionary(&h, page)
	case h.Type == format.DataPage && h.DataPageHeader.Valid:
		return p.readPage(&h, page)
	case h.Type == format.DataPageV2 && h.DataPageHeaderV2.Valid:
		return p.readPageV2(&h, page)
	case h.Type == format.IndexPage:
		return nil
	}
	return malformed("a page", "of type %d", h.Type)
}

// readDictionary reads the values that other pages number.
func (p *parquetPages) readDictionary(h *format.PageHeader, page []byte) error {
	d := &h.DictionaryPageHeader.V
	if p.dictionary != nil || d.Encoding != format.Plain && d.Encoding != oldDictionary {
		return malformed("a dictionary", "a second one, or of encoding %s", d.Encoding)
	}
	values, err := p.unpack(page, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	if d.NumValues < 0 || int(d.NumValues) > len(values) {
		return malformed("a dictionary", "%d values in %d bytes", d.NumValues, len(values))
	}
	next, err := p.column.plain(values)
	if err != nil {
		return err
	}
	p.dictionary = make([][]byte, d.NumValues)
	for i := range p.dictionary {
		if p.dictionary[i], err = next(); err != nil {
			return err
		}
	}
	return nil
}

// readPage reads a page of version 1: levels and values are packed together.
func (p *parquetPages) readPage(h *format.PageHeader, page []byte) error {
	d := &h.DataPageHeader.V
	values, err := p.unpack(page, int(h.UncompressedPageSize))
	if err != nil {
		return err
	}
	var present func() (uint32, error)
	if p.column.optional {
		if d.DefinitionLevelEncoding != format.RLE {
			return input("its levels are encoded as %s: write it with a newer program", d.DefinitionLevelEncoding)
		}
		levels, after, err := prefixed(values)
		if err != nil {
			return err
		}
		present, values = (&runLengths{rest: levels, width: 1}).next, after
	}
	return p.take(int(d.NumValues), present, d.Encoding, values)
}

// readPageV2 reads a page of version 2, whose levels are not packed.
func (p *parquetPages) readPageV2(h *format.PageHeader, page []byte) error {
	d := &h.DataPageHeaderV2.V
	repetition, levels := int64(d.RepetitionLevelsByteLength), int64(d.DefinitionLevelsByteLength)
	if repetition < 0 || levels < 0 || repetition+levels > int64(len(page)) || repetition+levels > int64(h.UncompressedPageSize) {
		return malformed("a page", "levels of %d and %d bytes, of %d", repetition, levels, len(page))
	}
	values := page[repetition+levels:]
	if !d.IsCompressed.Valid || d.IsCompressed.V {
		var err error
		if values, err = p.unpack(values, int(int64(h.UncompressedPageSize)-repetition-levels)); err != nil {
			return err
		}
	}
	var present func() (uint32, error)
	if p.column.optional {
		present = (&runLengths{rest: page[repetition : repetition+levels], width: 1}).next
	}
	return p.take(int(d.NumValues), present, d.Encoding, values)
}

// take appends the cells of a page. present tells which there are; nil: all.
func (p *parquetPages) take(cells int, present func() (uint32, error), encoding format.Encoding, values []byte) error {
	if cells < 0 || cells > p.left {
		return malformed("a page", "%d cells, where %d rows are left", cells, p.left)
	}
	next, err := p.decoder(encoding, values, cells)
	if err != nil {
		return err
	}
	for range cells {
		if present != nil {
			level, err := present()
			if err != nil {
				return err
			}
			if level == 0 {
				if err := p.file.add(p.column, nil); err != nil {
					return err
				}
				continue
			}
		}
		value, err := next()
		if err == nil {
			err = p.file.add(p.column, value)
		}
		if err != nil {
			return err
		}
	}
	p.left -= cells
	return nil
}

// decoder returns what reads one value after the other, of at most so many.
func (p *parquetPages) decoder(encoding format.Encoding, values []byte, most int) (func() ([]byte, error), error) {
	c := p.column
	switch encoding {
	case format.Plain:
		return c.plain(values)
	case oldDictionary, format.RLEDictionary:
		if len(values) == 0 {
			return func() ([]byte, error) { return nil, malformed("a page", "fewer values than it says") }, nil
		}
		if values[0] > 32 {
			return nil, malformed("a page", "numbers of %d bits", values[0])
		}
		numbers := &runLengths{rest: values[1:], width: int(values[0])}
		return func() ([]byte, error) {
			i, err := numbers.next()
			if err == nil && int64(i) >= int64(len(p.dictionary)) {
				err = malformed("a page", "value %d of a dictionary of %d", i, len(p.dictionary))
			}
			if err != nil {
				return nil, err
			}
			return p.dictionary[i], nil
		}, nil
	case format.RLE:
		bits, _, err := prefixed(values)
		if err != nil || c.Type.V != format.Boolean {
			return nil, malformed("a page", "encoded as %s", encoding)
		}
		truths := &runLengths{rest: bits, width: 1}
		return func() ([]byte, error) {
			bit, err := truths.next()
			return []byte{byte(bit)}, err
		}, nil
	case format.ByteStreamSplit:
		return c.split(values)
	case format.DeltaBinaryPacked:
		return c.deltas(values)
	case format.DeltaLengthByteArray:
		return c.lengthsFirst(values, most, false)
	case format.DeltaByteArray:
		return c.lengthsFirst(values, most, true)
	}
	return nil, input("encoded as %s, which is not read: write the file with plain or dictionary encoding", encoding)
}

// unpack decompresses a page to so many bytes, which are counted already.
func (p *parquetPages) unpack(page []byte, size int) ([]byte, error) {
	var r io.Reader
	switch p.codec {
	case format.Uncompressed:
		if len(page) != size {
			return nil, malformed("a page", "%d bytes, where %d are said", len(page), size)
		}
		return page, nil
	case format.Snappy:
		if n, err := snappy.DecodedLen(page); err != nil || n != size {
			return nil, malformed("a page", "unpacks to %d bytes, where %d are said", n, size)
		}
		b, err := snappy.Decode(nil, page)
		if err != nil {
			return nil, malformed("a page", "%v", err)
		}
		return b, nil
	case format.Lz4Raw:
		b := make([]byte, size)
		if n, err := lz4.UncompressBlock(page, b); err != nil || n != size {
			return nil, malformed("a page", "unpacks to %d bytes, where %d are said", max(0, n), size)
		}
		return b, nil
	case format.Gzip:
		z, err := gzip.NewReader(bytes.NewReader(page))
		if err != nil {
			return nil, malformed("a page", "%v", err)
		}
		r = z
	case format.Brotli:
		r = brotli.NewReader(bytes.NewReader(page))
	case format.Zstd:
		return unpackZstd("a page", page, size)
	default:
		return nil, input("packed by %s, which is not read: write it with snappy, zstd, gzip, brotli, lz4_raw or none", p.codec)
	}
	return unpackExactly("a page", r, size)
}

// prefixed cuts off bytes that their length precedes.
func prefixed(b []byte) (those, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, malformed("a page", "ends early")
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if b = b[4:]; n > int64(len(b)) {
		return nil, nil, malformed("a page", "%d bytes of levels, of %d", n, len(b))
	}
	return b[:n], b[n:], nil
}
