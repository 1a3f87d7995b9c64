package data

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// npyBytes encodes an npy file: type and shape as the header has them, and elements.
func npyBytes(descr, shape string, elements ...any) []byte {
	if !strings.HasPrefix(descr, "[") {
		descr = "'" + descr + "'"
	}
	return npyFile(fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }", descr, shape), elements...)
}

func npyFile(header string, elements ...any) []byte {
	var b bytes.Buffer
	b.WriteString(npyMagic + "\x01\x00")
	header += strings.Repeat(" ", (64-(len(header)+11)%64)%64) + "\n"
	binary.Write(&b, binary.LittleEndian, uint16(len(header)))
	b.WriteString(header)
	for _, e := range elements {
		binary.Write(&b, binary.LittleEndian, e)
	}
	return b.Bytes()
}

// npzBytes encodes an npz file of arrays, named in turn.
func npzBytes(t testing.TB, members ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i].(string) + ".npy")
		if err == nil {
			_, err = f.Write(members[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func npyOptions(change func(*TableOptions)) TableOptions {
	o := options(change)
	o.Name, o.Syntax = "rows", NPY
	return o
}

// chars are the characters of a numpy text of so many.
func chars(text string, n int) []uint32 {
	list := make([]uint32, n)
	for i, r := range []rune(text) {
		list[i] = uint32(r)
	}
	return list
}

// TestNpyTable: arrays give the integers of the table that CSV would have for them.
func TestNpyTable(t *testing.T) {
	record := func(a float64, b int16, c string, d bool) []any { return []any{a, b, chars(c, 3), d} }
	big := func(x float32) []byte { return binary.BigEndian.AppendUint32(nil, math.Float32bits(x)) }
	headless := func(o *TableOptions) { o.Header = HeaderNo }
	for name, c := range map[string]struct {
		file   []byte
		csv    string
		change func(*TableOptions)
	}{
		"an array": {npyBytes("<f8", "(3, 2)", []float64{1.5, 0.1, -2, 1e-7, 3, 4.25}), "1.5,0.1\n-2,0.0000001\n3,4.25\n", headless},
		"columns first": {
			npyFile("{'descr': '<f8', 'fortran_order': True, 'shape': (3, 2)}", []float64{1.5, -2, 3, 0.1, 1e-7, 4.25}), "1.5,0.1\n-2,0.0000001\n3,4.25\n", headless,
		},
		"float32 as it prints": {npyBytes(">f4", "(2, 2)", big(0.1), big(2), big(-0.3), big(5)), "0.1,2\n-0.3,5\n", headless},
		"float16 as it prints": {npyBytes("<f2", "(2, 2)", []uint16{0x2e66, 0x4000, 0xb4cd, 0x7bff}), "0.1,2\n-0.3,65500\n", func(o *TableOptions) {
			headless(o)
			o.TargetFractionBits, o.NormaliseTargets = 8, NormaliseMinMax
		}},
		"whole numbers": {npyBytes("<i8", "(4, 2)", []int64{-3, 1, 100, 2, 7, 1, 8, 2}), "-3,1\n100,2\n7,1\n8,2\n", headless},
		"fields": {
			npyBytes("[('a', '<f8'), ('b', '<i2'), ('c', '<U3'), ('d', '|b1')]", "(3,)", slices.Concat(record(0.5, -7, "réd", true), record(0.25, 8, "x", false), record(1, 9, "x", true))...),
			"a,b,c,d\n0.5,-7,réd,true\n0.25,8,x,false\n1,9,x,true\n", func(o *TableOptions) { o.Targets = []string{"b"} },
		},
		"NaN is missing": {npyBytes("<f8", "(3, 2)", []float64{1, 0.5, math.NaN(), 2.5, 3, 1.5}), "1,0.5\n,2.5\n3,1.5\n", func(o *TableOptions) { headless(o); o.Impute = "mean" }},
		"arrays side by side": {
			npzBytes(t, "X", npyBytes("<f8", "(4, 2)", []float64{1, 2, 3, 4, 5, 6, 7, 8}), "y", npyBytes("|u1", "(4,)", []uint8{1, 0, 1, 0})),
			"X.1,X.2,y\n1,2,1\n3,4,0\n5,6,1\n7,8,0\n", nil,
		},
	} {
		for _, packed := range []bool{false, true} {
			file := c.file
			if packed {
				file = gzipped(t, file)
			}
			d, err := ReadTable(bytes.NewReader(file), npyOptions(c.change))
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if want := readTable(t, c.csv, options(c.change)); d.Digest() != want.Digest() {
				t.Errorf("%s: %v %v of %q, want %v %v of %q", name, d.Features, d.Labels, d.FeatureNames, want.Features, want.Labels, want.FeatureNames)
			}
			again, err := ReadTableAs(bytes.NewReader(file), TableFormat{Syntax: NPY}, d.Source.Encoding)
			if err != nil || again.Digest() != d.Digest() || again.Source.Format != NPY {
				t.Errorf("%s: read again: %v", name, err)
			}
		}
	}
}

// TestFilesOfNumpy reads files that numpy 1.24.2 has written, by save and
// savez_compressed.
func TestFilesOfNumpy(t *testing.T) {
	for file, csv := range map[string]string{
		"numpy.npy": "length,width,kind,wet\n5.1,3.5,setosa,true\n6.7,-3,virginica,false\n5.6,2.7,versicolor,true\n0.1,0.000000001,setosa,false\n",
		"numpy.npz": "X.1,X.2,y\n5.1,3.5,0\n6.7,-3,1\n5.6,2.7,0\n0.1,1e-9,1\n",
	} {
		d, err := LoadTable(filepath.Join("testdata", file), npyOptions(func(o *TableOptions) { o.Normalise = NormaliseStandard }))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if want := readTable(t, csv, options(func(o *TableOptions) { o.Normalise = NormaliseStandard })); d.Digest() != want.Digest() {
			t.Errorf("%s: %v %v of %q, want %v %v of %q", file, d.Features, d.Labels, d.FeatureNames, want.Features, want.Labels, want.FeatureNames)
		}
	}
}

func TestNpyRefused(t *testing.T) {
	good := npyBytes("<f8", "(2, 2)", []float64{1, 2, 3, 4})
	many := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for name, c := range map[string]struct {
		file []byte
		says string
		is   error
	}{
		"infinite":             {npyBytes("<f8", "(2, 2)", []float64{1, 2, math.Inf(-1), 4}), `rows: row 1, column 1: "-Inf" is not finite`, fault.ErrInput},
		"a missing number":     {npyBytes("<f4", "(2, 2)", []float32{1, 2, float32(math.NaN()), 4}), `rows: row 1, column 1: the cell is missing ("NaN"); 1 missing in this column`, fault.ErrInput},
		"out of its format":    {npyBytes("<i4", "(2, 2)", []int32{1, 2, 1 << 30, 4}), "rows: row 1, column 1: value 1073741824 does not fit", fault.ErrOverflow},
		"three axes":           {npyBytes("<f8", "(1, 2, 2)", []float64{1, 2, 3, 4}), "rows of [2 2], and a table has one axis of columns: pictures and the like are read as tensor by columns.format", fault.ErrInput},
		"no rows":              {npyBytes("<f8", "(0, 2)"), "no elements", fault.ErrInput},
		"a single value":       {npyBytes("<f8", "()", 1.0), "a single value, where rows are read", fault.ErrInput},
		"objects":              {npyBytes("|O", "(2, 2)", make([]byte, 32)), "objects of Python", fault.ErrInput},
		"times":                {npyBytes("<M8[ns]", "(2, 2)", make([]byte, 32)), "it holds times", fault.ErrInput},
		"complex numbers":      {npyBytes("<c16", "(2, 1)", make([]byte, 32)), `type "<c16" is not read`, fault.ErrInput},
		"no such type":         {npyBytes("f8", "(2, 2)", make([]byte, 32)), `type "f8"`, fault.ErrMalformed},
		"fields of arrays":     {npyBytes("[('a', '<f8', (2,))]", "(2,)", make([]byte, 32)), "fields that are arrays", fault.ErrInput},
		"fields within fields": {npyBytes("[('a', [('b', '<f8')])]", "(2,)", make([]byte, 16)), "fields within fields", fault.ErrInput},
		"two of a name":        {npyBytes("[('a', '<f8'), ('a', '<f8')]", "(2,)", make([]byte, 32)), `columns 1 and 2 are both called "a"`, fault.ErrInput},
		"no character":         {npyBytes("[('a', '<f8'), ('b', '<U1')]", "(1,)", 1.0, uint32(0xd800)), `rows: row 0, column 2 "b": 0xd800 is no character`, fault.ErrInput},
		"bytes not UTF-8":      {npyBytes("[('a', '<f8'), ('b', '|S1')]", "(1,)", 1.0, uint8(0xff)), `rows: row 0, column 2 "b": not UTF-8`, fault.ErrInput},
		"more axes than bytes": {npyBytes("<f8", "(2147483647, 2147483647, 2147483647)", make([]byte, 32)), "fewer than an array of", fault.ErrMalformed},
		"bytes after":          {append(bytes.Clone(good), 0), "33 bytes of elements, an array of [2 2] has 32", fault.ErrMalformed},
		"a negative axis":      {npyBytes("<f8", "(-2, 2)", make([]byte, 32)), "header", fault.ErrMalformed},
		"deep":                 {npyFile("{'descr': "+many+", 'fortran_order': False, 'shape': (2, 2)}", make([]byte, 32)), "header", fault.ErrMalformed},
		"no shape":             {npyFile("{'descr': '<f8', 'fortran_order': False}", make([]byte, 32)), "without descr, fortran_order and shape", fault.ErrMalformed},
		"a key twice":          {npyFile("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 2)}", make([]byte, 32)), "header", fault.ErrMalformed},
		"another version":      {append([]byte(npyMagic+"\x04\x00"), good[8:]...), "version 4 of npy", fault.ErrMalformed},
		"a long header":        {append([]byte(npyMagic+"\x02\x00\xff\xff\xff\x7f"), good...), "a header of 2147483647 bytes", fault.ErrResources},
		"neither":              {[]byte("a,b\n1,2\n"), "begins neither as npy nor as npz does", fault.ErrMalformed},
		"of unequal length": {npzBytes(t, "X", good, "y", npyBytes("|u1", "(3,)", []uint8{1, 0, 1})),
			`rows: array "y": 3 rows, the array before it has 2`, fault.ErrInput},
		"a zip of something else": {bytes.ReplaceAll(npzBytes(t, "X", good), []byte("X.npy"), []byte("X.txt")), `rows holds "X.txt", which is no array of numpy`, fault.ErrInput},
		"no arrays":               {npzBytes(t), "begins neither", fault.ErrMalformed},
	} {
		_, err := ReadTable(bytes.NewReader(c.file), npyOptions(func(o *TableOptions) { o.Task, o.Targets = Regression, nil }))
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
}

// TestNpyTruncated: what is cut off anywhere is damaged, never something else.
func TestNpyTruncated(t *testing.T) {
	for name, file := range map[string][]byte{
		"npy": npyBytes("<f8", "(2, 2)", []float64{1, 2, 3, 4}),
		"npz": npzBytes(t, "X", npyBytes("<f8", "(2, 1)", []float64{1, 2}), "y", npyBytes("<f8", "(2,)", []float64{3, 4})),
	} {
		whole, err := ReadTable(bytes.NewReader(file), npyOptions(func(o *TableOptions) { o.Task, o.Targets = Regression, nil }))
		if err != nil || whole.Rows != 2 {
			t.Fatalf("%s: %v", name, err)
		}
		for n := range file {
			if _, err := ReadTable(bytes.NewReader(file[:n]), npyOptions(nil)); !errors.Is(err, fault.ErrMalformed) || errors.Is(err, fault.ErrPanic) {
				t.Errorf("%s, first %d bytes: %v", name, n, err)
			}
		}
	}
}

// TestNpzBomb: what unfolds to more than a file of its size may is not unfolded.
func TestNpzBomb(t *testing.T) {
	zeros := npyBytes("|u1", "(33554432, 1)", make([]byte, 32<<20))
	_, err := ReadTable(bytes.NewReader(npzBytes(t, "X", zeros)), npyOptions(nil))
	if !errors.Is(err, fault.ErrResources) || !strings.Contains(err.Error(), `rows: array "X": unfolds to more`) {
		t.Errorf("%v", err)
	}
}

func TestTensor(t *testing.T) {
	bytesOf := []byte{0, 1, 127, 128, 254, 255, 3, 2, 1, 0, 10, 20}
	want, err := ReadIDX(bytes.NewReader(smallImages), bytes.NewReader(smallLabels), idxOptions(nil))
	if err != nil {
		t.Fatal(err)
	}
	pictures := npyBytes("|u1", "(2, 2, 3)", bytesOf)
	floats := make([]float32, len(bytesOf))
	for i, b := range bytesOf {
		floats[i] = float32(b) / 255
	}
	labels := npyBytes("<i8", "(2,)", []int64{3, 0})
	columnsFirst := npyFile("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 3)}", []byte{0, 3, 128, 0, 1, 2, 254, 10, 127, 1, 255, 20})
	for name, c := range map[string]struct{ rows, labels []byte }{
		"bytes":             {pictures, labels},
		"columns first":     {columnsFirst, labels},
		"an npz file":       {npzBytes(t, "x", pictures, "y", npyBytes("|u1", "(2, 1)", []byte{3, 0})), nil},
		"labels first":      {npzBytes(t, "a", npyBytes("<u2", "(2,)", []uint16{3, 0}), "b", pictures), nil},
		"floats":            {npyBytes("<f4", "(2, 2, 3)", floats), labels},
		"packed separately": {gzipped(t, pictures), gzipped(t, labels)},
	} {
		d, err := readTensor(c.rows, c.labels, idxOptions(nil))
		if err != nil || d.Digest() != want.Digest() {
			t.Errorf("%s: %v: %+v", name, err, d)
		}
	}
	d, err := readTensor(npyBytes("<i4", "(1, 2, 2)", []int32{-5, 0, 7, 127}), nil, idxOptions(func(o *ArrayOptions) { o.Unlabelled = true }))
	if err != nil || !slices.Equal(d.Features, []int32{-5 << 8, 0, 7 << 8, 127 << 8}) || d.Labels.Kind != None {
		t.Errorf("whole numbers: %+v, %v", d, err)
	}
	d, err = readTensor(npyBytes("|b1", "(2, 1, 1)", []bool{true, false}), nil, idxOptions(func(o *ArrayOptions) { o.Unlabelled = true }))
	if err != nil || !slices.Equal(d.Features, []int32{256, 0}) {
		t.Errorf("truth values: %+v, %v", d, err)
	}
	d, err = readTensor(pictures, nil, idxOptions(func(o *ArrayOptions) { o.Unlabelled, o.Scaling, o.FractionBits = true, ScaleNone, 0 }))
	if err != nil || d.Features[5] != 255 {
		t.Errorf("indices: %+v, %v", d, err)
	}
}

func readTensor(rows, labels []byte, o ArrayOptions) (*Dataset, error) {
	if labels == nil {
		return ReadTensor(bytes.NewReader(rows), nil, o)
	}
	return ReadTensor(bytes.NewReader(rows), bytes.NewReader(labels), o)
}

func TestTensorRefused(t *testing.T) {
	pictures := npyBytes("|u1", "(2, 1, 2)", []byte{0, 1, 2, 3})
	labels := npyBytes("<i8", "(2,)", []int64{3, 0})
	for name, c := range map[string]struct {
		rows, labels []byte
		says         string
		is           error
	}{
		"no labels":          {pictures, nil, "images: no labels: give a file of them by data.labels", fault.ErrInput},
		"labels twice":       {npzBytes(t, "x", pictures, "y", labels), labels, "images has labels, and labels are others", fault.ErrUsage},
		"NaN":                {npyBytes("<f8", "(1, 1, 2)", []float64{0, math.NaN()}), labels, "images: record 0, cell 1: missing (NaN)", fault.ErrInput},
		"infinite":           {npyBytes("<f8", "(2, 1, 1)", []float64{0, math.Inf(1)}), labels, "images: record 1, cell 0: +Inf is not finite", fault.ErrInput},
		"beyond its format":  {npyBytes("<f4", "(1, 1, 2)", []float32{0, 128}), labels, "images: record 0, cell 1: value 128 does not fit format s16.8: lower formats.feature below 8, or write bytes", fault.ErrOverflow},
		"far beyond":         {npyBytes("<u8", "(1, 1, 1)", []uint64{math.MaxUint64}), labels, "value 18446744073709551615 does not fit", fault.ErrOverflow},
		"texts":              {npyBytes("<U1", "(1, 1, 1)", chars("a", 1)), labels, "texts, where numbers are read", fault.ErrInput},
		"labels too few":     {pictures, npyBytes("<i8", "(1,)", []int64{3}), "labels: 1 labels for 2 rows", fault.ErrInput},
		"labels of two axes": {pictures, npyBytes("<i8", "(2, 2)", []int64{3, 1, 1, 1}), "labels of [2 2], where one for each row is read", fault.ErrInput},
		"labels of floats":   {pictures, npyBytes("<f8", "(2,)", []float64{3, 1}), "labels are whole numbers from 0", fault.ErrInput},
		"a negative label":   {pictures, npyBytes("<i8", "(2,)", []int64{3, -1}), "labels: record 1: label -1, want 0 to 999", fault.ErrInput},
		"a large label":      {pictures, npyBytes("<i8", "(2,)", []int64{3, 1 << 40}), "label 1099511627776, want 0 to 999", fault.ErrInput},
		"a vector":           {labels, labels, "images: no array of two axes or more", fault.ErrInput},
		"two of rows":        {npzBytes(t, "x", pictures, "z", pictures), labels, "images: 2 arrays, where one of rows and one of their labels are read", fault.ErrInput},
		"training and test":  {npzBytes(t, "x", pictures, "y", labels, "v", labels), nil, "images: 3 arrays, where", fault.ErrInput},
	} {
		_, err := readTensor(c.rows, c.labels, idxOptions(nil))
		if !errors.Is(err, c.is) || errors.Is(err, fault.ErrPanic) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
	for n := range pictures {
		if _, err := readTensor(pictures[:n], labels, idxOptions(nil)); !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("first %d bytes: %v", n, err)
		}
	}
}

// TestFormatOf tells every format from how its files begin.
func TestFormatOf(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"idx":      {smallImages, IDX},
		"table":    {npyBytes("<f8", "(2, 2)", []float64{1, 2, 3, 4}), NPY},
		"fields":   {npyBytes("[('a', '<f8')]", "(1,)", 1.0), NPY},
		"tensor":   {npyBytes("|u1", "(2, 1, 2)", []byte{0, 1, 2, 3}), Tensor},
		"npz":      {npzBytes(t, "X", npyBytes("<f8", "(2, 2)", []float64{1, 2, 3, 4})), NPY},
		"pictures": {npzBytes(t, "y", npyBytes("|u1", "(2,)", []byte{0, 1}), "X", npyBytes("|u1", "(2, 1, 2)", []byte{0, 1, 2, 3})), Tensor},
		"packed":   {gzipped(t, npyBytes("|u1", "(2, 1, 2)", []byte{0, 1, 2, 3})), Tensor},
		"lines":    {[]byte(`{"a":1}`), JSONL},
		"text":     {[]byte("a,b\n1,2\n"), CSV},
		"empty":    {nil, CSV},
		"zip":      {[]byte("PK\x03\x04...."), CSV},
	} {
		path := filepath.Join(dir, "rows")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		if f, err := FormatOf(path); err != nil || f.Name != c.want {
			t.Errorf("%s: %s, %v", name, f.Name, err)
		}
	}
	if _, err := FormatOf(filepath.Join(dir, "none")); !errors.Is(err, fault.ErrInput) {
		t.Errorf("no file: %v", err)
	}
	if _, err := FormatNamed("xls"); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("no format: %v", err)
	}
}

func FuzzReadNumpy(f *testing.F) {
	f.Add(npyBytes("<f8", "(2, 2)", []float64{1, 2, 3, 4}))
	f.Add(npyBytes("[('a', '<f2'), ('b', '<U3'), ('c', '|b1'), ('d', '>i2')]", "(1,)", uint16(1), chars("abc", 3), true, int16(5)))
	f.Add(npzBytes(f, "X", npyBytes("|u1", "(2, 1, 2)", []byte{0, 1, 2, 3}), "y", npyBytes("|u1", "(2,)", []byte{0, 1})))
	f.Fuzz(func(t *testing.T, file []byte) {
		o := npyOptions(nil)
		o.MaxBytes = 1 << 20
		d, err := ReadTable(bytes.NewReader(file), o)
		checkRead(t, d, err)
		d, err = ReadTensor(bytes.NewReader(file), nil, idxOptions(func(o *ArrayOptions) { o.MaxBytes = 1 << 20 }))
		checkRead(t, d, err)
	})
}

// checkRead checks what a reader made of arbitrary bytes: a dataset that is well formed,
// or an error of a kind that tells what is wrong, and no panic.
func checkRead(t *testing.T, d *Dataset, err error) {
	t.Helper()
	if err == nil {
		err = d.Check()
		if err != nil {
			t.Error(err)
		}
		return
	}
	known := false
	for _, kind := range []error{fault.ErrInput, fault.ErrOverflow, fault.ErrMalformed, fault.ErrUsage, fault.ErrResources} {
		known = known || errors.Is(err, kind)
	}
	if !known || errors.Is(err, fault.ErrPanic) {
		t.Errorf("%v", err)
	}
}
