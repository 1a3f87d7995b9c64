package data

import (
	"encoding/hex"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// fixture returns the path of a public dataset that is not part of the
// project.
func fixture(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("ZKAUDIT_FIXTURES")
	if root == "" {
		t.Skip("ZKAUDIT_FIXTURES is not set")
	}
	return filepath.Join(root, "data", name)
}

func load(t testing.TB, name string, change func(*TableOptions)) *Dataset {
	t.Helper()
	d, err := LoadTable(fixture(t, name), options(change))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestIris(t *testing.T) {
	d := load(t, "iris_header.csv", nil)
	if d.Rows != 150 || !slices.Equal(d.FeatureNames, []string{"SepalLength", "SepalWidth", "PetalLength", "PetalWidth"}) {
		t.Errorf("%d rows, features %q", d.Rows, d.FeatureNames)
	}
	if !slices.Equal(d.Row(0), []int32{1306, 896, 358, 51}) { // 5.1, 3.5, 1.4, 0.2
		t.Errorf("row 0: %v", d.Row(0))
	}
	if !slices.Equal(d.Labels.Classes, []string{"Iris-setosa", "Iris-versicolor", "Iris-virginica"}) || d.Labels.Class[149] != 2 {
		t.Errorf("labels %q", d.Labels.Classes)
	}
	if got, want := d.Source.Files[0].SHA256, "904d791b308aa79bf4f06669f63be3f1ab331a23bd508051065e00f700f573f9"; got != want {
		t.Errorf("digest of the file %s, want %s", got, want)
	}
}

func TestWine(t *testing.T) {
	if _, err := LoadTable(fixture(t, "wine.csv"), options(nil)); !errors.Is(err, fault.ErrOverflow) || !strings.Contains(err.Error(), "line 34, column 5: value 132 does not") {
		t.Errorf("magnesium without normalisation: %v", err)
	}
	d := load(t, "wine.csv", func(o *TableOptions) { o.Normalise = NormaliseStandard })
	if d.Rows != 178 || d.Width != 13 || !slices.Equal(d.Labels.Classes, []string{"1", "2", "3"}) {
		t.Errorf("%d rows of %d, classes %q", d.Rows, d.Width, d.Labels.Classes)
	}
	for column := range d.Width {
		sum, squares := 0.0, 0.0
		for row := range d.Rows {
			x := float64(d.Row(row)[column]) / 256
			sum, squares = sum+x, squares+x*x
		}
		if mean, deviation := sum/178, math.Sqrt(squares/178); math.Abs(mean) > 1e-3 || math.Abs(deviation-1) > 1e-3 {
			t.Errorf("column %d: mean %v, deviation %v", column, mean, deviation)
		}
	}
}

func TestBanknote(t *testing.T) {
	d := load(t, "banknote_authentication.csv", nil)
	if d.Rows != 1372 || d.Width != 4 || !slices.Equal(d.Labels.Classes, []string{"0", "1"}) {
		t.Errorf("%d rows of %d, classes %q", d.Rows, d.Width, d.Labels.Classes)
	}
	if !slices.Equal(d.Row(0), []int32{927, 2219, -719, -114}) { // 3.6216 8.6661 −2.8073 −0.44699
		t.Errorf("row 0: %v", d.Row(0))
	}
}

func TestSine(t *testing.T) {
	d := load(t, "sin.csv", func(o *TableOptions) { o.FractionBits, o.TargetFractionBits = 12, 12 })
	if d.Labels.Kind != Values || d.Labels.Targets != 1 || d.Rows != 40 || !slices.Equal(d.FeatureNames, []string{"x"}) {
		t.Fatalf("%d rows, features %q, labels %+v", d.Rows, d.FeatureNames, d.Labels)
	}
	for row := range d.Rows {
		x, y := float64(d.Features[row])/4096, float64(d.Labels.Values[row])/4096
		if math.Abs(math.Sin(x)-y) > 3.0/4096 {
			t.Errorf("row %d: sin %v is not %v", row, x, y)
		}
	}
}

func TestMNIST(t *testing.T) {
	d, err := LoadIDX(fixture(t, "mnist5k-images-idx3-ubyte.gz"), fixture(t, "mnist5k-labels-idx1-ubyte.gz"), ArrayOptions{FractionBits: 8, Classes: 10})
	if err != nil {
		t.Fatal(err)
	}
	if d.Rows != 5000 || d.Width != 784 || !slices.Equal(d.Shape, []int{28, 28}) || d.Labels.Width() != 10 {
		t.Errorf("%d rows of %v, %d classes", d.Rows, d.Shape, d.Labels.Width())
	}
	if slices.Max(d.Features) != 256 || slices.Min(d.Features) != 0 || !slices.Equal(d.Labels.Class[:6], []int32{7, 2, 1, 0, 4, 1}) {
		t.Errorf("features %d to %d, first labels %v", slices.Min(d.Features), slices.Max(d.Features), d.Labels.Class[:6])
	}
	train, test, err := d.Split(4000, 1000)
	if err != nil || train.Rows != 4000 || test.Rows != 1000 {
		t.Fatalf("%v", err)
	}
	if _, err := LoadIDX(fixture(t, "mnist5k-labels-idx1-ubyte.gz"), fixture(t, "mnist5k-images-idx3-ubyte.gz"), ArrayOptions{}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("images and labels exchanged: %v", err)
	}
}

func TestAdult(t *testing.T) {
	path := fixture(t, "adult_train.csv")
	_, err := LoadTable(path, options(func(o *TableOptions) { o.Normalise = NormaliseMinMax }))
	if !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), `line 28, column 2: the cell is missing ("?"); 1836 missing`) {
		t.Errorf("missing cells: %v", err)
	}
	d := load(t, "adult_train.csv", func(o *TableOptions) { o.Normalise, o.MissingAsCategory = NormaliseMinMax, true })
	if d.Rows != 32561 || !slices.Equal(d.Labels.Classes, []string{"<=50K", ">50K"}) {
		t.Errorf("%d rows, classes %q", d.Rows, d.Labels.Classes)
	}
	if want := 6 + 9 + 16 + 7 + 15 + 6 + 5 + 2 + 42; d.Width != want || !slices.Contains(d.FeatureNames, "c14=?") {
		t.Errorf("%d features, want %d", d.Width, want)
	}
	seen := map[string]bool{}
	repeated := 0
	for row := range d.Rows {
		key := make([]byte, 0, 2*d.Width+1)
		for _, cell := range d.Row(row) {
			key = append(key, byte(cell), byte(cell>>8))
		}
		if text := string(append(key, byte(d.Labels.Class[row]))); seen[text] {
			repeated++
		} else {
			seen[text] = true
		}
	}
	// 24 rows of the file occur twice; 8 fraction bits make more of them equal.
	if repeated < 24 {
		t.Errorf("%d repeated rows, want at least 24", repeated)
	}
	digest := d.Digest()
	t.Logf("%d repeated rows, digest %s", repeated, hex.EncodeToString(digest[:]))
}

func BenchmarkAdult(b *testing.B) {
	path := fixture(b, "adult_train.csv")
	for b.Loop() {
		if _, err := LoadTable(path, options(func(o *TableOptions) { o.Normalise, o.MissingAsCategory = NormaliseStandard, true })); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMNIST(b *testing.B) {
	images, labels := fixture(b, "mnist5k-images-idx3-ubyte.gz"), fixture(b, "mnist5k-labels-idx1-ubyte.gz")
	for b.Loop() {
		if _, err := LoadIDX(images, labels, ArrayOptions{FractionBits: 8}); err != nil {
			b.Fatal(err)
		}
	}
}
