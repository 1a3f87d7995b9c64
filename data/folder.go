package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	maxPictureBytes = 64 << 20 // of a file
	maxPictureCells = 1 << 24  // width × height × channels
)

// pictures are those of a folder, as bytes.
type pictures struct {
	name    string
	axes    []int    // height and width; and 3, red, green and blue
	cells   []byte   // one picture after the other
	files   []string // their names in the folder
	classes []string // what the folders in it are called, as found
	class   []int    // of each picture, by the order in which folders are found; -1: in none
	digest  [32]byte // of names and bytes of the files
}

// ReadFolder reads the pictures of a folder that has a folder for each class: PNG and
// JPEG, grey or in colours, all of one size. Classes are called as their folders, in the
// order of o.Vocabulary or sorted as vocabularies are; rows come by class as they are
// found, then by name of file. What begins with a point is skipped. If o.Unlabelled,
// pictures may stand in the folder itself.
//
// A pixel's byte b is the feature b/255, or b with ScaleNone; colours are red, green and
// blue. Those of PNG are exactly what the file has; of JPEG they are what image/jpeg
// makes of it. Errors are those of ReadIDX, and name the file.
func ReadFolder(folder fs.FS, o ArrayOptions) (_ *Dataset, err error) {
	defer fault.Catch(&err, "pictures", fault.ErrInput)
	if err := o.check(); err != nil {
		return nil, err
	}
	p, err := readPictures(folder, ".", o.ImagesName, o.Unlabelled)
	if err != nil {
		return nil, err
	}
	return p.dataset(&o)
}

// LoadFolder is ReadFolder of the folder at this path, or of the one picture there.
func LoadFolder(folder, _ string, o ArrayOptions) (*Dataset, error) {
	p, err := loadPictures(folder, o.Unlabelled)
	if err != nil {
		return nil, err
	}
	return p.dataset(&o)
}

func loadPictures(folder string, unlabelled bool) (*pictures, error) {
	info, err := os.Stat(folder)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
	case info.IsDir():
		return readPictures(os.DirFS(folder), ".", folder, unlabelled)
	case !unlabelled:
		return nil, input("%s: no folder, where one with a folder for each class is read", folder)
	}
	return readPictures(os.DirFS(filepath.Dir(folder)), filepath.Base(folder), folder, true)
}

// ClassesOf returns what the classes of a file are called whose format has its labels
// within and calls them by name.
func ClassesOf(file string) ([]string, error) {
	entries, err := os.ReadDir(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	var classes []string
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			classes = append(classes, e.Name())
		}
	}
	return SortClasses(classes), nil
}

// SortClasses sorts names of classes as vocabularies are, and leaves each once.
func SortClasses(names []string) []string {
	c := Column{Categories: slices.Clone(names), Numeric: true}
	for _, name := range names {
		c.Numeric = c.Numeric && classify(name) == cellNumber
	}
	sortCategories(&c)
	return slices.Compact(c.Categories)
}

// readPictures reads what is at a place in a folder: folders of pictures or, of rows
// that are not labelled, pictures.
func readPictures(folder fs.FS, at, name string, unlabelled bool) (*pictures, error) {
	p := &pictures{name: name}
	hash := sha256.New()
	err := fs.WalkDir(folder, at, func(file string, e fs.DirEntry, err error) error {
		depth := strings.Count(file, "/")
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", err, fault.ErrInput)
		case file == ".":
			return nil
		case strings.HasPrefix(e.Name(), ".") && e.IsDir():
			return fs.SkipDir
		case strings.HasPrefix(e.Name(), "."):
			return nil
		case e.IsDir() && depth > 0:
			return input("%s: %s: a folder within that of a class", name, fault.Quote(file))
		case e.IsDir() && len(p.classes) == maxArrayClasses:
			return fmt.Errorf("%s: more than %d classes: %w", name, maxArrayClasses, fault.ErrResources)
		case e.IsDir():
			p.classes = append(p.classes, e.Name())
			return nil
		case depth == 0 && !unlabelled:
			return input("%s: %s stands in no folder: put the pictures of each class into a folder that is called like it", name, fault.Quote(file))
		}
		class := len(p.classes) - 1
		if depth == 0 {
			class = -1
		}
		return p.read(folder, file, class, hash)
	})
	switch {
	case err != nil:
		return nil, err
	case len(p.files) == 0:
		return nil, input("%s: no pictures", name)
	}
	p.digest = [32]byte(hash.Sum(nil))
	return p, nil
}

// read appends a picture of a class.
func (p *pictures) read(folder fs.FS, file string, class int, hash io.Writer) error {
	b, err := readPicture(folder, file)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", p.name, fault.Quote(file), err)
	}
	sum := sha256.Sum256(b)
	fmt.Fprintf(hash, "%q %x\n", file, sum)
	if err := p.decode(file, b); err != nil {
		return fmt.Errorf("%s: %s: %w", p.name, fault.Quote(file), err)
	}
	p.files, p.class = append(p.files, file), append(p.class, class)
	return nil
}

func readPicture(folder fs.FS, file string) ([]byte, error) {
	switch strings.ToLower(path.Ext(file)) {
	case ".png", ".jpg", ".jpeg":
	default:
		return nil, input("neither PNG nor JPEG by its name: take it out of the folder, or write it as one")
	}
	f, err := folder.Open(file)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxPictureBytes+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", err, fault.ErrInput)
	case len(b) > maxPictureBytes:
		return nil, fmt.Errorf("more than %d bytes: %w", maxPictureBytes, fault.ErrResources)
	}
	return b, nil
}

// decode appends the cells of a picture. Its size is compared before it is unpacked.
func (p *pictures) decode(file string, b []byte) error {
	sizeOf, unpack := png.DecodeConfig, png.Decode
	if !bytes.HasPrefix(b, []byte("\x89PNG")) {
		sizeOf, unpack = jpeg.DecodeConfig, jpeg.Decode
	}
	config, err := sizeOf(bytes.NewReader(b))
	if err != nil {
		return pictureError(err)
	}
	axes, err := axesOf(config)
	if err != nil {
		return err
	}
	if p.axes == nil {
		p.axes = axes
	}
	cells := cellsIn(axes)
	switch {
	case !slices.Equal(axes, p.axes):
		return input("%s, where %s is %s: scale all pictures to one size, all grey or all in colours", sizeText(axes), fault.Quote(p.files[0]), sizeText(p.axes))
	case len(p.cells)+cells > maxCells:
		return fmt.Errorf("more than %d cells in all pictures: divide them among several folders, which are committed one by one: %w", maxCells, fault.ErrResources)
	}
	m, err := unpack(bytes.NewReader(b))
	if err != nil {
		return pictureError(err)
	}
	before := len(p.cells)
	if p.cells, err = appendPixels(p.cells, m, len(axes) == 3); err == nil && len(p.cells)-before != cells {
		err = malformed(file, "%d cells, where its beginning says %d", len(p.cells)-before, cells)
	}
	return err
}

// pictureError says that a picture is damaged, or of a kind that is not read.
func pictureError(err error) error {
	var pngKind png.UnsupportedError
	var jpegKind jpeg.UnsupportedError
	if errors.As(err, &pngKind) || errors.As(err, &jpegKind) {
		return input("%v: write it as PNG", err)
	}
	return fmt.Errorf("%v: %w", err, fault.ErrMalformed)
}

// axesOf returns the shape that a picture says it has.
func axesOf(c image.Config) ([]int, error) {
	if c.Width < 1 || c.Height < 1 {
		return nil, fmt.Errorf("%d×%d pixels: %w", c.Width, c.Height, fault.ErrMalformed)
	}
	if c.Width > maxPictureCells/3/c.Height {
		return nil, fmt.Errorf("%d×%d pixels, at most %d cells are read: scale it down: %w", c.Width, c.Height, maxPictureCells, fault.ErrResources)
	}
	switch c.ColorModel {
	case color.GrayModel:
		return []int{c.Height, c.Width}, nil
	case color.Gray16Model, color.RGBA64Model, color.NRGBA64Model:
		return nil, input("16 bits for a colour: write it with 8")
	case color.CMYKModel:
		return nil, input("colours for printing (CMYK): write it in red, green and blue")
	}
	return []int{c.Height, c.Width, 3}, nil
}

func cellsIn(axes []int) int {
	n := 1
	for _, axis := range axes {
		n *= axis
	}
	return n
}

func sizeText(axes []int) string {
	if len(axes) == 3 {
		return fmt.Sprintf("%d×%d pixels in colours", axes[1], axes[0])
	}
	return fmt.Sprintf("%d×%d pixels, grey", axes[1], axes[0])
}

// appendPixels appends the pixels of a picture, row by row: a grey, or red, green and
// blue.
func appendPixels(cells []byte, m image.Image, colours bool) ([]byte, error) {
	bounds := m.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if !colours {
				grey, is := m.At(x, y).(color.Gray)
				if !is {
					return cells, input("its beginning says that it is grey, and it is not")
				}
				cells = append(cells, grey.Y)
				continue
			}
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			if c.A != 255 {
				return cells, input("pixel %d, %d is transparent: write it on a background", x, y)
			}
			cells = append(cells, c.R, c.G, c.B)
		}
	}
	return cells, nil
}

// dataset makes rows of the pictures.
func (p *pictures) dataset(o *ArrayOptions) (*Dataset, error) {
	d := &Dataset{
		Rows: len(p.files), Width: cellsIn(p.axes), Shape: p.axes, FractionBits: o.FractionBits,
		Source: Source{Format: Folder, Files: []File{{Name: p.name, SHA256: hex.EncodeToString(p.digest[:])}}},
	}
	if err := d.scaleBytes(p.cells, p.name, o.Scaling); err != nil {
		return nil, err
	}
	if !o.Unlabelled {
		classes := o.Vocabulary
		if classes == nil {
			classes = SortClasses(p.classes)
		}
		d.Labels = Labels{Kind: OneHot, Classes: classes}
		for i, class := range p.class {
			at := slices.Index(classes, p.classes[class])
			if at < 0 {
				return nil, fault.Advise(input("%s: %s: no class is called %s, of %s", p.name, fault.Quote(p.files[i]), fault.Quote(p.classes[class]), list(classes)), "list all classes by %s", "columns.classes")
			}
			d.Labels.Class = append(d.Labels.Class, int32(at))
		}
	}
	if err := d.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", p.name, err)
	}
	return d, nil
}

func isFolder(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	return info.IsDir(), nil
}

// originOfFolder is Origin of pictures: of classes and pixels, however files are
// called and packed.
func originOfFolder(folder string) ([32]byte, error) {
	p, err := loadPictures(folder, true)
	if err != nil {
		return [32]byte{}, err
	}
	width := cellsIn(p.axes)
	return originOfRows(fmt.Sprintf("pictures %v", p.axes), func(yield func([32]byte) bool) {
		for i, class := range p.class {
			row := []byte{0}
			if class >= 0 {
				row = append([]byte(p.classes[class]), 0)
			}
			if !yield(sha256.Sum256(append(row, p.cells[i*width:(i+1)*width]...))) {
				return
			}
		}
	}), nil
}

// folderBytes returns how many cells the pictures of a folder have, if all are as the
// first.
func folderBytes(folder string) (int64, error) {
	count, size := int64(0), int64(0)
	err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if count++; size > 0 {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		config, _, err := image.DecodeConfig(f) // by png and jpeg, which are linked
		if err == nil {
			size = 3 * int64(config.Width) * int64(config.Height)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("%w: %w", err, fault.ErrInput)
	}
	return count * min(size, maxPictureCells), nil
}
