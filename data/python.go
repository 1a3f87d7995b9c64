package data

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// pythonReader reads a literal of Python: what the header of an npy file is.
type pythonReader struct{ rest string }

var errPython = errors.New("not the literal of Python that is expected")

func parsePython(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errPython
	}
	r := pythonReader{string(text)}
	value, err := r.value(0)
	if err == nil && strings.TrimSpace(r.rest) != "" {
		return nil, errPython
	}
	return value, err
}

// next takes a mark, if it comes next.
func (r *pythonReader) next(mark string) bool {
	rest, found := strings.CutPrefix(strings.TrimLeft(r.rest, " \n\r\t"), mark)
	if found {
		r.rest = rest
	}
	return found
}

// value reads a text, an int64, a bool, a tuple or list ([]any), or a dict.
func (r *pythonReader) value(depth int) (any, error) {
	if depth > 8 {
		return nil, errPython
	}
	switch {
	case r.next("True"):
		return true, nil
	case r.next("False"):
		return false, nil
	case r.next("("):
		return r.list(")", depth)
	case r.next("["):
		return r.list("]", depth)
	case r.next("{"):
		return r.dict(depth)
	case r.next("'"):
		return r.text("'")
	case r.next(`"`):
		return r.text(`"`)
	}
	trimmed := strings.TrimLeft(r.rest, " \n\r\t")
	end := strings.IndexFunc(trimmed, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		end = len(trimmed)
	}
	n, err := strconv.ParseInt(trimmed[:end], 10, 64)
	if err != nil {
		return nil, errPython
	}
	r.rest = strings.TrimPrefix(trimmed[end:], "L") // of Python 2
	return n, nil
}

func (r *pythonReader) text(quote string) (any, error) {
	text, rest, closed := strings.Cut(r.rest, quote)
	if !closed || strings.Contains(text, `\`) {
		return nil, errPython
	}
	r.rest = rest
	return text, nil
}

func (r *pythonReader) list(end string, depth int) (any, error) {
	list := []any{}
	for !r.next(end) {
		value, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if list = append(list, value); !r.next(",") && !strings.HasPrefix(strings.TrimLeft(r.rest, " \n\r\t"), end) {
			return nil, errPython
		}
	}
	return list, nil
}

func (r *pythonReader) dict(depth int) (any, error) {
	dict := map[string]any{}
	for !r.next("}") {
		key, err := r.value(depth + 1)
		name, isText := key.(string)
		if err != nil || !isText || !r.next(":") {
			return nil, errPython
		}
		if _, twice := dict[name]; twice {
			return nil, errPython
		}
		if dict[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
		if !r.next(",") && !strings.HasPrefix(strings.TrimLeft(r.rest, " \n\r\t"), "}") {
			return nil, errPython
		}
	}
	return dict, nil
}
