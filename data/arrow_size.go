package data

import (
	"encoding/binary"
	"io"
)

// maxArrowBytes is where estimates end, far above what any machine has.
const maxArrowBytes = 1 << 50

// arrowBytes estimates the text of a table from what its batches say: 8 bytes a cell, or
// what their buffers unpack to, and for cells that number the values of a dictionary as
// much as a value has on average.
func arrowBytes(path string) (int64, error) {
	whole, err := fileBytes(path)
	if err != nil {
		return 0, err
	}
	return readFile(path, func(r io.Reader, name string) (int64, error) {
		at, seeks := r.(io.ReaderAt)
		if !seeks {
			return whole, nil
		}
		f := &arrowFile{name: name, size: whole, at: func(from, n int64) ([]byte, error) {
			b := make([]byte, n)
			_, err := at.ReadAt(b, from)
			return b, err
		}}
		if err := f.describe(); err != nil {
			return whole, nil // packed as a whole, or its reader says what is wrong
		}
		return max(whole, f.textBytes()), nil
	})
}

// textBytes is arrowBytes of a file that is described. What cannot be read counts
// nothing: its reader says what is wrong.
func (f *arrowFile) textBytes() int64 {
	bytes, entries := map[*arrowVector]int64{}, map[*arrowVector]int64{}
	total := int64(0)
	for _, block := range f.entries {
		b, header, err := f.message(block, arrowDictionaryBatch)
		if err != nil {
			continue
		}
		dictionary := f.dictionaries[header.Int64(0, 0)]
		batch, err := f.newBatch(b, header.Table(1), block)
		if err != nil || dictionary == nil {
			continue
		}
		unpacked := batch.unpackedBytes()
		total = min(total+unpacked, maxArrowBytes)
		bytes[dictionary] = min(bytes[dictionary]+unpacked, maxArrowBytes)
		entries[dictionary] += int64(batch.rows)
	}
	each := int64(0) // bytes of a row besides those in its buffers
	for _, c := range f.columns {
		if n := entries[c.dictionary]; c.dictionary != nil && n > 0 {
			each = min(each+bytes[c.dictionary]/n, maxArrowBytes/maxSheetRows)
		}
	}
	for _, block := range f.batches {
		b, header, err := f.message(block, arrowRecordBatch)
		if err != nil {
			continue
		}
		batch, err := f.newBatch(b, header, block)
		if err != nil {
			continue
		}
		cells := int64(batch.rows) * int64(len(f.columns)) * 8
		total = min(total+max(cells, batch.unpackedBytes())+int64(batch.rows)*each, maxArrowBytes)
	}
	return total
}

// unpackedBytes is how many bytes all buffers of the batch have, once they are unpacked.
func (b *arrowBatch) unpackedBytes() int64 {
	total := int64(0)
	for len(b.buffers) > 0 {
		from, n, err := b.span()
		if err != nil {
			return total
		}
		if b.codec != arrowPlain && n >= 8 {
			head, err := b.file.at(from, 8)
			if err != nil {
				return total
			}
			n = max(n, int64(binary.LittleEndian.Uint64(head)))
		}
		total = min(total+n, maxArrowBytes)
	}
	return total
}
