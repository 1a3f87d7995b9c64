package recipe

import (
	"fmt"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Auto lets a file tell how it is laid out.
const Auto = "auto"

// Layout says in words how a CSV file is laid out; Auto, or "", leaves it to the
// file.
type Layout struct {
	Header       string // "yes" or "no"
	Separator    string // as data.ParseSeparator takes it
	DecimalComma string // "yes" or "no"
}

// CSV is how the file at path is laid out. Errors are of kind fault.Setting and
// wrap fault.ErrUsage.
func (l Layout) CSV(path string) (data.CSVFormat, error) {
	f := data.CSVFormat{Name: path, Header: header(l.Header)}
	switch l.DecimalComma {
	case Auto, "":
	case "yes":
		f.Decimal = data.DecimalComma
	case "no":
		f.Decimal = data.DecimalPoint
	default:
		return f, &fault.Setting{Key: "columns.decimal_comma", Err: fmt.Errorf("%q, want auto, yes or no: %w", l.DecimalComma, fault.ErrUsage)}
	}
	if l.Separator == Auto || l.Separator == "" {
		return f, nil
	}
	var err error
	if f.Separator, err = data.ParseSeparator(l.Separator); err != nil {
		err = &fault.Setting{Key: "columns.separator", Err: err}
	}
	return f, err
}

func header(word string) data.Header {
	switch word {
	case "yes":
		return data.HeaderYes
	case "no":
		return data.HeaderNo
	default:
		return data.HeaderAuto
	}
}
