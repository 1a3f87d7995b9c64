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
)

func TestHTML(t *testing.T) {
	_, in := inputs(t)
	a := parse(t, strings.Replace(claims, "women and men", "<script>women & men</script>", 1))
	_, r, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	r.Training = []CurvePoint{{Step: 0, Loss: 1.1}, {Step: 10, Loss: 0.7}, {Step: 20, Loss: 0.5}}
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
		"&lt;script&gt;women &amp; men&lt;/script&gt;", "40.0 % (20 of 50)", "Accuracy by group", "all rows", "<polyline", "INSECURE", "3 claim(s) hold",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "http://localhost", "src=", "href="} {
		if strings.Contains(b.String(), never) {
			t.Errorf("the page has %q", never)
		}
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
