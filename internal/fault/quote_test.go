package fault_test

import (
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/fault"
)

func TestQuote(t *testing.T) {
	long := strings.Repeat("é", 101)
	for in, want := range map[string]string{
		"":                       `""`,
		"age":                    `"age"`,
		"Zürich":                 `"Zürich"`,
		"a\x1b[2K\rVERIFIED":     `"a\x1b[2K\rVERIFIED"`,
		"a\u202eb\u200b":         `"a\u202eb\u200b"`,
		"\xff":                   `"\xff"`,
		long[:200]:               `"` + long[:200] + `"`,
		long:                     `"` + long[:200] + `"… (202 bytes in all)`,
		strings.Repeat("a", 1e6): `"` + strings.Repeat("a", 100) + `"… (1000000 bytes in all)`,
	} {
		if got := fault.Quote(in); got != want {
			t.Errorf("Quote of %.120q: %s, want %s", in, got, want)
		}
	}
}
