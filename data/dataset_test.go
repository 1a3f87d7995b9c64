package data

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func classDataset() *Dataset {
	return &Dataset{
		Features: []int32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, Rows: 5, Width: 2, Shape: []int{2},
		FeatureNames: []string{"a", "b"}, FractionBits: 8,
		Labels: Labels{Kind: OneHot, Classes: []string{"x", "y"}, Class: []int32{0, 1, 0, 1, 1}},
	}
}

func valueDataset() *Dataset {
	d := classDataset()
	d.Labels = Labels{Kind: Values, TargetNames: []string{"t", "u"}, Targets: 2, Values: []int32{-1, -2, -3, -4, -5, -6, -7, -8, -9, -10}, FractionBits: 4}
	return d
}

func TestCheck(t *testing.T) {
	for _, d := range []*Dataset{classDataset(), valueDataset()} {
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		change func(d, v *Dataset)
		kind   error
		want   string
	}{
		"no rows":            {func(d, _ *Dataset) { d.Rows = 0 }, fault.ErrInput, "0 rows"},
		"no features":        {func(d, _ *Dataset) { d.Width = 0 }, fault.ErrInput, "0 features"},
		"rows too many":      {func(d, _ *Dataset) { d.Rows = 1 << 62 }, fault.ErrInput, "10 features"},
		"short":              {func(d, _ *Dataset) { d.Features = d.Features[:9] }, fault.ErrInput, "9 features for 5 rows of 2"},
		"fraction bits":      {func(d, _ *Dataset) { d.FractionBits = 15 }, fault.ErrInput, "15 fraction bits"},
		"shape":              {func(d, _ *Dataset) { d.Shape = []int{1} }, fault.ErrInput, "row shape [1]"},
		"shape 0":            {func(d, _ *Dataset) { d.Shape = []int{2, 0} }, fault.ErrInput, "row shape [2 0]"},
		"shape overflows":    {func(d, _ *Dataset) { d.Shape = []int{1 << 62, 1 << 62} }, fault.ErrInput, "row shape"},
		"names":              {func(d, _ *Dataset) { d.FeatureNames = []string{"a"} }, fault.ErrInput, "1 names"},
		"cell above":         {func(d, _ *Dataset) { d.Features[7] = 32768 }, fault.ErrOverflow, "row 3, feature 1: 32768"},
		"cell below":         {func(d, _ *Dataset) { d.Features[0] = -32769 }, fault.ErrOverflow, "row 0, feature 0: -32769"},
		"kind":               {func(d, _ *Dataset) { d.Labels.Kind = 3 }, fault.ErrInput, "unknown kind"},
		"labels short":       {func(d, _ *Dataset) { d.Labels.Class = d.Labels.Class[1:] }, fault.ErrInput, "4 labels for 5 rows"},
		"label out of range": {func(d, _ *Dataset) { d.Labels.Class[3] = 2 }, fault.ErrInput, "row 3: label 2, there are 2 classes"},
		"label negative":     {func(d, _ *Dataset) { d.Labels.Class[4] = -1 }, fault.ErrInput, "row 4: label -1"},
		"no target":          {func(_, v *Dataset) { v.Labels.Targets = 0 }, fault.ErrInput, "10 target values"},
		"targets short":      {func(_, v *Dataset) { v.Labels.Values = v.Labels.Values[1:] }, fault.ErrInput, "9 target values"},
		"target names":       {func(_, v *Dataset) { v.Labels.TargetNames = v.Labels.TargetNames[1:] }, fault.ErrInput, "1 names for 2 targets"},
		"target bits":        {func(_, v *Dataset) { v.Labels.FractionBits = -1 }, fault.ErrInput, "-1 fraction bits of targets"},
		"target above":       {func(_, v *Dataset) { v.Labels.Values[3] = 1 << 20 }, fault.ErrOverflow, "row 1, target 1: 1048576"},
	}
	for name, tt := range tests {
		d, v := classDataset(), valueDataset()
		tt.change(d, v)
		err := d.Check()
		if err == nil {
			err = v.Check()
		}
		if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// TestDigest: every part of the content changes it, the source does not.
func TestDigest(t *testing.T) {
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(d, v *Dataset) *Dataset{
		"classes":       func(d, _ *Dataset) *Dataset { return d },
		"values":        func(_, v *Dataset) *Dataset { return v },
		"cell":          func(d, _ *Dataset) *Dataset { d.Features[9]++; return d },
		"fraction bits": func(d, _ *Dataset) *Dataset { d.FractionBits++; return d },
		"axes":          func(d, _ *Dataset) *Dataset { d.Rows, d.Width = 2, 5; return d },
		"shape":         func(d, _ *Dataset) *Dataset { d.Shape = []int{1, 2}; return d },
		"name":          func(d, _ *Dataset) *Dataset { d.FeatureNames = []string{"a", "c"}; return d },
		"label":         func(d, _ *Dataset) *Dataset { d.Labels.Class[0] = 1; return d },
		"class name":    func(d, _ *Dataset) *Dataset { d.Labels.Classes = []string{"x", "z"}; return d },
		"no labels":     func(d, _ *Dataset) *Dataset { d.Labels = Labels{}; return d },
		"value":         func(_, v *Dataset) *Dataset { v.Labels.Values[0]++; return v },
		"target bits":   func(_, v *Dataset) *Dataset { v.Labels.FractionBits++; return v },
		"target name":   func(_, v *Dataset) *Dataset { v.Labels.TargetNames = nil; return v },
	} {
		d := change(classDataset(), valueDataset())
		if other, ok := seen[d.Digest()]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d.Digest()] = name
	}
	d := classDataset()
	d.Source = Source{Format: "csv", Files: []File{{Name: "x"}}}
	if seen[d.Digest()] != "classes" {
		t.Error("the source changes the digest")
	}
	large := &Dataset{Features: make([]int32, 10000), Rows: 100, Width: 100, Shape: []int{100}}
	before := large.Digest()
	large.Features[9999] = 1
	if large.Digest() == before {
		t.Error("a cell far back does not change the digest")
	}
}

func TestSliceSplitConcat(t *testing.T) {
	for _, d := range []*Dataset{classDataset(), valueDataset()} {
		train, test, err := d.Split(3, 1)
		if err != nil {
			t.Fatal(err)
		}
		middle, err := d.Slice(3, 4)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(test.Features, []int32{9, 10}) || train.Rows != 3 || middle.Rows != 1 {
			t.Errorf("test rows %v, %d training rows", test.Features, train.Rows)
		}
		if d.Labels.Kind == OneHot && !slices.Equal(train.Labels.Class, []int32{0, 1, 0}) {
			t.Errorf("labels %v", train.Labels.Class)
		}
		if d.Labels.Kind == Values && !slices.Equal(test.Labels.Values, []int32{-9, -10}) {
			t.Errorf("targets %v", test.Labels.Values)
		}
		whole, err := Concat(train, middle, test)
		if err != nil {
			t.Fatal(err)
		}
		if err := whole.Check(); err != nil || whole.Digest() != d.Digest() {
			t.Errorf("the parts do not make the whole: %+v, %v", whole, err)
		}
		whole.Features[0] = 99
		if d.Features[0] != 1 {
			t.Error("Concat shares memory")
		}
		// Appending to a slice must not write into the rows after it.
		_ = append(train.Features, 77)
		if d.Features[6] != 7 {
			t.Error("a slice can be appended to in place")
		}
		for _, bad := range [][2]int{{0, 1}, {1, 0}, {5, 1}, {-1, 2}, {3, 3}, {6, 1}} {
			if _, _, err := d.Split(bad[0], bad[1]); !errors.Is(err, fault.ErrUsage) {
				t.Errorf("split %v: %v", bad, err)
			}
		}
		for _, bad := range [][2]int{{-1, 2}, {2, 2}, {3, 2}, {0, 6}} {
			if _, err := d.Slice(bad[0], bad[1]); !errors.Is(err, fault.ErrUsage) {
				t.Errorf("slice %v: %v", bad, err)
			}
		}
	}
}

func TestConcatErrors(t *testing.T) {
	for what, change := range map[string]func(d *Dataset){
		"row shape":      func(d *Dataset) { d.Shape = []int{1, 2} },
		"fraction bits":  func(d *Dataset) { d.FractionBits = 7 },
		"feature names":  func(d *Dataset) { d.FeatureNames = nil },
		"kind of labels": func(d *Dataset) { d.Labels = Labels{} },
		"classes":        func(d *Dataset) { d.Labels.Classes = []string{"y", "x"} },
	} {
		other := classDataset()
		change(other)
		if _, err := Concat(classDataset(), other); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "part 1 differs from part 0 in its "+what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, change := range map[string]func(d *Dataset){
		"targets":                  func(d *Dataset) { d.Labels.TargetNames = []string{"t", "v"} },
		"fraction bits of targets": func(d *Dataset) { d.Labels.FractionBits = 5 },
	} {
		other := valueDataset()
		change(other)
		if _, err := Concat(valueDataset(), other); !errors.Is(err, fault.ErrInput) || !strings.Contains(err.Error(), "in its "+what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := Concat(); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("nothing: %v", err)
	}
}

func TestReconstruction(t *testing.T) {
	d := classDataset().Reconstruction()
	if err := d.Check(); err != nil || d.Labels.Targets != 2 || d.Labels.FractionBits != 8 || !slices.Equal(d.Labels.Values, d.Features) {
		t.Errorf("%+v, %v", d.Labels, err)
	}
}
