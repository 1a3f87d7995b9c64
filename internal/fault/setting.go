package fault

import (
	"fmt"
	"strings"
)

// Setting is an error about a setting that makes no sense. Packages know a
// setting by its key in run.toml; Text calls it by whatever name its reader gave
// it, such as a flag's.
type Setting struct {
	Key string // such as "training.batch"
	Err error
}

func (s *Setting) Error() string { return s.text(asKey) }
func (s *Setting) Unwrap() error { return s.Err }

func (s *Setting) text(name func(key string) string) string {
	return after(name(s.Key), Text(s.Err, name))
}

// Advice is an error with the settings that mend it.
type Advice struct {
	Err  error
	Say  string   // a format with one %s for each key
	Keys []string // as in run.toml
}

// Advise returns err with the settings that mend it: say is a format with one
// %s for each key.
func Advise(err error, say string, keys ...string) error {
	return &Advice{Err: err, Say: say, Keys: keys}
}

func (a *Advice) Error() string { return a.text(asKey) }
func (a *Advice) Unwrap() error { return a.Err }

func (a *Advice) text(name func(key string) string) string {
	names := make([]any, len(a.Keys))
	for i, key := range a.Keys {
		names[i] = name(key)
	}
	return after(Text(a.Err, name), fmt.Sprintf(a.Say, names...))
}

func asKey(key string) string { return key }

// Recast returns err as an error of one other kind.
func Recast(err, kind error) error { return &recast{err, kind} }

type recast struct{ err, kind error }

func (r *recast) Error() string { return r.err.Error() + ": " + r.kind.Error() }
func (r *recast) Unwrap() error { return r.kind }

func (r *recast) text(name func(key string) string) string { return Text(r.err, name) }

// after joins what was said with what it was said about.
func after(about, said string) string {
	if about == "" || said == "" {
		return about + said
	}
	return about + ": " + said
}

// Text returns what an error says to a reader: without the names of its kinds,
// which its exit code tells, and with settings called as name calls them; nil:
// by their keys.
func Text(err error, name func(key string) string) string {
	if name == nil {
		name = asKey
	}
	if err == nil || silent(err) {
		return ""
	}
	switch e := err.(type) {
	case interface {
		text(func(key string) string) string
	}:
		return e.text(name)
	case interface{ Unwrap() []error }:
		return around(err.Error(), e.Unwrap(), name)
	case interface{ Unwrap() error }:
		return around(err.Error(), []error{e.Unwrap()}, name)
	}
	return err.Error()
}

// silent reports whether err is a kind whose name tells a reader nothing beyond
// the exit code.
func silent(err error) bool {
	switch err {
	case ErrRejected, ErrMalformed, ErrUsage, ErrInput, ErrUnsupported, ErrOverflow, ErrResources, ErrVersion, ErrMissing:
		return true
	}
	return false
}

// around returns a text with the errors that it holds, in this order, as Text
// gives them. An error that stands elsewhere or not as it is remains as it stands.
func around(text string, inner []error, name func(key string) string) string {
	var told strings.Builder
	for i, err := range inner {
		if err == nil || err.Error() == "" {
			continue
		}
		held := err.Error()
		at := find(text, held, silent(err), i == len(inner)-1)
		if at < 0 {
			continue
		}
		before, rest := text[:at], text[at+len(held):]
		said := Text(err, name)
		if said == "" { // with the colon on one side of it
			if trimmed, ok := strings.CutSuffix(before, ": "); ok {
				before = trimmed
			} else {
				rest = strings.TrimPrefix(rest, ": ")
			}
		}
		told.WriteString(before)
		told.WriteString(said)
		text = rest
	}
	return told.String() + text
}

// find returns where text holds another one, or −1: the first place, or the last
// one. As a clause it stands alone between colons, at an end or before a line's.
func find(text, held string, clause, last bool) int {
	found := -1
	for from := 0; from <= len(text)-len(held); {
		at := strings.Index(text[from:], held)
		if at < 0 {
			break
		}
		at += from
		before, rest := text[:at], text[at+len(held):]
		if !clause || (before == "" || strings.HasSuffix(before, ": ")) && (rest == "" || rest[0] == ':' || rest[0] == '\n') {
			if found = at; !last {
				break
			}
		}
		from = at + 1
	}
	return found
}
