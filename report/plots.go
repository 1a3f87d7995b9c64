package report

import (
	"bytes"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/zkaudit/zkaudit/run"
)

// Plot is a picture of a calibration, drawn in each of Formats.
type Plot struct {
	Name string // of its file, without an ending
	plot *plot.Plot
}

// Formats are those in which plots are drawn, as their files end.
func Formats() []string { return []string{"svg", "png"} }

const plotWidth, plotHeight = 16 * vg.Centimeter, 9 * vg.Centimeter

// Draw returns the picture.
func (p *Plot) Draw(format string) ([]byte, error) {
	w, err := p.plot.WriterTo(plotWidth, plotHeight, format)
	if err != nil {
		return nil, fmt.Errorf("plot %s as %s: %w", p.Name, format, err)
	}
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("plot %s as %s: %w", p.Name, format, err)
	}
	return b.Bytes(), nil
}

// Colours of what is exact, and of float64.
var (
	exactColour = color.RGBA{R: 0x1f, G: 0x5f, B: 0xa8, A: 0xff}
	floatColour = color.RGBA{R: 0xc8, G: 0x6a, B: 0x1b, A: 0xff}
)

// DriftPlots draws both loss curves, both curves of accuracy where rows have classes, and
// by how much layers differ.
func DriftPlots(d *run.Drift) ([]Plot, error) {
	plots := []Plot{}
	add := func(name string, p *plot.Plot, err error) error {
		if err != nil {
			return fmt.Errorf("plot %s: %w", name, err)
		}
		plots = append(plots, Plot{name, p})
		return nil
	}
	p, err := curves(d, "Loss while training", "loss", func(s *run.Scores) float64 { return s.Loss })
	if err := add("loss", p, err); err != nil {
		return nil, err
	}
	if len(d.Curve) > 0 && d.Curve[0].Exact.Accuracy != nil {
		p, err := curves(d, "Accuracy on the rows of each step", "per cent", func(s *run.Scores) float64 { return 100 * *s.Accuracy })
		if err := add("accuracy", p, err); err != nil {
			return nil, err
		}
	}
	p, err = layers(d)
	return plots, add("layers", p, err)
}

// curves draws a metric of both runs.
func curves(d *run.Drift, title, unit string, of func(*run.Scores) float64) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text, p.Legend.Top = title, "step", unit, true
	var exact, float plotter.XYs
	for i := range d.Curve {
		c := &d.Curve[i]
		exact = append(exact, plotter.XY{X: float64(c.Step), Y: of(&c.Exact)})
		float = append(float, plotter.XY{X: float64(c.Step), Y: of(&c.Float)})
	}
	for _, s := range []struct {
		name   string
		points plotter.XYs
		colour color.Color
		dashes []vg.Length
	}{{"exact", exact, exactColour, nil}, {"float64", float, floatColour, []vg.Length{vg.Points(5), vg.Points(3)}}} {
		line, err := plotter.NewLine(s.points)
		if err != nil {
			return nil, err
		}
		line.Color, line.Dashes, line.Width = s.colour, s.dashes, vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(s.name, line)
	}
	return p, nil
}

// layers draws the share of each layer's cells that its error is, before and after
// training.
func layers(d *run.Drift) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.Y.Label.Text, p.Legend.Top = "Error of layers, root mean square, per cent of their cells'", "per cent", true
	var before, after plotter.Values
	var names []string
	for i := range d.Layers {
		l := &d.Layers[i]
		before, after = append(before, 100*l.Before.Share), append(after, 100*l.After.Share)
		names = append(names, fmt.Sprint(l.Layer))
	}
	p.X.Label.Text = "layer"
	const width = 8
	for i, s := range []struct {
		name   string
		values plotter.Values
		colour color.Color
	}{{"before training", before, exactColour}, {"after", after, floatColour}} {
		bars, err := plotter.NewBarChart(s.values, vg.Points(width))
		if err != nil {
			return nil, err
		}
		bars.Color, bars.Offset, bars.LineStyle.Width = s.colour, vg.Points(float64(2*i-1)*width/2), 0
		p.Add(bars)
		p.Legend.Add(s.name, bars)
	}
	p.NominalX(names...)
	p.X.Min, p.X.Max, p.Y.Max = -0.5, float64(len(names))-0.5, 1.25*p.Y.Max // room for the legend
	return p, nil
}
