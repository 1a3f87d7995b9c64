package report

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/drift"
	"github.com/zkaudit/zkaudit/run"
)

func share(v float64) *float64 { return &v }

// made is a report of a run with a context that tries to be more than text.
func made() *Training {
	return &Training{
		Verified: &bundle.Report{
			Facts:    bundle.Facts{Statement: strings.Repeat("ab", 32), Mode: "zk", Context: "<script>alert(1)</script>\x1b[31m", Steps: 4, Segments: 2, ProgramFacts: bundle.ProgramFacts{Parameters: 7}},
			Proven:   []string{"each step was taken, of \"part\u202e<b>\" too"},
			Unpinned: []string{"the data"},
		},
		Bundle: "bundle.zka", SHA256: strings.Repeat("cd", 32),
		Sizes: []Size{{"proofs of 2 segments", 900}, {"statement and commitments", 100}},
		Made: &run.Records{
			Train: &run.TrainRecord{
				Steps: 4, Seconds: 1.25, Before: &run.Scores{Loss: 2.5, Accuracy: share(0.1)}, After: &run.Scores{Loss: 0.25, Accuracy: share(0.955)},
				Curve: []run.Point{{Step: 2, Scores: run.Scores{Loss: 2, Accuracy: share(0.5)}}, {Step: 4, Scores: run.Scores{Loss: 1, Accuracy: share(1)}}},
			},
			Prove:       &run.ProveRecord{Segments: 2, Proven: 2, Seconds: 12},
			Calibration: &run.CalibrationRecord{Steps: 4, Drift: drifted()},
		},
	}
}

// drifted is how far a run of two points is from float64.
func drifted() *run.Drift {
	return &run.Drift{
		Seeds: 5, Rows: 30, Exact: run.Scores{Loss: 0.5, Accuracy: share(0.9)}, Float: run.Scores{Loss: 0.25, Accuracy: share(0.925)},
		Curve: []run.Pair{
			{Step: 2, Exact: run.Scores{Loss: 4, Accuracy: share(0.5)}, Float: run.Scores{Loss: 2, Accuracy: share(0.5)}},
			{Step: 4, Exact: run.Scores{Loss: 2, Accuracy: share(1)}, Float: run.Scores{Loss: 1, Accuracy: share(1)}},
		},
		Layers: []run.LayerDrift{{Layer: 3, Kind: "CONV_2D", Fraction: 9, Before: drift.Difference{Share: 0.015}, After: drift.Difference{Share: 0.25}}},
	}
}

// TestDriftPlots: one of losses, one of accuracies where there are any, one of layers, in
// each format.
func TestDriftPlots(t *testing.T) {
	d := drifted()
	plots, err := DriftPlots(d)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for i := range plots {
		names = append(names, plots[i].Name)
		for format, begins := range map[string]string{"svg": "<?xml", "png": "\x89PNG"} {
			picture, err := plots[i].Draw(format)
			if err != nil || !strings.HasPrefix(string(picture), begins) {
				t.Errorf("%s as %s: %.20q, %v", plots[i].Name, format, picture, err)
			}
		}
		if _, err := plots[i].Draw("bmp"); err == nil {
			t.Error("drawn as bmp")
		}
	}
	if diff := cmp.Diff([]string{"loss", "accuracy", "layers"}, names); diff != "" {
		t.Error(diff)
	}
	d.Curve[0].Exact.Accuracy = nil
	if plots, err := DriftPlots(d); err != nil || len(plots) != 2 {
		t.Errorf("without accuracies %d plots, %v", len(plots), err)
	}
}

func html(t *testing.T, r *Training) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(strings.NewReader(b.String())) // well formed enough: tags are closed
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return b.String()
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestWriteHTML(t *testing.T) {
	all := html(t, made())
	for _, want := range []string{
		"NOT COMPARED: the data", "7 parameters · 4 steps in 2 segments", strings.Repeat("cd", 32), `points="60.0,14.0 620.0,89.0"`, `points="60.0,89.0 620.0,14.0"`,
		`<td>after</td><td class="right">0.25</td><td class="right">95.5 %</td>`, `<tr><td>all</td><td class="right">1000</td></tr>`, "training, 4 steps", "proving", "&lt;script&gt;",
		`points="60.0,14.0 620.0,89.0" fill="none" stroke="#1f5fa8"`, `points="60.0,89.0 620.0,126.5" fill="none" stroke="#c86a1b"`, "30 rows held out, mean of 5 initial weights",
		`<td>in float64</td><td class="right">0.25</td><td class="right">92.5 %</td>`, `<td>3 CONV_2D</td><td class="right">9</td><td class="right">1.5 %</td><td class="right">25 %</td>`,
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "<b>", "\x1b", "\u202e", "src=", "href=", "http://localhost", "NaN", "Inf"} {
		if strings.Contains(all, never) {
			t.Errorf("the page has %q", never)
		}
	}
	few := made()
	few.Made, few.Verified.Unpinned = nil, nil
	page := html(t, few)
	for _, never := range []string{"How training went", "float64", "owner&#39;s machine", "NOT COMPARED", "polyline"} {
		if strings.Contains(page, never) {
			t.Errorf("a page of the bundle alone, all compared, has %q", never)
		}
	}
	wrapped := made()
	if wrapped.Verified.Facts.Mode = "zk-plonk"; !strings.Contains(page, "zkaudit-verify") || strings.Contains(html(t, wrapped), "zkaudit-verify") {
		t.Error("the small verifier is named where it verifies the mode, and nowhere else")
	}
	if !strings.Contains(page, "✓ verified, and what was expected") {
		t.Error("the page does not say that all was compared")
	}
}

// TestCurves: values are scaled between 0, or the lowest, and the highest; what is no
// number is left out, and a flat line is drawn.
func TestCurves(t *testing.T) {
	point := func(step int, loss float64) run.Point { return run.Point{Step: step, Scores: run.Scores{Loss: loss}} }
	for name, test := range map[string]struct {
		points []run.Point
		want   []curve
	}{
		"falling":          {[]run.Point{point(1, 4), point(3, 1), point(5, 2)}, []curve{{Points: "60.0,14.0 340.0,126.5 620.0,89.0", High: "4", Low: "0", First: 1, Last: 5}}},
		"below 0":          {[]run.Point{point(1, -1), point(2, 1)}, []curve{{Points: "60.0,164.0 620.0,14.0", High: "1", Low: "-1", First: 1, Last: 2}}},
		"no numbers":       {[]run.Point{point(1, 2), point(2, math.NaN()), point(3, math.Inf(1))}, []curve{{Points: "60.0,14.0", High: "2", Low: "0", First: 1, Last: 3}}},
		"nothing but zero": {[]run.Point{point(1, 0), point(2, 0)}, []curve{{Points: "60.0,164.0 620.0,164.0", High: "1", Low: "0", First: 1, Last: 2}}},
		"one point":        {[]run.Point{point(1, 2)}, nil},
	} {
		r := &Training{Made: &run.Records{Train: &run.TrainRecord{Curve: test.points}}}
		got := r.curves()
		for i := range got {
			got[i].Caption = ""
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestSizes: they add up to the file.
func TestSizes(t *testing.T) {
	b := &bundle.Bundle{Datasets: [][]byte{make([]byte, 10), make([]byte, 20)}, Weights: make([]byte, 5), Segments: []bundle.Segment{{Proof: make([]byte, 30)}, {Proof: make([]byte, 40)}}}
	want := []Size{{"certificate of part 0 of the data", 10}, {"certificate of part 1 of the data", 20}, {"certificate of the initial weights", 5}, {"proofs of 2 segments", 70}, {"statement and commitments", 95}}
	got := Sizes(b, 200)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if total(got) != 200 {
		t.Errorf("%d bytes in all", total(got))
	}
}
