package demo

import (
	"encoding/binary"

	"github.com/zkaudit/zkaudit/internal/prg"
)

// Geometry of the pictures.
const (
	side                    = 13 // pixels a side
	glyphWidth, glyphHeight = 5, 7
	classes                 = 10
)

// font holds the ten digits, 5 by 7, a row per line.
func font() [classes][glyphHeight]string {
	return [classes][glyphHeight]string{
		{".###.", "#...#", "#..##", "#.#.#", "##..#", "#...#", ".###."},
		{"..#..", ".##..", "..#..", "..#..", "..#..", "..#..", ".###."},
		{".###.", "#...#", "....#", "...#.", "..#..", ".#...", "#####"},
		{".###.", "#...#", "....#", "..##.", "....#", "#...#", ".###."},
		{"...#.", "..##.", ".#.#.", "#..#.", "#####", "...#.", "...#."},
		{"#####", "#....", "####.", "....#", "....#", "#...#", ".###."},
		{"..##.", ".#...", "#....", "####.", "#...#", "#...#", ".###."},
		{"#####", "....#", "...#.", "..#..", ".#...", ".#...", ".#..."},
		{".###.", "#...#", "#...#", ".###.", "#...#", "#...#", ".###."},
		{".###.", "#...#", "#...#", ".####", "....#", "...#.", ".##.."},
	}
}

// digits draws pictures: each a digit in one of four places about
// the middle, in a random shade on a random ground, with noise on every pixel
// and one pixel in two hundred flipped.
func digits(count int) (pixels, labels []byte) {
	glyphs := font()
	s := prg.New("zkaudit/demo/digits/v1")
	for range count {
		label := int(s.Uint64n(classes))
		x0 := (side-glyphWidth)/2 + int(s.Uint64n(2))
		y0 := (side-glyphHeight)/2 + int(s.Uint64n(2))
		ink, ground := 170+int(s.Uint64n(60)), int(s.Uint64n(40))
		for y := range side {
			for x := range side {
				value := ground
				gx, gy := x-x0, y-y0
				inked := gx >= 0 && gx < glyphWidth && gy >= 0 && gy < glyphHeight && glyphs[label][gy][gx] == '#'
				if inked != (s.Uint64n(200) == 0) {
					value = ink
				}
				value += int(s.Uint64n(51)) - 25
				pixels = append(pixels, byte(max(0, min(255, value))))
			}
		}
		labels = append(labels, byte(label))
	}
	return pixels, labels
}

// idx frames bytes as an IDX file with the given sizes.
func idx(cells []byte, sizes ...int) []byte {
	out := []byte{0, 0, 8, byte(len(sizes))} // 8: unsigned bytes
	for _, n := range sizes {
		out = binary.BigEndian.AppendUint32(out, uint32(n))
	}
	return append(out, cells...)
}
