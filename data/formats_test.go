package data_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/rowtest"
)

// tableFiles are names of a table's file, and its format. Two are written as text.
var tableFiles = []struct{ file, format string }{
	{"rows.csv", data.CSV}, {"rows.jsonl", data.JSONL}, {"rows.npy", data.NPY}, {"rows.npz", data.NPY}, {"rows.parquet", data.Parquet}, {"rows.arrow", data.Arrow},
}

// TestOneTableInAllFormats: the same rows become the same integers, with the same
// meaning, whatever format they are written in, by options as by an encoding.
func TestOneTableInAllFormats(t *testing.T) {
	for name, c := range map[string]struct {
		csv    string
		change func(*data.TableOptions)
	}{
		"numbers and classes": {"length,width,kind\n5.1,-3,a\n0.1,200,b\n1e-7,4,a\n-7.75,0,b\n", func(o *data.TableOptions) { o.Normalise = data.NormaliseStandard }},
		"values":              {"a,b,y\n1,0.5,0.25\n2,0.3,1\n-3,0.1,7.125\n", func(o *data.TableOptions) { o.Task, o.Normalise = data.Regression, data.NormaliseMinMax }},
		"categories, truth values, attributes": {"colour,wet,sex,size,kind\nred,true,m,1,1\nblue,false,f,2,0\nred,true,f,3,1\ngrün,true,m,4,0\n", func(o *data.TableOptions) {
			o.Attributes = []data.AttributeColumn{{Column: "sex"}}
		}},
		"missing cells": {"a,colour,b,kind\n1,red,0.5,x\n,blue,1.5,y\n3,,,x\n4,red,2.5,y\n", func(o *data.TableOptions) { o.Impute = encoding.MostFrequent }},
	} {
		table, err := rowtest.FromCSV(c.csv)
		if err != nil {
			t.Fatal(err)
		}
		var first *data.Dataset
		for _, as := range tableFiles {
			file, path := as.file, filepath.Join(t.TempDir(), as.file)
			if err := table.Write(path); err != nil {
				t.Fatal(err)
			}
			f, err := data.FormatOf(path)
			if err != nil || !f.Table || f.Name != as.format {
				t.Fatalf("%s: told to be %s: %v", file, f.Name, err)
			}
			o := data.TableOptions{TableFormat: data.TableFormat{Syntax: f.Name}, FractionBits: 8, TargetFractionBits: 8}
			c.change(&o)
			d, err := data.LoadTable(path, o)
			if err != nil {
				t.Errorf("%s, %s: %v", name, file, err)
				continue
			}
			if first == nil {
				first = d
			}
			if d.Digest() != first.Digest() {
				t.Errorf("%s, %s: %v %v of %q, as csv %v %v of %q", name, file, d.Features, d.Labels, d.FeatureNames, first.Features, first.Labels, first.FeatureNames)
			}
			again, err := data.LoadTableAs(path, o.TableFormat, first.Source.Encoding)
			if err != nil || again.Digest() != first.Digest() {
				t.Errorf("%s, %s: by the encoding of csv: %v", name, file, err)
			}
		}
	}
}

// TestOriginsOfBinaryTables: the same rows have one origin in all formats that are not
// text, in any order, and other rows another.
func TestOriginsOfBinaryTables(t *testing.T) {
	origins := map[[32]byte][]string{}
	for name, csv := range map[string]string{
		"rows": "a,b\n1,x\n2,y\n2,y\n", "order": "a,b\n2,y\n1,x\n2,y\n", "fewer": "a,b\n1,x\n2,y\n", "cell": "a,b\n1,x\n2,y\n2,z\n", "name": "a,c\n1,x\n2,y\n2,y\n", "cut": "a,b\n1,xy\n2,y\n2,y\n",
	} {
		table, err := rowtest.FromCSV(csv)
		if err != nil {
			t.Fatal(err)
		}
		for _, as := range tableFiles[2:] {
			path := filepath.Join(t.TempDir(), as.file)
			if err := table.Write(path); err != nil {
				t.Fatal(err)
			}
			origin, err := data.Origin(path, as.format)
			if err != nil {
				t.Fatal(err)
			}
			origins[origin] = append(origins[origin], name)
		}
	}
	if len(origins) != 5 {
		t.Errorf("%d origins of five sets of rows: %v", len(origins), origins)
	}
	for _, names := range origins {
		for _, name := range names {
			if (name == "rows" || name == "order") != (names[0] == "rows" || names[0] == "order") {
				t.Errorf("one origin of %v", names)
			}
		}
	}
}

// TestSamePicturesInAllFormats: the same pictures become the same integers.
func TestSamePicturesInAllFormats(t *testing.T) {
	cells := []byte{0, 1, 127, 128, 254, 255, 3, 2, 1, 0, 10, 20}
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	o := data.ArrayOptions{FractionBits: 8, Classes: 2}
	idx, err := data.LoadArrays(data.IDX, write("a.idx", rowtest.Idx([]int{2, 2, 3}, cells)), write("b.idx", rowtest.Idx([]int{2}, []byte{1, 0})), o)
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := data.LoadArrays(data.Tensor, write("a.npy", rowtest.Npy("'|u1'", []int{2, 2, 3}, cells)), write("b.npy", rowtest.Npy("'|u1'", []int{2}, []byte{1, 0})), o)
	if err != nil || tensor.Digest() != idx.Digest() {
		t.Errorf("tensor: %v", err)
	}
}
