package data

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Normalisation is that of the rows chosen: the others are encoded by it and
// shape nothing but vocabularies.
func TestFitOn(t *testing.T) {
	const table = "x,colour,y\n1,red,10\n100,blue,90\n3,red,30\n"
	read := func(table string, rows []int, mode Normalisation) (*Dataset, error) {
		return ReadTable(strings.NewReader(table), TableOptions{
			FractionBits: 4, TargetFractionBits: 4, Targets: []string{"y"}, Task: Regression, Normalise: mode, NormaliseTargets: mode,
			FitOn: func(d *Dataset) []int {
				if d.Rows != 3 || d.Width != 3 {
					t.Errorf("asked for %d rows of %d features", d.Rows, d.Width)
				}
				return rows
			},
		})
	}
	for name, c := range map[string]struct {
		rows                           []int
		mode                           Normalisation
		offset, scale, target, targets string
		fitted                         int
		features                       []int32
	}{
		"some":            {[]int{0, 2}, NormaliseMinMax, "1", "2", "10", "20", 2, []int32{0, 0, 16, 792, 16, 0, 16, 0, 16}},
		"some, deviation": {[]int{0, 2}, NormaliseStandard, "2", "1", "2E+1", "1E+1", 2, []int32{-16, 0, 16, 1568, 16, 0, 16, 0, 16}},
		"all":             {nil, NormaliseMinMax, "1", "99", "10", "80", 3, []int32{0, 0, 16, 16, 16, 0, 0, 0, 16}},
		"none":            {[]int{0, 2}, NormaliseNone, "0", "1", "0", "1", 0, []int32{16, 0, 16, 1600, 16, 0, 48, 0, 16}},
	} {
		d, err := read(table, c.rows, c.mode)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		e := d.Source.Encoding
		if x, y := e.Features[0], e.Targets[0]; x.Offset != c.offset || x.Scale != c.scale || y.Offset != c.target || y.Scale != c.targets || e.FittedRows != c.fitted {
			t.Errorf("%s: features %+v, targets %+v, fitted on %d rows", name, x, y, e.FittedRows)
		}
		if !slices.Equal(d.Features, c.features) || !slices.Equal(e.Features[1].Categories, []string{"blue", "red"}) {
			t.Errorf("%s: %v", name, d.Features)
		}
	}
	if _, err := read("x,colour,y\n1,red,10\n?,blue,90\n3,red,30\n", []int{0, 2}, NormaliseMinMax); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a missing cell in a row that is not fitted on: %v", err)
	}
	if _, err := ReadTableAs(strings.NewReader(table), TableFormat{}, &Encoding{FittedRows: -1, Features: []Column{{Name: "x", Index: 1, Offset: "0", Scale: "1"}}}); !errors.Is(err, fault.ErrInput) {
		t.Errorf("an encoding fitted on −1 rows: %v", err)
	}
}
