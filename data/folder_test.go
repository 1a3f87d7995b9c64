package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/rowtest"
)

func pngOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// filled is a picture of one colour.
func filled(m interface {
	image.Image
	Set(x, y int, c color.Color)
}, c color.Color) image.Image {
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			m.Set(x, y, c)
		}
	}
	return m
}

func folderOf(files map[string][]byte) fstest.MapFS {
	folder := fstest.MapFS{}
	for name, b := range files {
		folder[name] = &fstest.MapFile{Data: b}
	}
	return folder
}

// TestFolderAsIDX: a folder of PNG gives the cells of the same pictures in IDX.
func TestFolderAsIDX(t *testing.T) {
	drawn := rowtest.Draw("0\n019\n250\n\n0\n900\n001\n\n1\n999\n123\n\n10\n000\n008\n")
	folder := filepath.Join(t.TempDir(), "pictures")
	if err := drawn.Write(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, ".DS_Store"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := FormatOf(folder); err != nil || f.Name != Folder {
		t.Errorf("told to be %s: %v", f.Name, err)
	}
	for _, o := range []ArrayOptions{{FractionBits: 8}, {FractionBits: 0, Scaling: ScaleNone}} {
		d, err := LoadArrays(Folder, folder, "", o)
		if err != nil {
			t.Fatal(err)
		}
		idx, err := ReadIDX(bytes.NewReader(idxBytes(drawn.Cells, 4, 2, 3)), bytes.NewReader(idxBytes([]byte{0, 0, 1, 2}, 4)), o)
		if err != nil {
			t.Fatal(err)
		}
		if idx.Labels.Classes = []string{"0", "1", "10"}; d.Digest() != idx.Digest() {
			t.Errorf("%v %v, as idx %v %v", d.Features, d.Labels, idx.Features, idx.Labels)
		}
	}
	one, err := LoadArrays(Folder, filepath.Join(folder, "1", "0002.png"), "", ArrayOptions{FractionBits: 8, Unlabelled: true})
	if err != nil || one.Rows != 1 || one.Features[0] != 256 {
		t.Errorf("one picture: %v", err)
	}
	if n, err := UnpackedBytes(folder); err != nil || n < int64(len(drawn.Cells)) {
		t.Errorf("%d bytes: %v", n, err)
	}
	before, err := Origin(folder, Folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(folder, "0", "0000.png"), filepath.Join(folder, "0", "z.png")); err != nil {
		t.Fatal(err)
	}
	if after, err := Origin(folder, Folder); err != nil || after != before {
		t.Errorf("another name, another origin: %v", err)
	}
	if err := os.Rename(filepath.Join(folder, "0", "z.png"), filepath.Join(folder, "1", "z.png")); err != nil {
		t.Fatal(err)
	}
	if after, err := Origin(folder, Folder); err != nil || after == before {
		t.Errorf("another class, the same origin: %v", err)
	}
}

// TestFolderPictures: kinds of pictures, and their order.
func TestFolderPictures(t *testing.T) {
	grey := filled(image.NewGray(image.Rect(0, 0, 2, 1)), color.Gray{Y: 51})
	red := color.NRGBA{R: 255, B: 51, A: 255}
	colours := []int32{256, 0, 51, 256, 0, 51}
	palette := filled(image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{red, color.Black}), red)
	for name, c := range map[string]struct {
		files map[string][]byte
		want  []int32
		shape []int
	}{
		"grey":    {map[string][]byte{"b/x.png": pngOf(t, grey), "a/y.jpg": jpegOf(t, grey)}, []int32{51, 51, 51, 51}, []int{1, 2}},
		"colours": {map[string][]byte{"a/x.PNG": pngOf(t, filled(image.NewNRGBA(image.Rect(0, 0, 2, 1)), red)), "b/x.png": pngOf(t, palette)}, append(slices.Clone(colours), colours...), []int{1, 2, 3}},
	} {
		d, err := ReadFolder(folderOf(c.files), ArrayOptions{FractionBits: 8})
		if err != nil || !slices.Equal(d.Features, c.want) || !slices.Equal(d.Shape, c.shape) || !slices.Equal(d.Labels.Classes, []string{"a", "b"}) || !slices.Equal(d.Labels.Class, []int32{0, 1}) {
			t.Errorf("%s: %v: %+v", name, err, d)
		}
	}
	files := folderOf(map[string][]byte{"a/x.png": pngOf(t, grey), "b/x.png": pngOf(t, grey)})
	d, err := ReadFolder(files, ArrayOptions{FractionBits: 8, Vocabulary: []string{"b", "c", "a"}})
	if err != nil || !slices.Equal(d.Labels.Class, []int32{2, 0}) || len(d.Labels.Classes) != 3 {
		t.Errorf("classes in another order: %v", err)
	}
	d, err = ReadFolder(folderOf(map[string][]byte{"x.png": pngOf(t, grey)}), ArrayOptions{FractionBits: 8, Unlabelled: true})
	if err != nil || d.Labels.Kind != None || d.Rows != 1 {
		t.Errorf("without classes: %v", err)
	}
}

// pngSaying returns the beginning of a PNG file that says it has such a size.
func pngSaying(width, height uint32) []byte {
	chunk := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	chunk = append(binary.BigEndian.AppendUint32(chunk, height), 8, 0, 0, 0, 0)
	b := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), chunk...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(chunk))
}

func TestFolderRefused(t *testing.T) {
	box := image.Rect(0, 0, 2, 1)
	grey := pngOf(t, filled(image.NewGray(box), color.Gray{Y: 51}))
	good := map[string][]byte{"a/x.png": grey}
	with := func(name string, b []byte) map[string][]byte { return map[string][]byte{"a/x.png": grey, name: b} }
	for name, c := range map[string]struct {
		files map[string][]byte
		says  string
		is    error
	}{
		"nothing":           {nil, "pictures: no pictures", fault.ErrInput},
		"in no class":       {with("y.png", grey), `pictures: "y.png" stands in no folder`, fault.ErrInput},
		"a folder within":   {with("a/b/y.png", grey), `"a/b": a folder within that of a class`, fault.ErrInput},
		"something else":    {with("a/notes.txt", grey), `"a/notes.txt": neither PNG nor JPEG by its name`, fault.ErrInput},
		"another size":      {with("b/y.png", pngOf(t, image.NewGray(image.Rect(0, 0, 1, 2)))), `"b/y.png": 1×2 pixels, grey, where "a/x.png" is 2×1 pixels, grey: scale all`, fault.ErrInput},
		"grey and colours":  {with("b/y.png", pngOf(t, filled(image.NewNRGBA(box), color.NRGBA{R: 1, A: 255}))), `2×1 pixels in colours, where "a/x.png" is 2×1 pixels, grey`, fault.ErrInput},
		"transparent":       {map[string][]byte{"a/x.png": pngOf(t, filled(image.NewNRGBA(box), color.NRGBA{R: 1, A: 128}))}, `"a/x.png": pixel 0, 0 is transparent`, fault.ErrInput},
		"16 bits":           {with("b/y.png", pngOf(t, image.NewGray16(box))), `"b/y.png": 16 bits for a colour`, fault.ErrInput},
		"damaged":           {with("b/y.png", grey[:len(grey)-20]), `"b/y.png": `, fault.ErrMalformed},
		"no picture":        {with("b/y.png", []byte("GIF89a")), `"b/y.png": `, fault.ErrMalformed},
		"empty":             {with("b/y.jpg", nil), `"b/y.jpg": `, fault.ErrMalformed},
		"a very large one":  {map[string][]byte{"a/x.png": pngSaying(1<<31-1, 1<<31-1)}, `"a/x.png": `, fault.ErrInput},
		"a large one":       {map[string][]byte{"a/x.png": pngSaying(100_000, 100_000)}, "100000×100000 pixels, at most 16777216 cells are read", fault.ErrResources},
		"large as said":     {with("b/y.png", pngSaying(2000, 2000)), `"b/y.png": 2000×2000 pixels, grey, where`, fault.ErrInput},
		"of another class":  {good, `"a/x.png": no class is called "a"`, fault.ErrInput},
		"a name that hides": {map[string][]byte{"\x1b[2J/x.txt": grey}, `"\x1b[2J/x.txt"`, fault.ErrInput},
	} {
		o := ArrayOptions{ImagesName: "pictures", FractionBits: 8}
		if name == "of another class" {
			o.Vocabulary = []string{"b"}
		}
		_, err := ReadFolder(folderOf(c.files), o)
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
	if _, err := LoadArrays(Folder, filepath.Join(t.TempDir(), "none"), "", ArrayOptions{}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no folder: %v", err)
	}
}

// TestFolderDamaged: a picture that is cut off anywhere is damaged.
func TestFolderDamaged(t *testing.T) {
	picture := filled(image.NewGray(image.Rect(0, 0, 3, 2)), color.Gray{Y: 51})
	for name, b := range map[string][]byte{"a/x.png": pngOf(t, picture), "a/x.jpg": jpegOf(t, picture)} {
		for n := range b {
			changed := bytes.Clone(b)
			changed[n] ^= 0xff
			d, err := ReadFolder(folderOf(map[string][]byte{name: changed}), ArrayOptions{FractionBits: 8})
			checkRead(t, d, err)
			d, err = ReadFolder(folderOf(map[string][]byte{name: b[:n]}), ArrayOptions{FractionBits: 8})
			if checkRead(t, d, err); err == nil && n < len(b)-16 {
				t.Errorf("%s: first %d of %d bytes are read", name, n, len(b))
			}
		}
	}
}

func FuzzReadFolder(f *testing.F) {
	grey := filled(image.NewGray(image.Rect(0, 0, 3, 2)), color.Gray{Y: 51})
	f.Add(pngOf(f, grey))
	f.Add(jpegOf(f, grey))
	f.Add(pngOf(f, filled(image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.Black, color.White}), color.White)))
	f.Add(pngSaying(1<<20, 16))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ReadFolder(folderOf(map[string][]byte{"a/x.png": b}), ArrayOptions{FractionBits: 8})
		checkRead(t, d, err)
	})
}
