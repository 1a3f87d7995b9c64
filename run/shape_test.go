package run

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// TestMeasure: files of several owners are one shape, with all their categories and
// classes.
func TestMeasure(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	north := file("north.csv", "a,b,kind\n1,x,rose\n2,y,tulip\n")
	south := file("south.csv", "a,b,kind\n3,z,iris\n4,x,rose\n5,y,rose\n")
	images := file("images", "\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x02\x00\x00\x00\x03"+"abcdefghijkl")
	labels := file("labels", "\x00\x00\x08\x01\x00\x00\x00\x02\x00\x04")
	wide := file("wide", "\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x03"+"abcdefghijklmnopqr")
	for name, test := range map[string]struct {
		config Config
		task   data.Task
		want   Shape
	}{
		"owners":      {Config{Data: []DataConfig{{File: north}, {File: south}}}, data.TaskAuto, Shape{[]int{4}, 3, []string{"iris", "rose", "tulip"}, 5}},
		"values":      {Config{Data: []DataConfig{{File: north}}, Columns: ColumnConfig{Targets: []string{"a"}}}, data.Regression, Shape{[]int{4}, 1, nil, 2}},
		"reconstruct": {Config{Data: []DataConfig{{File: north}}, Columns: ColumnConfig{Reconstruct: true}}, data.TaskAuto, Shape{[]int{5}, 5, nil, 2}},
		"pictures":    {Config{Data: []DataConfig{{File: images, Labels: labels}}}, data.TaskAuto, Shape{[]int{2, 3}, 5, []string{"0", "1", "2", "3", "4"}, 2}},
	} {
		got, err := Measure(&test.config, test.task)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if diff := cmp.Diff(&test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for name, test := range map[string]struct {
		config Config
		want   error
	}{
		"no data":             {Config{}, fault.ErrUsage},
		"pictures, no labels": {Config{Data: []DataConfig{{File: images}}}, fault.ErrUsage},
		"two sizes":           {Config{Data: []DataConfig{{File: images, Labels: labels}, {File: wide, Labels: labels}}}, fault.ErrInput},
		"no such file":        {Config{Data: []DataConfig{{File: filepath.Join(dir, "none.csv")}}}, fault.ErrInput},
	} {
		if _, err := Measure(&test.config, data.TaskAuto); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Measure(&Config{Data: []DataConfig{{File: images, Labels: labels}}}, data.Regression); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("values of idx: %v", err)
	}
}
