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
