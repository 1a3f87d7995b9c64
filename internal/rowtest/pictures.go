package rowtest

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
)

// Pictures are grey pictures of one size, with a class each.
type Pictures struct {
	Height, Width int
	Cells         []byte
	Class         []string
}

// Draw reads pictures that are drawn in a text: for each a line with its class, a line of
// digits for each row, ninths of white, and an empty line.
func Draw(text string) *Pictures {
	p := &Pictures{}
	for one := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		lines := strings.Fields(one)
		p.Class, p.Height, p.Width = append(p.Class, lines[0]), len(lines)-1, len(lines[1])
		for _, line := range lines[1:] {
			for _, digit := range line {
				p.Cells = append(p.Cells, byte(int(digit-'0')*255/9))
			}
		}
	}
	return p
}

// PNG returns a picture.
func (p *Pictures) PNG(i int) ([]byte, error) {
	m := image.NewGray(image.Rect(0, 0, p.Width, p.Height))
	for k := range p.Height * p.Width {
		m.SetGray(k%p.Width, k/p.Width, color.Gray{Y: p.Cells[i*p.Height*p.Width+k]})
	}
	var b bytes.Buffer
	err := png.Encode(&b, m)
	return b.Bytes(), err
}

// Write writes the pictures into a folder for each class. Pictures of a class keep their
// order.
func (p *Pictures) Write(folder string) error {
	for i, class := range p.Class {
		b, err := p.PNG(i)
		if err != nil {
			return err
		}
		within := filepath.Join(folder, class)
		if err := os.MkdirAll(within, 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(within, fmt.Sprintf("%04d.png", i)), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}
