package data

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// idxBytes encodes an IDX file of unsigned bytes.
func idxBytes(cells []byte, axes ...uint32) []byte {
	b := []byte{0, 0, idxUnsignedByte, byte(len(axes))}
	for _, axis := range axes {
		b = binary.BigEndian.AppendUint32(b, axis)
	}
	return append(b, cells...)
}

func gzipped(t testing.TB, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func idxOptions(change func(*ArrayOptions)) ArrayOptions {
	o := ArrayOptions{ImagesName: "images", LabelsName: "labels", FractionBits: 8}
	if change != nil {
		change(&o)
	}
	return o
}

var (
	smallImages = idxBytes([]byte{0, 1, 127, 128, 254, 255, 3, 2, 1, 0, 10, 20}, 2, 2, 3)
	smallLabels = idxBytes([]byte{3, 0}, 2)
)

func TestReadIDX(t *testing.T) {
	for _, packed := range []bool{false, true} {
		images, labels := smallImages, smallLabels
		if packed {
			images, labels = gzipped(t, images), gzipped(t, labels)
		}
		d, err := ReadIDX(bytes.NewReader(images), bytes.NewReader(labels), idxOptions(nil))
		if err != nil {
			t.Fatal(err)
		}
		// b·256/255: 127.498, 128.502, 254.996, 256, …
		want := []int32{0, 1, 127, 129, 255, 256, 3, 2, 1, 0, 10, 20}
		if !slices.Equal(d.Features, want) || d.Rows != 2 || d.Width != 6 || !slices.Equal(d.Shape, []int{2, 3}) {
			t.Errorf("features %v, %d rows of %v", d.Features, d.Rows, d.Shape)
		}
		if !slices.Equal(d.Labels.Class, []int32{3, 0}) || !slices.Equal(d.Labels.Classes, []string{"0", "1", "2", "3"}) {
			t.Errorf("labels %+v", d.Labels)
		}
		if len(d.Source.Files) != 2 || d.Source.Files[1].Name != "labels" || len(d.Source.Files[0].SHA256) != 64 {
			t.Errorf("source %+v", d.Source)
		}
	}
}

func TestReadIDXOptions(t *testing.T) {
	d, err := ReadIDX(bytes.NewReader(smallImages), nil, idxOptions(func(o *ArrayOptions) { o.Scaling, o.FractionBits = ScaleNone, 7 }))
	if err != nil || d.Labels.Kind != None || !slices.Equal(d.Row(0), []int32{0, 128, 127 * 128, 128 * 128, 254 * 128, 255 * 128}) {
		t.Errorf("unscaled: %v, %v", d, err)
	}
	d, err = ReadIDX(bytes.NewReader(smallImages), bytes.NewReader(smallLabels), idxOptions(func(o *ArrayOptions) { o.Classes = 10 }))
	if err != nil || len(d.Labels.Classes) != 10 || d.Labels.Width() != 10 {
		t.Errorf("10 classes: %v, %v", d, err)
	}
}

func TestReadIDXErrors(t *testing.T) {
	change := func(b []byte, at int, value byte) []byte {
		b = bytes.Clone(b)
		b[at] = value
		return b
	}
	tests := map[string]struct {
		images, labels []byte
		change         func(*ArrayOptions)
		kind           error
		want           string
	}{
		"empty":             {nil, smallLabels, nil, fault.ErrMalformed, "images: ends within the header"},
		"magic":             {change(smallImages, 0, 1), smallLabels, nil, fault.ErrMalformed, "starts with 0100"},
		"floats":            {change(smallImages, 2, 0x0d), smallLabels, nil, fault.ErrMalformed, "type 0x0d"},
		"no axis":           {change(smallImages, 3, 0), smallLabels, nil, fault.ErrMalformed, "0 axes"},
		"many axes":         {change(smallImages, 3, 200), smallLabels, nil, fault.ErrMalformed, "200 axes"},
		"axis 0":            {change(smallImages, 11, 0), smallLabels, nil, fault.ErrMalformed, "axis 1 has length 0"},
		"truncated header":  {smallImages[:9], smallLabels, nil, fault.ErrMalformed, "ends within the header"},
		"truncated cells":   {smallImages[:20], smallLabels, nil, fault.ErrMalformed, "4 cells of 12 declared"},
		"bytes after":       {append(bytes.Clone(smallImages), 0), smallLabels, nil, fault.ErrMalformed, "bytes after the 12 cells"},
		"overflowing axes":  {idxBytes(nil, 1<<31, 1<<31, 4), smallLabels, nil, fault.ErrResources, "declares more than"},
		"over the limit":    {smallImages, smallLabels, func(o *ArrayOptions) { o.MaxBytes = 27 }, fault.ErrResources, "declares more than"},
		"too many cells":    {idxBytes(nil, 1<<31), smallLabels, func(o *ArrayOptions) { o.MaxBytes = 1 << 40 }, fault.ErrResources, "more than 268435456 cells"},
		"header over limit": {smallImages, smallLabels, func(o *ArrayOptions) { o.MaxBytes = 3 }, fault.ErrResources, "more than 3 bytes"},
		"one axis":          {smallLabels, smallLabels, nil, fault.ErrInput, "images: 1 axes"},
		"labels too few":    {smallImages, idxBytes([]byte{1}, 1), nil, fault.ErrInput, "labels: 1 labels for 2 records of images"},
		"labels too many":   {smallImages, idxBytes([]byte{1, 2, 3}, 3), nil, fault.ErrInput, "labels: 3 labels for 2 records"},
		"labels are images": {smallImages, smallImages, nil, fault.ErrInput, "labels: 3 axes, want one label"},
		"labels malformed":  {smallImages, smallLabels[:5], nil, fault.ErrMalformed, "labels: ends within the header"},
		"label range":       {smallImages, smallLabels, func(o *ArrayOptions) { o.Classes = 3 }, fault.ErrInput, "labels: record 0: label 3, there are 3 classes"},
		"overflow": {smallImages, smallLabels, func(o *ArrayOptions) { o.Scaling = ScaleNone }, fault.ErrOverflow,
			"images: record 0, cell 3: value 128 does not fit format s16.8: lower formats.feature below 8, or scale to [0, 1]"},
		"fraction bits": {smallImages, smallLabels, func(o *ArrayOptions) { o.FractionBits = 15 }, fault.ErrUsage, "15 fraction bits"},
		"classes":       {smallImages, smallLabels, func(o *ArrayOptions) { o.Classes = 257 }, fault.ErrUsage, "257 classes"},
		"scaling":       {smallImages, smallLabels, func(o *ArrayOptions) { o.Scaling = 2 }, fault.ErrUsage, "scaling 2"},
	}
	for name, tt := range tests {
		for _, packed := range []bool{false, true} {
			images, labels := tt.images, tt.labels
			if packed {
				images, labels = gzipped(t, images), gzipped(t, labels)
			}
			d, err := ReadIDX(bytes.NewReader(images), bytes.NewReader(labels), idxOptions(tt.change))
			if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%s (packed %t): %v, want %v with %q (%v)", name, packed, err, tt.kind, tt.want, d)
			}
		}
	}
}

// TestGzipBomb: a small file that unpacks to more than it declares is stopped
// at the first byte too many, one that declares too much before any is read.
func TestGzipBomb(t *testing.T) {
	filler := make([]byte, 4<<20) // does not compress
	rng := rand.NewChaCha8([32]byte{})
	if _, err := rng.Read(filler); err != nil {
		t.Fatal(err)
	}
	bomb := gzipped(t, append(bytes.Clone(smallImages), filler...))
	counted := &counter{r: bytes.NewReader(bomb)}
	if _, err := ReadIDX(counted, nil, idxOptions(nil)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("undeclared bytes: %v", err)
	}
	if counted.n > len(bomb)/8 {
		t.Errorf("read %d of %d bytes before stopping", counted.n, len(bomb))
	}
	if _, err := ReadIDX(bytes.NewReader(gzipped(t, idxBytes(nil, 1<<20, 1<<10))), nil, idxOptions(nil)); !errors.Is(err, fault.ErrResources) {
		t.Errorf("a gibibyte declared: %v", err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	declared := idxBytes([]byte{1}, 1<<14, 1<<14) // 256 MiB declared, one byte there
	if _, err := ReadIDX(bytes.NewReader(declared), nil, idxOptions(nil)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("declared and not there: %v", err)
	}
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; allocated > 1<<20 {
		t.Errorf("%d bytes allocated", allocated)
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestCorruptGzip(t *testing.T) {
	packed := gzipped(t, smallImages)
	for n := range packed {
		if _, err := ReadIDX(bytes.NewReader(packed[:n]), nil, idxOptions(nil)); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("first %d bytes: %v", n, err)
		}
	}
	sum := bytes.Clone(packed)
	sum[len(sum)-6] ^= 1 // CRC-32
	if _, err := ReadIDX(bytes.NewReader(sum), nil, idxOptions(nil)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("wrong checksum: %v", err)
	}
	if _, err := ReadIDX(bytes.NewReader(append(bytes.Clone(packed), "rest"...)), nil, idxOptions(nil)); !errors.Is(err, fault.ErrMalformed) {
		t.Errorf("bytes after the archive: %v", err)
	}
}

func FuzzReadIDX(f *testing.F) {
	f.Add(smallImages, smallLabels)
	f.Add(gzipped(f, smallImages), gzipped(f, smallLabels))
	f.Add(idxBytes(nil, 1<<31, 1<<31), smallLabels)
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		d, err := ReadIDX(bytes.NewReader(images), bytes.NewReader(labels), idxOptions(func(o *ArrayOptions) { o.MaxBytes = 1 << 20 }))
		if err != nil {
			if !errors.Is(err, fault.ErrMalformed) && !errors.Is(err, fault.ErrResources) && !errors.Is(err, fault.ErrInput) {
				t.Errorf("error of no kind: %v", err)
			}
			return
		}
		if err := d.Check(); err != nil {
			t.Error(err)
		}
	})
}

func ExampleReadIDX() {
	images := idxBytes([]byte{0, 255, 51, 102}, 2, 1, 2)
	labels := idxBytes([]byte{7, 1}, 2)
	d, err := ReadIDX(bytes.NewReader(images), bytes.NewReader(labels), ArrayOptions{FractionBits: DefaultFractionBits})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(d.Shape, d.Row(0), d.Row(1), d.Labels.Class)
	// Output: [1 2] [0 256] [51 102] [7 1]
}
