package audit

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"testing"
)

func TestHTML(t *testing.T) {
	_, in := inputs(t)
	a := parse(t, claims)
	_, r, err := Prove(context.Background(), a, in)
	if err != nil {
		t.Fatal(err)
	}
	for i, loss := range []float64{1.1, 0.7, 0.62, math.Inf(1), 0.5} {
		accuracy := 0.5 + 0.1*float64(i)
		r.Training = append(r.Training, CurvePoint{Step: 5 * i, Loss: loss, Accuracy: &accuracy})
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
		"&#34;women-and-men&#34;", "40.0 % (20 of 50)", "Accuracy by group", "all rows", `<th class="right">predicted <bdi>&#34;a&#34;</bdi></th>`, `<td><bdi>&#34;c&#34;</bdi></td><td class="right">0</td><td class="right">2</td><td class="right hit">0</td>`, "Loss by step", "Accuracy by step", ">step 20<", "INSECURE", "3 claims hold",
		"50.0 % (60 of 120)",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "http://localhost", "src=", "href=\"h", "Inf", "NaN"} {
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

func TestLinePlot(t *testing.T) {
	half := func(CurvePoint) float64 { return 0.5 }
	loss := func(p CurvePoint) float64 { return p.Loss }
	points := []CurvePoint{{Step: 0, Loss: 0.31}, {Step: 50, Loss: math.NaN()}, {Step: 100, Loss: 0.19}}
	p, ok := newLinePlot("loss", points, loss)
	if want := "46.0,39.6 300.0,122.4"; !ok || p.Points != want {
		t.Errorf("points %q, want %q", p.Points, want)
	}
	var rules []string
	for _, r := range p.Rules {
		rules = append(rules, r.Text)
	}
	if want := "0.15 0.20 0.25 0.30 0.35"; strings.Join(rules, " ") != want {
		t.Errorf("rules %q, want %q", rules, want)
	}
	if p, ok := newLinePlot("constant", points, half); !ok || len(p.Rules) < 2 || strings.Contains(p.Points, "NaN") {
		t.Errorf("a constant: %+v", p)
	}
	if _, ok := newLinePlot("nothing", points[1:2], loss); ok {
		t.Error("drew a curve without values")
	}
}
