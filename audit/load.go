package audit

import (
	"bytes"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Limits of a claims file.
const (
	maxClaims     = 1 << 10
	MaxClaimsFile = 32 << 20
	maxContext    = 1 << 12
)

// Audit is a claims file: claims with all their parameters, fixed before any
// of them is proven, and the context that proofs are bound to.
type Audit struct {
	Context string
	Items   []*Item
}

// Load reads a claims file:
//
//	context = "order 1184"
//
//	[[claim]]
//	kind = "diversity"
//	name = "women-and-men"   # by default its kind, or kind and number
//	parts = ["north"]
//	…
//
// It is strict: a key that a claim does not know, or that is in the wrong place,
// is refused, so that a misspelt threshold is not taken for a missing one.
// Errors wrap fault.ErrUsage or fault.ErrInput.
func Load(path string) (*Audit, error) {
	text, err := artefact.ReadFile(path, MaxClaimsFile)
	if err != nil {
		return nil, err
	}
	a, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// Parse is Load of a text.
func Parse(text []byte) (_ *Audit, err error) {
	defer fault.Catch(&err, "claims", fault.ErrInput)
	var file struct {
		Context string           `toml:"context"`
		Claims  []map[string]any `toml:"claim"`
	}
	if err := decodeStrictly(text, &file); err != nil {
		return nil, err
	}
	if len(file.Claims) == 0 {
		return nil, fmt.Errorf("there is no claim: each begins with a line [[claim]]: %w", fault.ErrUsage)
	}
	if len(file.Claims) > maxClaims {
		return nil, fmt.Errorf("%d claims, at most %d: %w", len(file.Claims), maxClaims, fault.ErrUsage)
	}
	if len(file.Context) > maxContext {
		return nil, fmt.Errorf("context of %d bytes, at most %d: %w", len(file.Context), maxContext, fault.ErrUsage)
	}
	a, names := &Audit{Context: file.Context}, map[string]bool{}
	for i, table := range file.Claims {
		item, err := parseClaim(i, table, names)
		if err != nil {
			return nil, err
		}
		if names[item.Name] {
			return nil, fmt.Errorf("two claims are called %q: %w", item.Name, fault.ErrUsage)
		}
		names[item.Name] = true
		a.Items = append(a.Items, item)
	}
	return a, nil
}

// Marshal writes the claims as a file that Load reads.
func (a *Audit) Marshal() ([]byte, error) {
	var b bytes.Buffer
	write := func(table any) error {
		if err := toml.NewEncoder(&b).Encode(table); err != nil {
			return fmt.Errorf("claims: %v: %w", fault.Text(err, nil), fault.ErrUsage)
		}
		return nil
	}
	if err := write(map[string]string{"context": a.Context}); err != nil {
		return nil, err
	}
	for _, item := range a.Items {
		b.WriteString("\n[[claim]]\n")
		if err := write(map[string]string{"kind": item.Kind, "name": item.Name}); err != nil {
			return nil, err
		}
		if err := write(item.Claim); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// parseClaim reads a claim. One without a name gets that of its kind, with its
// number if the name is taken.
func parseClaim(i int, table map[string]any, taken map[string]bool) (*Item, error) {
	kind, ok := table["kind"].(string)
	if !ok {
		return nil, fmt.Errorf("claim %d has no kind; %s: %w", i+1, thereAre(sortedKeys(Kinds())), fault.ErrUsage)
	}
	name := kind
	if taken[name] {
		name = fmt.Sprintf("%s-%d", kind, i+1)
	}
	if given, there := table["name"]; there {
		if name, ok = given.(string); !ok {
			return nil, fmt.Errorf("claim %d: name is not a text: %w", i+1, fault.ErrUsage)
		}
	}
	if err := foreign.CheckName(fmt.Sprintf("claim %d", i+1), name); err != nil {
		return nil, fault.Recast(err, fault.ErrUsage)
	}
	delete(table, "kind")
	delete(table, "name")
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(table); err != nil {
		return nil, fmt.Errorf("claim %q: %v: %w", name, fault.Text(err, nil), fault.ErrUsage)
	}
	claim, err := decodeParameters(kind, text.Bytes())
	if err != nil {
		return nil, fmt.Errorf("claim %q: %w", name, err)
	}
	return &Item{Name: name, Kind: kind, Claim: claim}, nil
}

// decodeParameters reads the parameters of a claim.
func decodeParameters(kind string, text []byte) (Claim, error) {
	claim, err := newClaim(kind)
	if err != nil {
		return nil, err
	}
	if err := artefact.CheckTOML(text); err != nil {
		return nil, fault.Recast(err, fault.ErrUsage)
	}
	meta, err := toml.Decode(string(text), claim)
	if err != nil { // lines of the table alone would mislead
		return nil, fmt.Errorf("%s: %w", inWords(err, false), fault.ErrUsage)
	}
	return claim, refuseUnknown(&meta, claim)
}

func decodeStrictly(text []byte, into any) error {
	if err := artefact.CheckTOML(text); err != nil {
		return fault.Recast(err, fault.ErrUsage)
	}
	meta, err := toml.Decode(string(text), into)
	if err != nil {
		return fmt.Errorf("%s: %w", inWords(err, true), fault.ErrUsage)
	}
	return refuseUnknown(&meta, into)
}

// refuseUnknown refuses keys that nothing reads.
func refuseUnknown(meta *toml.MetaData, into any) error {
	unknown := meta.Undecoded()
	switch {
	case len(unknown) == 0:
		return nil
	case len(unknown[0]) > 1: // in a table where none belongs
		return fmt.Errorf("unknown key %q: %w", unknown[0].String(), fault.ErrUsage)
	}
	return fmt.Errorf("unknown key %q; %s: %w", unknown[0].String(), thereAre(keysOf(reflect.TypeOf(into).Elem())), fault.ErrUsage)
}

// keysOf returns the keys that a struct is read from, those of embedded ones
// included.
func keysOf(t reflect.Type) []string {
	var keys []string
	for i := range t.NumField() {
		f := t.Field(i)
		if key, _, _ := strings.Cut(f.Tag.Get("toml"), ","); key != "" {
			keys = append(keys, key)
		} else if f.Anonymous {
			keys = append(keys, keysOf(f.Type)...)
		}
	}
	return keys
}

// mistyped is how the decoder says that a value has another type.
const mistyped = `^toml: (line \d+) \(last key "([^"]*)"\): incompatible types: TOML value has type (\S+); destination has type (\S+)$`

// inWords says what is wrong with a value in terms of the file, not of Go. lines
// tells whether the line numbers of the error are the file's.
func inWords(err error, lines bool) string {
	form, failed := regexp.Compile(mistyped)
	if failed != nil {
		return err.Error()
	}
	m := form.FindStringSubmatch(err.Error())
	if m == nil {
		return err.Error()
	}
	key, have, want, hint, line := m[2], typeInWords(m[3]), typeInWords(m[4]), "", ""
	switch {
	case want == "a text" && have != "a list":
		hint = `; decimals are texts, such as "0.25"`
	case key == "claim":
		hint = "; each claim begins with a line [[claim]]"
	}
	if lines {
		line = m[1] + ": "
	}
	return fmt.Sprintf("%s%s is %s, not %s%s", line, key, have, want, hint)
}

// typeInWords returns what a type is called in a claims file.
func typeInWords(name string) string {
	for prefix, words := range map[string]string{
		"string": "a text", "slice": "a list", "[]": "a list", "map": "a table", "int": "a whole number", "float": "a number with a point", "bool": "true or false",
	} {
		if strings.HasPrefix(name, prefix) {
			return words
		}
	}
	return name
}
