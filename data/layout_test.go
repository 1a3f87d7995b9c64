package data

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// plainTable is read as every table of TestLayouts is.
const plainTable = "size,price,name\n1,1.5,a\n2,-2.25,b\n3,30.5,a\n"

// TestLayouts writes one table in several ways, which give the same integers.
func TestLayouts(t *testing.T) {
	o := TableOptions{FractionBits: 8}
	want, err := ReadTable(strings.NewReader(plainTable), o)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text      string
		separator string // as recorded
		comma     bool
	}{
		"byte-order mark":                  {"\ufeff" + plainTable, "", false},
		"byte-order mark before a quote":   {"\ufeff" + `"size","price","name"` + "\n1,1.5,a\n2,-2.25,b\n3,30.5,a\n", "", false},
		"semicolons":                       {strings.ReplaceAll(plainTable, ",", ";"), "semicolon", false},
		"semicolons, decimal commas":       {"size;price;name\n1;1,5;a\n2;-2,25;b\n3;30,5;a\n", "semicolon", true},
		"semicolons, decimal commas, mark": {"\ufeff\"size\";\"price\";\"name\"\r\n1;\"1,5\";a\r\n2;-2,25;b\r\n3;3,05e1;a\r\n", "semicolon", true},
		"tabs":                             {strings.ReplaceAll(plainTable, ",", "\t"), "tab", false},
		"tabs, decimal commas":             {"size\tprice\tname\n1\t1,5\ta\n2\t-2,25\tb\n3\t30,5\ta\n", "tab", true},
		"bars":                             {strings.ReplaceAll(plainTable, ",", " | "), "bar", false},
		"carriage returns":                 {strings.ReplaceAll(plainTable, "\n", "\r\n"), "", false},
		"separators within quotes":         {"\"size\";\"price\";\"name\"\n1;1.5;\"a\"\n2;-2.25;\"b\"\n3;30.5;\"a\"\n", "semicolon", false},
	} {
		got, err := ReadTable(strings.NewReader(c.text), o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Digest() != want.Digest() {
			t.Errorf("%s: %v with names %q, want %v", name, got.Features, got.FeatureNames, want.Features)
		}
		e := got.Source.Encoding
		if e.Separator != c.separator || e.DecimalComma != c.comma {
			t.Errorf("%s: recorded as %q, %t", name, e.Separator, e.DecimalComma)
		}
		again, err := ReadTableAs(strings.NewReader(c.text), TableFormat{}, e)
		if err != nil || again.Digest() != want.Digest() {
			t.Errorf("%s: read again as recorded: %v", name, err)
		}
		if as, err := ReadTableAs(strings.NewReader(plainTable), TableFormat{Separator: ',', Decimal: DecimalPoint}, e); err != nil || as.Digest() != want.Digest() {
			t.Errorf("%s: the encoding on a table that is said to be plain: %v", name, err)
		}
	}
}

// TestLayoutAsTold: what the format says is not looked for.
func TestLayoutAsTold(t *testing.T) {
	for name, c := range map[string]struct {
		text   string
		format TableFormat
		want   []int32
	}{
		"quoted decimal commas between commas": {"\"1,5\",1\n\"2,5\",2\n", TableFormat{Decimal: DecimalComma}, []int32{3, 5}},
		"grouped where commas are decimal":     {"1,500;1\n2,500;2\n", TableFormat{Separator: ';', Decimal: DecimalComma}, []int32{3, 5}},
		"spaces":                               {"3 1\n5 2\n", TableFormat{Separator: ' '}, []int32{6, 10}},
		"empty cells between tabs":             {"1.5\t\t1\n2.5\t\t2\n", TableFormat{Separator: '\t'}, []int32{3, 5}},
	} {
		d, err := ReadTable(strings.NewReader(c.text), TableOptions{TableFormat: c.format, FractionBits: 1, Columns: []string{"1"}, Task: Regression})
		if err != nil || d.Features[0] != c.want[0] || d.Features[1] != c.want[1] {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}

// TestAwkwardTables names the place and the way out of what cannot be read.
func TestAwkwardTables(t *testing.T) {
	rows := strings.Repeat("1,2,3\n", 4)
	for name, c := range map[string]struct {
		text string
		o    TableOptions
		says string
	}{
		"a number beyond float64":       {"a,b\n1,2\n1e400,3\n", TableOptions{}, `line 3, column 1 "a": "1e400" is beyond every float64 (1.7976931348623157e308): correct the cell or leave out its row; a column of texts is named by columns.categorical`},
		"infinity":                      {"a,b\n1,2\n-inf,3\n", TableOptions{}, `line 3, column 1 "a": "-inf" is not finite: correct the cell`},
		"beyond float64 in a target":    {"a,b\n1,2\n3,-1e309\n", TableOptions{Task: Regression}, `line 3, column 2 "b": "-1e309" is beyond`},
		"thousands":                     {"a,b\n\"1,234\",2\n\"5,678,901\",3\n", TableOptions{}, `line 2, column 1 "a": "1,234" is not a number that can be read: say by columns.thousands what stands between thousands; if its comma is a decimal one, set columns.decimal_comma to yes`},
		"thousands apart by spaces":     {"a;b\n1 234;2\n5 678;3\n", TableOptions{}, `"1 234" is not a number that can be read: say by columns.thousands`},
		"decimal commas between commas": {"a,b\n\"1,5\",2\n\"2,25\",3\n", TableOptions{}, `line 2, column 1 "a": "1,5" is not a number: if its comma is a decimal one, set columns.decimal_comma to yes`},
		"a point among commas":          {"a;b\n1,5;2\n2,5;3\n" + strings.Repeat("3,5;4\n", 20000) + "1.500;3\n", TableOptions{}, `line 20004, column 1: "1.500" has a decimal point, and other numbers of the table have decimal commas: write all numbers alike, or set columns.decimal_comma to no`},
		"a number among texts":          {"a,b\nx,1\ny,2\n3,1\n", TableOptions{}, `line 4, column 1 "a": "3" is a number, unlike most of the column (1 numbers, 2 texts): correct the cell, or name the column by columns.categorical if both are meant`},
		"a ragged row":                  {rows + "1,2\n", TableOptions{}, `line 5: 2 cells, line 1 has 3: mend the line; if comma does not separate cells, set columns.separator`},
		"no telling what separates":     {"a;b,c\nd;e,f\n", TableOptions{}, `its cells may be separated by comma or by something else: no telling which: say so by columns.separator`},
		"no telling a header":           {"a,b\nc,d\n", TableOptions{}, "cannot be told whether this one names the columns: set columns.header to yes or no"},
		"a bare quote":                  {"a,b\n1,x\"y\n", TableOptions{}, `line 2, byte 4: bare " in non-quoted-field: quote a whole cell`},
		"UTF-16":                        {"\xff\xfea\x00,\x00", TableOptions{}, "is text in UTF-16: save it as UTF-8"},
		"Arrow":                         {"ARROW1\x00\x00", TableOptions{}, "is an Arrow file: all files of a run have one format: this one's is arrow"},
		"a stream of Arrow":             {"\xff\xff\xff\xff\x10\x01\x00\x00", TableOptions{}, "is a stream of Arrow: write it as an Arrow file"},
		"Feather":                       {"FEA1\x00\x00\x00\x00", TableOptions{}, "is a Feather file of version 1: write it as version 2"},
		"Parquet":                       {"PAR1....", TableOptions{}, "all files of a run have one format: this one's is parquet"},
		"a picture":                     {"\x89PNG\r\n", TableOptions{}, "is a picture: give the folder that has a folder of pictures for each class"},
		"a spreadsheet":                 {"PK\x03\x04....", TableOptions{}, "is a spreadsheet or another zip file: export the table as CSV"},
		"equal names":                   {"a,a\n1,2\n", TableOptions{}, `columns 1 and 2 are both called "a"`},
		"an empty cell":                 {"a,b\n1,2\n,3\n", TableOptions{}, `line 3, column 1 "a": the cell is empty`},
	} {
		_, err := ReadTable(strings.NewReader(c.text), c.o)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
		if !errors.Is(err, fault.ErrInput) && !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v is of another kind", name, err)
		}
	}
}

func TestParseSeparator(t *testing.T) {
	for _, r := range ",;\t| :^" {
		if got, err := ParseSeparator(SeparatorName(r)); err != nil || got != r {
			t.Errorf("%q: %q, %v", r, got, err)
		}
	}
	for _, name := range []string{"", "commas", "\"", "\n", "\xff"} {
		if r, err := ParseSeparator(name); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%q: %q, %v", name, r, err)
		}
	}
}

// A recorded layout that is none, and tables of a run that are written
// differently, are refused.
func TestLayoutsRecorded(t *testing.T) {
	read := func(text string) *Encoding {
		d, err := ReadTable(strings.NewReader(text), TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return d.Source.Encoding
	}
	e := read(plainTable)
	if _, err := Union(e, read(strings.ReplaceAll(plainTable, ",", ";"))); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "table 1 is written differently") {
		t.Errorf("two layouts: %v", err)
	}
	e.Separator = "\n"
	if _, err := ReadTableAs(strings.NewReader(plainTable), TableFormat{}, e); !errors.Is(err, fault.ErrInput) {
		t.Errorf("a line's end as separator: %v", err)
	}
}
