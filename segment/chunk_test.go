package segment_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/proof"
	"github.com/zkaudit/zkaudit/relation"
	"github.com/zkaudit/zkaudit/relation/naive"
	"github.com/zkaudit/zkaudit/segment"
)

func chunksOf(t *testing.T, shape segment.PartShape, rowBits int) []segment.Chunk {
	t.Helper()
	chunks, err := segment.Chunks(shape, rowBits)
	if err != nil {
		t.Fatal(err)
	}
	return chunks
}

// Whatever the shape, slices hold each committed row of each tensor once and
// each row of the part once, and a chunk is small.
func TestChunksCoverParts(t *testing.T) {
	shapes := []segment.PartShape{
		{Rows: 60_000, Features: 784, Labels: 10, Kind: graph.OneHot},
		{Rows: 60_000, Features: 784, Labels: 1, Kind: graph.Values},
		{Rows: 1_000_000, Features: 10, Labels: 1, Kind: graph.Values, Attributes: 3},
		{Rows: 1 << 26, Features: 1, Labels: 1, Kind: graph.Bits},
		{Rows: 33_000, Features: 1000, Labels: 1000, Kind: graph.OneHot, Attributes: 1024},
		{Rows: 80_000, Features: 784, Labels: 10, Kind: graph.OneHot}, // padding of two sizes
		{Rows: 3, Features: 1 << 25, Labels: 1, Kind: graph.Bits},
		{Rows: 1, Features: 1, Labels: 1, Kind: graph.Bits},
	}
	for rows := 1; rows < 70; rows++ {
		shapes = append(shapes, segment.PartShape{Rows: rows, Features: 5, Labels: 3, Kind: graph.OneHot, Attributes: rows % 3})
	}
	for _, shape := range shapes {
		for _, rowBits := range []int{1, 4, 16, 20, 22} {
			if shape.Rows > 1<<10 && rowBits < 16 {
				continue
			}
			coversPart(t, shape, rowBits)
		}
	}
}

func coversPart(t *testing.T, shape segment.PartShape, rowBits int) {
	t.Helper()
	widths := []int{shape.Features, shape.Labels, shape.Attributes}
	next, committed, real := [3]int{}, [3]int{}, [3]int{}
	for i, chunk := range chunksOf(t, shape, rowBits) {
		looked := 0
		for _, s := range chunk {
			width := relation.Axis{Size: widths[s.Tensor]}.Padded()
			from, to := s.CommittedRows(shape, rowBits)
			switch {
			case s.First != next[s.Tensor] || from != committed[s.Tensor] || to <= from:
				t.Fatalf("%+v, rows of 2^%d: chunk %d has %+v, committed rows %d to %d", shape, rowBits, i, s, from, to)
			case s.Rows&(s.Rows-1) != 0 || s.First%s.Rows != 0 || s.Real < 0 || s.Real > s.Rows:
				t.Fatalf("%+v: no aligned slice: %+v", shape, s)
			case s.Real > 0 && s.Real < s.Rows && s.First+s.Real != shape.Rows:
				t.Fatalf("%+v: padding inside the part: %+v", shape, s)
			}
			next[s.Tensor], committed[s.Tensor] = s.First+s.Rows, to
			if real[s.Tensor] += s.Real; s.Real > 0 {
				looked += s.Rows * width
			}
		}
		if limit := 1 << 25; looked > limit && len(chunk) > 1 {
			t.Errorf("%+v: chunk %d has %d cells", shape, i, looked)
		}
	}
	for tensor, width := range widths {
		if width == 0 {
			continue
		}
		rows := relation.Axis{Size: shape.Rows}
		all := max(1, rows.Padded()*relation.Axis{Size: width}.Padded()>>rowBits)
		if next[tensor] != rows.Padded() || real[tensor] != shape.Rows || committed[tensor] != all {
			t.Errorf("%+v, rows of 2^%d, tensor %d: %d rows, %d real, %d committed of %d", shape, rowBits, tensor, next[tensor], real[tensor], committed[tensor], all)
		}
	}
}

// What the documents state of known shapes.
func TestChunksOfKnownShapes(t *testing.T) {
	for _, c := range []struct {
		shape segment.PartShape
		want  int
	}{
		{segment.PartShape{Rows: 5_000, Features: 784, Labels: 10, Kind: graph.OneHot}, 1},
		{segment.PartShape{Rows: 1_000_000, Features: 10, Labels: 1, Kind: graph.Values}, 1},
		{segment.PartShape{Rows: 60_000, Features: 784, Labels: 10, Kind: graph.OneHot}, 4},
		{segment.PartShape{Rows: 33_000, Features: 1000, Labels: 1, Kind: graph.Values}, 3}, // labels beside padding
		{segment.PartShape{Rows: 55_000, Features: 784, Labels: 10, Kind: graph.OneHot}, 4},
		{segment.PartShape{Rows: 1_000_000, Features: 784, Labels: 10, Kind: graph.OneHot}, 63},
	} {
		chunks := chunksOf(t, c.shape, 16)
		if len(chunks) != c.want {
			t.Errorf("%+v: %d chunks, want %d", c.shape, len(chunks), c.want)
		}
		for _, chunk := range chunks {
			cert, err := segment.NewDatasetCertificate(c.shape, chunk)
			if err != nil {
				t.Fatal(err)
			}
			layout, err := proof.NewLayout(cert.Relation, 16, true)
			if err != nil {
				t.Fatal(err)
			}
			if layout.Log > 25 {
				t.Errorf("%+v: 2^%d leaves", c.shape, layout.Log)
			}
		}
	}
}

// A part of 540 rows of 5 features in committed rows of 2^1 cells: slices of
// 2^11 cells. Each lie about one cell breaks the certificate of one chunk.
func TestChunkedCertificate(t *testing.T) {
	const rows, rowBits = 540, 1
	shape := segment.PartShape{Rows: rows, Features: 5, Labels: 3, Kind: graph.OneHot, Attributes: 2}
	chunks := chunksOf(t, shape, rowBits)
	if len(chunks) < 3 {
		t.Fatalf("%d chunks", len(chunks))
	}
	honest := func() []relation.Cells {
		cells := []relation.Cells{{Small: make([]int32, 1024*8)}, {Small: make([]int32, 1024*4)}, {Small: make([]int32, 1024*2)}}
		for i := range rows {
			for c := range 5 {
				cells[0].Small[8*i+c] = int32(1000*c - i)
			}
			cells[1].Small[4*i+i%3] = 1
			cells[2].Small[2*i] = int32(i)
		}
		return cells
	}
	check := func(cells []relation.Cells) error {
		var all []error
		for i, chunk := range chunks {
			cert, err := segment.NewDatasetCertificate(shape, chunk)
			if err != nil {
				t.Fatal(err)
			}
			if err := naive.Check(cert.Relation, cert.Assign(cells)); err != nil {
				all = append(all, fmt.Errorf("chunk %d: %w", i, err))
			}
		}
		if len(all) > 1 {
			t.Errorf("one cell in %d chunks: %v", len(all), all)
		}
		return errors.Join(all...)
	}
	if err := check(honest()); err != nil {
		t.Fatal(err)
	}
	for name, lie := range map[string]struct {
		tensor, cell int
		value        int32
	}{
		"a feature too large":                  {0, 8*256 + 4, 1 << 15},
		"a feature too small, in the last row": {0, 8 * 539, -1<<15 - 1},
		"padding of a full slice's columns":    {0, 8*255 + 5, 1},
		"padding of the last slice's columns":  {0, 8*539 + 7, 1},
		"the first row that is none":           {0, 8 * 540, 1},
		"the last row of the last slice":       {0, 8*767 + 4, 1},
		"a slice of padding, first cell":       {0, 8 * 768, 1},
		"a slice of padding, last cell":        {0, 8*1023 + 7, 1},
		"no class":                             {1, 4*512 + 2, 0},
		"two classes":                          {1, 4*511 + 2, 1},
		"a class of padding":                   {1, 4 * 540, 1},
		"a class in the padding":               {1, 4*539 + 3, 1},
		"a label of two":                       {1, 4*520 + 1, 2},
		"a negative code":                      {2, 2 * 539, -1},
		"a code of padding":                    {2, 2*1023 + 1, 1},
	} {
		cells := honest()
		if cells[lie.tensor].Small[lie.cell] == lie.value {
			t.Fatalf("%s: no lie", name)
		}
		cells[lie.tensor].Small[lie.cell] = lie.value
		if err := check(cells); !errors.Is(err, fault.ErrRejected) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !slices.ContainsFunc(slices.Concat(chunks...), func(s segment.Slice) bool { return s.Real == 0 }) {
		t.Error("no slice of padding alone is certified")
	}
}
