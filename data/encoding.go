package data

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"
	"github.com/zkaudit/zkaudit/data/encoding"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
)

// Encoding is the recipe of a table, and Column that of one of its columns.
type (
	Encoding = encoding.Encoding
	Column   = encoding.Column
)

// LayoutOf says how the table was written that e was fitted on. Errors wrap
// fault.ErrInput.
func LayoutOf(e *Encoding) (Layout, error) {
	l := Layout{Separator: ',', DecimalComma: e.DecimalComma, Thousands: NoMark}
	var err error
	if e.Separator != "" {
		if l.Separator, err = ParseSeparator(e.Separator); err != nil {
			return l, fault.Recast(fmt.Errorf("encoding: separator %w", err), fault.ErrInput)
		}
	}
	if e.Thousands != "" {
		if l.Thousands, err = ParseMark(e.Thousands); err == nil {
			err = l.check()
		}
		if err != nil {
			return l, fault.Recast(fmt.Errorf("encoding: %w", err), fault.ErrInput)
		}
	}
	return l, nil
}

func setLayout(e *Encoding, l Layout) {
	if e.DecimalComma = l.DecimalComma; l.Separator != ',' {
		e.Separator = SeparatorName(l.Separator)
	}
	if l.Thousands != NoMark {
		e.Thousands = MarkName(l.Thousands)
	}
}

// like settles what a format leaves open as the table was written that an
// encoding was fitted on.
func (f TableFormat) like(e *Encoding) (TableFormat, error) {
	l, err := LayoutOf(e)
	if f.Separator == 0 {
		f.Separator = l.Separator
	}
	if f.Decimal == DecimalAuto {
		if f.Decimal = DecimalPoint; l.DecimalComma {
			f.Decimal = DecimalComma
		}
	}
	if f.Thousands == AutoMark {
		f.Thousands = l.Thousands
	}
	return f, err
}

// check returns fault.ErrInput unless e, which may come from a file, can be
// applied.
func check(e *Encoding) error {
	for _, bits := range []int{e.FractionBits, e.TargetFractionBits} {
		if bits < 0 || bits > MaxFractionBits {
			return input("encoding: %d fraction bits, want 0 to %d", bits, MaxFractionBits)
		}
	}
	if e.FittedRows < 0 {
		return input("encoding: fitted on %d rows", e.FittedRows)
	}
	if _, err := LayoutOf(e); err != nil {
		return err
	}
	if len(e.Features) == 0 {
		return input("encoding: no feature column")
	}
	if err := checkFills(e); err != nil {
		return err
	}
	for _, column := range e.Attributes {
		if column.Categories == nil {
			return input("encoding: attribute %s has no vocabulary", fault.Quote(column.Name))
		}
	}
	for i, column := range slices.Concat(e.Features, e.Targets, e.Attributes) {
		bits := e.FractionBits
		if i >= len(e.Features) {
			bits = e.TargetFractionBits
		}
		if column.Rows != 0 && (i >= len(e.Features)+len(e.Targets) || bits != 0) {
			return input("encoding: column %s is of indices, and no feature or target of 0 fraction bits", fault.Quote(column.Name))
		}
		if column.Index < 1 {
			return input("encoding: column %s has index %d, want 1 or more", fault.Quote(column.Name), column.Index)
		}
		if i >= len(e.Features) && i < len(e.Features)+len(e.Targets) && len(e.Targets) > 1 && column.Categories != nil {
			return input("encoding: several targets, and target %s has classes", fault.Quote(column.Name))
		}
		if _, err := newEncoder(column); err != nil {
			return err
		}
	}
	return nil
}

// encoder is a Column ready to be applied to cells.
type encoder struct {
	Column
	offset, scale *apd.Decimal
	fill          *apd.Decimal   // of a missing number; nil: it is refused
	index         map[string]int // category → position
	target        bool           // whose index may be −1
}

func newEncoder(c Column) (*encoder, error) {
	e := &encoder{Column: c}
	if c.Categories == nil {
		var offsetKind, scaleKind cellKind
		e.offset, offsetKind = parseNumber(c.Offset)
		e.scale, scaleKind = parseNumber(c.Scale)
		if offsetKind != cellNumber || scaleKind != cellNumber || e.scale.Sign() <= 0 {
			return nil, input("encoding: column %s has offset %s and scale %s, want numbers, the scale above zero", fault.Quote(c.Name), fault.Quote(c.Offset), fault.Quote(c.Scale))
		}
		if c.Fill != "" {
			var kind cellKind
			if e.fill, kind = parseNumber(c.Fill); kind != cellNumber {
				return nil, input("encoding: column %s is filled in with %s, want a number", fault.Quote(c.Name), fault.Quote(c.Fill))
			}
		}
		if c.Rows < 0 || c.Rows > 0 && (!e.offset.IsZero() || e.scale.Cmp(apd.New(1, 0)) != 0) {
			return nil, input("encoding: column %s is of indices below %d, with offset %s and scale %s", fault.Quote(c.Name), c.Rows, fault.Quote(c.Offset), fault.Quote(c.Scale))
		}
		return e, nil
	}
	if c.Rows != 0 {
		return nil, input("encoding: column %s has a vocabulary, and indices", fault.Quote(c.Name))
	}
	e.index = make(map[string]int, len(c.Categories))
	for i, category := range c.Categories {
		key := keyOf(&e.Column, category)
		if _, ok := e.index[key]; ok || category == "" {
			return nil, input("encoding: column %s has an empty or repeated category %s", fault.Quote(c.Name), fault.Quote(category))
		}
		e.index[key] = i
	}
	if _, ok := e.index[keyOf(&e.Column, c.Fill)]; c.Fill != "" && !ok {
		return nil, input("encoding: column %s is filled in with %s, which is none of its categories", fault.Quote(c.Name), fault.Quote(c.Fill))
	}
	return e, nil
}

// keyOf is what two cells of one category have in common.
func keyOf(c *Column, cell string) string {
	value, kind := parseNumber(cell)
	switch {
	case kind == cellMissing:
		return missing
	case kind == cellNumber && c.Numeric:
		return canonicalNumber(value)
	default:
		return cell
	}
}

// number returns the cell as an integer with f fraction bits,
// round((cell − offset)/scale·2^f). Its errors do not name the place.
func (e *encoder) number(cell string, fraction int) (int32, error) {
	value, kind := parseNumber(cell)
	switch {
	case kind == cellMissing && e.fill != nil:
		value = new(apd.Decimal).Set(e.fill)
	case kind == cellMissing:
		return 0, missingError(cell, "")
	case kind != cellNumber:
		return 0, unusable(cell, kind)
	}
	switch {
	case e.Rows > 0 && e.target && !isIndex(value, -1, e.Rows):
		return 0, input("%s is no number of a class, an integer from 0 to %d, or -1 for none", fault.Quote(cell), e.Rows-1)
	case e.Rows > 0 && !e.target && !isIndex(value, 0, e.Rows):
		return 0, input("%s is no index, an integer from 0 to %d", fault.Quote(cell), e.Rows-1)
	}
	if !e.offset.IsZero() {
		if _, err := apd.BaseContext.Sub(value, value, e.offset); err != nil {
			return 0, input("%s − %s: %v", fault.Quote(cell), e.Offset, err)
		}
	}
	rounded, err := number.RoundQuotient(value, e.scale, fraction)
	format := number.Format{Bits: cellBits, Fraction: fraction}
	if err != nil || !format.Contains(rounded) {
		shown := strings.Trim(fault.Quote(cell), `"`)
		if e.Offset != "0" || e.Scale != "1" {
			shown = fmt.Sprintf("(%s − %s)/%s", shown, e.Offset, e.Scale)
		}
		return 0, fmt.Errorf("value %s does not fit format %s (%d to %d in units of 2^-%d): %w", shown, format, format.Min(), format.Max(), fraction, fault.ErrOverflow)
	}
	return int32(rounded), nil
}

// isIndex reports whether a number is an integer from least to rows − 1.
func isIndex(value *apd.Decimal, least int64, rows int) bool {
	whole, err := value.Int64()
	return err == nil && whole >= least && whole < int64(rows)
}

// category returns the position of the cell in the vocabulary. Its errors do
// not name the place.
func (e *encoder) category(cell string) (int, error) {
	key := keyOf(&e.Column, cell)
	if key == missing && e.Fill != "" {
		key = keyOf(&e.Column, e.Fill)
	}
	if i, ok := e.index[key]; ok {
		return i, nil
	}
	if key == missing {
		return 0, missingError(cell, "")
	}
	return 0, input("%s is not in the vocabulary of %d entries, %s", fault.Quote(cell), len(e.Categories), list(e.Categories))
}

// unusable says why a cell is no number to reckon with.
func unusable(cell string, kind cellKind) error {
	switch kind {
	case cellInfinite:
		return fault.Advise(input("%s is not finite", fault.Quote(cell)), "correct the cell or leave out its row; a column of texts is named by %s", "columns.categorical")
	case cellBeyond:
		return fault.Advise(input("%s is beyond every float64 (%s)", fault.Quote(cell), maxFloat64), "correct the cell or leave out its row; a column of texts is named by %s", "columns.categorical")
	}
	return notNumber(cell)
}

func missingError(cell, note string) error {
	if cell == "" {
		return input("the cell is empty%s", note)
	}
	return input("the cell is missing (%s)%s", fault.Quote(cell), note)
}

// list quotes the first few entries.
func list(entries []string) string {
	var quoted []string
	for _, entry := range entries[:min(len(entries), 6)] {
		quoted = append(quoted, fault.Quote(entry))
	}
	if len(entries) > 6 {
		return fmt.Sprintf("%s …", quoted)
	}
	return fmt.Sprint(quoted)
}
