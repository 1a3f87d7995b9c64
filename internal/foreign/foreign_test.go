package foreign_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/foreign"
)

// steering are characters that hide, reorder, break or overwrite what a reader
// sees.
var steering = map[string]string{
	"\x1b": `\x1b`, "\x00": `\x00`, "\r": `\r`, "\n": `\n`, "\t": `\t`, "\b": `\b`, "\x7f": `\x7f`, "\u009b": `\u009b`, "\u0085": `\u0085`,
	"\u202a": `\u202a`, "\u202e": `\u202e`, "\u2066": `\u2066`, "\u2069": `\u2069`, "\u200e": `\u200e`, "\u200f": `\u200f`, "\u061c": `\u061c`,
	"\u200b": `\u200b`, "\u200d": `\u200d`, "\ufeff": `\ufeff`, "\u00ad": `\u00ad`, "\u2028": `\u2028`, "\u2029": `\u2029`, "\u00a0": `\u00a0`, "\u3000": `\u3000`,
	"\u3164": `\u3164`, "\u115f": `\u115f`, "\uffa0": `\uffa0`, "\u2800": `\u2800`, "\ufe0f": `\ufe0f`, "\u034f": `\u034f`, "\U000e0041": `\U000e0041`,
	"\xff": `\xff`, "\xc3": `\xc3`, "\xed\xa0\x80": `\xed\xa0\x80`, "\ufffd": `\ufffd`, "\ue000": `\ue000`,
}

func TestNothingSteers(t *testing.T) {
	for text, want := range steering {
		if got := foreign.Line("a" + text + "b"); got != "a"+want+"b" {
			t.Errorf("a line with %q: %s", text, got)
		}
		if got := foreign.Quote("a" + text + "b"); got != `"a`+want+`b"` {
			t.Errorf("a quotation of %q: %s", text, got)
		}
		var out strings.Builder
		if n, err := foreign.Writer(&out).Write([]byte("a" + text + "b\n")); err != nil || n != len(text)+3 {
			t.Errorf("writing %q: %d bytes, %v", text, n, err)
		}
		if got := out.String(); text != "\n" && got != "a"+want+"b\n" {
			t.Errorf("%q written: %s", text, got)
		}
	}
}

// Words of people stay what they are.
func TestWordsStay(t *testing.T) {
	for _, text := range []string{"größer > 50K", "é of two: e\u0301", "日本語", "שלום", "ไทยที่", "C:\\data", `a "word"`, "½ … €", "😀"} {
		if got := foreign.Line(text); got != text {
			t.Errorf("%s became %s", text, got)
		}
	}
}

// A quotation ends where it ends.
func TestQuotationsEnd(t *testing.T) {
	for _, text := range []string{`a" (1000 rows), "b`, `a\`, "a” and “b", "a＂ b", "″", ""} {
		got := foreign.Quote(text)
		inner := strings.ReplaceAll(got[1:len(got)-1], `\"`, "")
		if got[0] != '"' || got[len(got)-1] != '"' || strings.ContainsAny(inner, "\"”＂″") {
			t.Errorf("%s is quoted as %s", text, got)
		}
	}
	if got := foreign.Quote(`a\" b`); got != `"a\\\" b"` {
		t.Errorf("a backslash before the end: %s", got)
	}
	if got := foreign.Quotes([]string{"a", "b, c"}); got != `"a", "b, c"` {
		t.Error(got)
	}
}

// Marks are not piled up, and not put on the program's own characters.
func TestMarks(t *testing.T) {
	if got := foreign.Quote("\u0301a\u0301\u0301\u0301\u0301"); got != "\"\\u0301a\u0301\u0301\u0301\\u0301\"" {
		t.Errorf("%+q", got)
	}
}

func TestBounds(t *testing.T) {
	long := strings.Repeat("ä", 1<<16)
	if got, want := foreign.Line(long), long[:2*foreign.MaxLine]+"… (131072 bytes in all)"; got != want {
		t.Errorf("a line of %d bytes", len(got))
	}
	got := foreign.Quote(strings.Repeat(`"`, 1<<10))
	if want := `"` + strings.Repeat(`\"`, foreign.MaxQuote) + `"… (1024 bytes in all)`; got != want {
		t.Errorf("cut to %s", got)
	}
	list := make([]string, 100)
	if got := foreign.Quotes(list); !strings.HasSuffix(got, `"", "" and 36 more`) {
		t.Error(got)
	}
}

// What is escaped in JSON is the same value.
func TestJSON(t *testing.T) {
	for text := range steering {
		value := map[string]string{"a" + text: text + "é ä 😀"}
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		safe := foreign.JSON(encoded)
		for _, c := range []string{"\u202e", "\u009b", "\x7f", "\u200b", "\u2800", "\ufe0f", "\U000e0041"} {
			if strings.Contains(string(safe), c) {
				t.Errorf("%q is left in %s", c, safe)
			}
		}
		var again, want map[string]string
		if err := json.Unmarshal(safe, &again); err != nil {
			t.Fatalf("%s: %v", safe, err)
		}
		if err := json.Unmarshal(encoded, &want); err != nil {
			t.Fatal(err)
		}
		for k, v := range want {
			if again[k] != v || len(again) != 1 {
				t.Errorf("%q became %q", want, again)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, name := range []string{"a", "part-000", "north-test", "2024_v1.2", strings.Repeat("x", 64)} {
		if err := foreign.CheckName("a part", name); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{"", "-a", ".a", "a b", "a\n", "ä", "left (1000 rows, read 1023 times, 99.90 %), right", `a"b`, "a,b", "a:b", "a/b", strings.Repeat("x", 65)} {
		if err := foreign.CheckName("a part", name); err == nil || !strings.HasPrefix(err.Error(), "a part called \"") {
			t.Errorf("%q is a name: %v", name, err)
		}
	}
}

func FuzzLine(f *testing.F) {
	for text := range steering {
		f.Add("x" + text + "\"y")
	}
	f.Fuzz(func(t *testing.T, text string) {
		line, quoted := foreign.Line(text), foreign.Quote(text)
		if again := foreign.Line(line); len(line) <= foreign.MaxLine && again != line {
			t.Errorf("%q is no line: %q", line, again)
		}
		if len(quoted) <= foreign.MaxLine && foreign.Line(quoted) != quoted {
			t.Errorf("%q is no line", quoted)
		}
		if strings.Contains(line, "\n") {
			t.Errorf("%q has two lines", line)
		}
	})
}
