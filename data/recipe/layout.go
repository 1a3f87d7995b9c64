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
	Header       string `json:"header,omitempty"`        // "yes" or "no"
	Separator    string `json:"separator,omitempty"`     // as data.ParseSeparator takes it
	DecimalComma string `json:"decimal_comma,omitempty"` // "yes" or "no"
	Thousands    string `json:"thousands,omitempty"`     // as data.ParseMark takes it
}

// Table is how the file at path is laid out, of this format. Errors are of
// kind fault.Setting and wrap fault.ErrUsage.
func (l Layout) Table(path, format string) (data.TableFormat, error) {
	if f, err := data.FormatNamed(format); err != nil || !f.Table || format == data.CSV {
		return l.csv(path) // arrays have no layout, and look at none
	}
	for _, choice := range []struct{ key, value string }{
		{"columns.header", l.Header}, {"columns.separator", l.Separator}, {"columns.decimal_comma", l.DecimalComma}, {"columns.thousands", l.Thousands},
	} {
		if choice.value != Auto && choice.value != "" {
			return data.TableFormat{}, &fault.Setting{Key: choice.key, Err: fmt.Errorf("%q is about csv, and %s is %s, which says it itself: %w", choice.value, fault.Quote(path), format, fault.ErrUsage)}
		}
	}
	return data.TableFormat{Name: path, Syntax: format}, nil
}

func (l Layout) csv(path string) (data.TableFormat, error) {
	f := data.TableFormat{Name: path, Header: header(l.Header)}
	switch l.DecimalComma {
	case Auto, "":
	case "yes":
		f.Decimal = data.DecimalComma
	case "no":
		f.Decimal = data.DecimalPoint
	default:
		return f, &fault.Setting{Key: "columns.decimal_comma", Err: fmt.Errorf("%q, want auto, yes or no: %w", l.DecimalComma, fault.ErrUsage)}
	}
	var err error
	if l.Thousands != "" {
		if f.Thousands, err = data.ParseMark(l.Thousands); err != nil {
			return f, &fault.Setting{Key: "columns.thousands", Err: err}
		}
	}
	if l.Separator == Auto || l.Separator == "" {
		return f, nil
	}
	if f.Separator, err = data.ParseSeparator(l.Separator); err != nil {
		err = &fault.Setting{Key: "columns.separator", Err: err}
	}
	return f, err
}

// Told is the layout without what is left to the file.
func (l Layout) Told() Layout {
	for _, choice := range []*string{&l.Separator, &l.DecimalComma, &l.Thousands} {
		if *choice == Auto {
			*choice = ""
		}
	}
	return l
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
