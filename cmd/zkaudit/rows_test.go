package main

import (
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/zkaudit/zkaudit/internal/rowtest"
)

// table writes a CSV file in other formats, as their names end: table ROWS.csv FILE...
func table(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: table ROWS.csv FILE...")
	}
	rows, err := rowtest.FromCSV(ts.ReadFile(args[0]))
	ts.Check(err)
	for _, file := range args[1:] {
		ts.Check(rows.Write(ts.MkAbs(file)))
	}
}

// pictures writes pictures that are drawn in a text into a folder for each class, as PNG:
// pictures DRAWN.txt FOLDER.
func pictures(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pictures DRAWN.txt FOLDER")
	}
	ts.Check(rowtest.Draw(ts.ReadFile(args[0])).Write(ts.MkAbs(args[1])))
}
