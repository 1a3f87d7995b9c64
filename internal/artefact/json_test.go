package artefact_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestCheckJSON(t *testing.T) {
	nested := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"empty":             {"", true},
		"as many objects":   {"[" + strings.Repeat("{},", artefact.MaxObjects-1) + "{}]", true},
		"one more":          {"[" + strings.Repeat("{},", artefact.MaxObjects) + "{}]", false},
		"as deep":           {nested(artefact.MaxDepth), true},
		"deeper":            {nested(artefact.MaxDepth + 1), false},
		"braces in a text":  {`"` + strings.Repeat(`{[`, artefact.MaxObjects) + `"`, true},
		"an escaped quote":  {`"\"` + strings.Repeat(`{[`, artefact.MaxObjects) + `"`, true},
		"after a backslash": {`"\\"` + strings.Repeat(`{[`, artefact.MaxObjects), false},
	} {
		if err := artefact.CheckJSON([]byte(c.text)); (err == nil) != c.ok || err != nil && !errors.Is(err, fault.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
