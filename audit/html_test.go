package audit

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/proof/mode"
)

func TestHTML(t *testing.T) {
	_, in := inputs(t)
	a := parse(t, claims)
	_, r, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("ZKAUDIT_REPORT"); path != "" {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{
		"&#34;women-and-men&#34;", "40.0 % (20 of 50)", "Accuracy by group", "all rows", `<th class="right">predicted <bdi>&#34;a&#34;</bdi></th>`, `<td><bdi>&#34;c&#34;</bdi></td><td class="right">0</td><td class="right">2</td><td class="right hit">0</td>`, "INSECURE", "3 claims hold",
		"50.0 % (60 of 120)", "zkaudit audit verify audit.zka --bundle BUNDLE --expect", "<code>zkaudit-verify</code>",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"made in", "proving, s", "<script", "http://localhost", "NOT COMPARED", "src=", "href=\"h", "Inf", "NaN"} {
		if strings.Contains(b.String(), never) {
			t.Errorf("the page has %q", never)
		}
	}
	r.Mode = string(mode.ZKPLONK)
	var wrapped bytes.Buffer
	if err := r.WriteHTML(&wrapped); err != nil || strings.Contains(wrapped.String(), "zkaudit-verify") {
		t.Errorf("the page names a verifier that does not verify its mode: %v", err)
	}
	r.Unpinned = []string{`part "north"`, `run "net"`}
	var less bytes.Buffer
	if err := r.WriteHTML(&less); err != nil || !strings.Contains(less.String(), `NOT COMPARED: part <bdi>&#34;north&#34;</bdi>, run <bdi>&#34;net&#34;</bdi>. The proofs hold`) {
		t.Errorf("the page does not say what nobody compared: %v", err)
	}
	d := xml.NewDecoder(&b) // well formed enough: tags are closed
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
