package data

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/zkaudit/zkaudit/internal/fault"
)

const (
	// maxJSONLine bounds the bytes of a line, which is kept whole.
	maxJSONLine = 16 << 20
	// A table of JSON lines may have sparseFree cells, and sparseTimes as many as
	// its lines have keys: a key in one line is a missing cell in all others.
	sparseFree  = 1 << 20
	sparseTimes = 64
)

// jsonLines collects the cells of objects, each with its column, as they come:
// which columns there are is known at the end.
type jsonLines struct {
	name    string
	names   []string
	columns map[string]int
	seen    []int // per column: the line that has had it last

	text strings.Builder
	ends []uint32 // of each cell in the text
	at   []uint16 // its column
	rows []uint32 // where the cells of each row end
	line []uint32 // of each row
}

// IsJSONLines reports whether the file at path, plain or gzip, begins as an
// object of JSON does.
func IsJSONLines(path string) (bool, error) {
	return readFile(path, func(r io.Reader, name string) (bool, error) {
		s, err := newSource(r, name, 0)
		if err != nil {
			return false, err
		}
		head, err := bufio.NewReader(s).Peek(512)
		if err != nil && len(head) == 0 { // empty, or damaged: its reader says how
			return false, nil
		}
		head, object := bytes.CutPrefix(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))), []byte("{"))
		head = bytes.TrimSpace(head)
		return object && (len(head) == 0 || head[0] == '"' || head[0] == '}'), nil
	})
}

// readJSONLines reads a file, plain or gzip, of one flat object in each line.
// Keys are columns, in the order in which they come; one that a line lacks, or
// that is null there, is a missing cell. Numbers are taken as they are written.
func readJSONLines(src *source, _ TableFormat) (*sheet, error) {
	begun, err := text(src)
	if err != nil {
		return nil, err
	}
	j := &jsonLines{name: src.name, columns: map[string]int{}}
	for line := 1; ; line++ {
		object, err := j.readLine(begun, line)
		if err != nil && err != io.EOF {
			return nil, err
		}
		if object = bytes.TrimSpace(object); len(object) > 0 {
			if err := j.add(object, line); err != nil {
				return nil, err
			}
		}
		if err == io.EOF {
			break
		}
	}
	if len(j.rows) == 0 {
		return nil, input("%s: no rows", j.name)
	}
	return j.sheet()
}

// readLine returns the next line; with io.EOF the last one.
func (j *jsonLines) readLine(r *bufio.Reader, line int) ([]byte, error) {
	var whole []byte
	for {
		piece, err := r.ReadSlice('\n')
		if len(whole)+len(piece) > maxJSONLine {
			return nil, fmt.Errorf("%s: line %d: more than %d bytes: %w", j.name, line, maxJSONLine, fault.ErrResources)
		}
		if whole == nil && err == nil {
			return piece, nil
		}
		if whole = append(whole, piece...); !errors.Is(err, bufio.ErrBufferFull) {
			return whole, err
		}
	}
}

// add reads the object of a line into a row.
func (j *jsonLines) add(object []byte, line int) error {
	if !utf8.Valid(object) {
		return input("%s: line %d: not UTF-8: save the file as UTF-8", j.name, line)
	}
	if len(j.rows) == maxSheetRows {
		return j.tooLarge(line)
	}
	tokens := json.NewDecoder(bytes.NewReader(object))
	tokens.UseNumber()
	switch first, err := tokens.Token(); {
	case err != nil:
		return j.syntax(line, err)
	case first != json.Delim('{'):
		return input("%s: line %d: no object: write one in each line, as jq -c '.[]' does of an array", j.name, line)
	}
	for tokens.More() {
		key, err := tokens.Token()
		if err != nil {
			return j.syntax(line, err)
		}
		if err := j.addCell(tokens, key.(string), line); err != nil { // the decoder takes no other key
			return err
		}
	}
	if _, err := tokens.Token(); err != nil { // the closing brace
		return j.syntax(line, err)
	}
	if _, err := tokens.Token(); err != io.EOF {
		return input("%s: line %d: more than one object: write one in each line", j.name, line)
	}
	j.rows, j.line = append(j.rows, uint32(len(j.at))), append(j.line, uint32(line))
	return nil
}

func (j *jsonLines) syntax(line int, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return input("%s: line %d: the object does not end here: write each in one line, as jq -c does", j.name, line)
	}
	return input("%s: line %d: no JSON: %v", j.name, line, fault.Text(err, nil))
}

// addCell reads the value of a key.
func (j *jsonLines) addCell(tokens *json.Decoder, key string, line int) error {
	column, err := j.column(key, line)
	if err != nil {
		return err
	}
	place := func() string {
		return fmt.Sprintf("%s: line %d, column %d %s", j.name, line, column+1, fault.Quote(key))
	}
	if j.seen[column] == line {
		return input("%s: twice in one object", place())
	}
	j.seen[column] = line
	value, err := tokens.Token()
	if err != nil {
		return j.syntax(line, err)
	}
	cell := ""
	switch value := value.(type) {
	case string:
		cell = strings.TrimSpace(value)
	case json.Number:
		cell = value.String()
	case bool:
		cell = fmt.Sprint(value)
	case nil: // missing
	default:
		return input("%s: an array or an object within the object, where a number or a text is read: write its parts under keys of their own", place())
	}
	if j.text.Len()+len(cell) > math.MaxUint32 || len(j.at) == maxSheetCells {
		return j.tooLarge(line)
	}
	j.text.WriteString(cell)
	j.ends, j.at = append(j.ends, uint32(j.text.Len())), append(j.at, uint16(column))
	return nil
}

// column returns the position of the column with this name, which may be new.
func (j *jsonLines) column(key string, line int) (int, error) {
	name := strings.TrimSpace(key)
	if i, ok := j.columns[name]; ok {
		return i, nil
	}
	switch {
	case name == "":
		return 0, input("%s: line %d: an empty key names no column", j.name, line)
	case len(name) > maxColumnName:
		return 0, input("%s: line %d: a key of %d bytes, at most %d", j.name, line, len(name), maxColumnName)
	case len(j.names) == maxColumns:
		return 0, fmt.Errorf("%s: line %d: more than the at most %d columns that are read: %w", j.name, line, maxColumns, fault.ErrResources)
	}
	name = strings.Clone(name)
	j.columns[name] = len(j.names)
	j.names, j.seen = append(j.names, name), append(j.seen, 0)
	return len(j.names) - 1, nil
}

func (j *jsonLines) tooLarge(line int) error {
	return fmt.Errorf("%s: line %d: more than %d rows, %d cells, or %d bytes in its cells: split the table into parts, which are committed one by one: %w",
		j.name, line, maxSheetRows, maxSheetCells, int64(math.MaxUint32), fault.ErrResources)
}

// sheet lays the cells out, every row with all columns.
func (j *jsonLines) sheet() (*sheet, error) {
	rows, width := len(j.rows), len(j.names)
	if width == 0 {
		return nil, input("%s: objects without keys", j.name)
	}
	if cells := rows * width; cells > maxSheetCells || cells > sparseFree+sparseTimes*len(j.at) {
		return nil, fmt.Errorf("%s: %d rows of %d columns, of which its objects have %d cells (at most %d are read, and %d times as many as there are): leave out keys that few objects have, or split the table: %w",
			j.name, rows, width, len(j.at), maxSheetCells, sparseTimes, fault.ErrResources)
	}
	s := &sheet{name: j.name, layout: Layout{Separator: ',', Thousands: NoMark}, header: true, names: j.names, width: width, count: rows, lines: j.line}
	s.ends = make([]uint32, 0, rows*width)
	text, cell := j.text.String(), uint32(0)
	s.building.Grow(len(text))
	present := make([]string, width)
	for _, end := range j.rows {
		clear(present)
		for ; cell < end; cell++ {
			start := uint32(0)
			if cell > 0 {
				start = j.ends[cell-1]
			}
			present[j.at[cell]] = text[start:j.ends[cell]]
		}
		for _, value := range present {
			s.building.WriteString(value)
			s.ends = append(s.ends, uint32(s.building.Len()))
		}
	}
	s.text = s.building.String()
	return s, nil
}
