package audit

import (
	"bytes"
	"fmt"

	"github.com/BurntSushi/toml"

	"github.com/zkaudit/zkaudit/artefact"
	"github.com/zkaudit/zkaudit/fault"
)

// Limits of a claims file.
const (
	MaxClaims     = 1 << 10
	MaxClaimsFile = 64 << 20
	MaxContext    = 1 << 12
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
//	name = "women and men"   # by default its number and kind
//	parts = ["north"]
//	…
//
// It is strict: a key that a claim does not know, or that stands at the wrong
// place, is refused, so that a misspelt threshold is not taken for none.
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
func Parse(text []byte) (*Audit, error) {
	var file struct {
		Context string           `toml:"context"`
		Claims  []map[string]any `toml:"claim"`
	}
	if err := decodeStrictly(text, &file); err != nil {
		return nil, err
	}
	if len(file.Claims) == 0 || len(file.Claims) > MaxClaims {
		return nil, fmt.Errorf("%d claims, want 1 to %d: %w", len(file.Claims), MaxClaims, fault.ErrUsage)
	}
	if len(file.Context) > MaxContext {
		return nil, fmt.Errorf("context of %d bytes, at most %d: %w", len(file.Context), MaxContext, fault.ErrUsage)
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

// parseClaim reads a claim; one without a name is called as its kind, and by its
// place if another is called so.
func parseClaim(i int, table map[string]any, taken map[string]bool) (*Item, error) {
	kind, ok := table["kind"].(string)
	if !ok {
		return nil, fmt.Errorf("claim %d has no kind: %w", i+1, fault.ErrUsage)
	}
	name := kind
	if taken[name] {
		name = fmt.Sprintf("%s %d", kind, i+1)
	}
	if given, there := table["name"]; there {
		if name, ok = given.(string); !ok || name == "" || len(name) > 200 {
			return nil, fmt.Errorf("claim %d: name %v: %w", i+1, given, fault.ErrUsage)
		}
	}
	delete(table, "kind")
	delete(table, "name")
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(table); err != nil {
		return nil, fmt.Errorf("claim %q: %v: %w", name, err, fault.ErrUsage)
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
	return claim, decodeStrictly(text, claim)
}

func decodeStrictly(text []byte, into any) error {
	meta, err := toml.Decode(string(text), into)
	if err != nil {
		return fmt.Errorf("%v: %w", err, fault.ErrUsage)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("unknown key %q: %w", unknown[0].String(), fault.ErrUsage)
	}
	return nil
}
