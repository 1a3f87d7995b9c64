package report

import (
	"fmt"
	"math"
	"strings"

	"github.com/zkaudit/zkaudit/run"
)

// The drawing of a curve: 640 wide, a frame with room for numbers at its left and
// below.
const (
	curveLeft, curveRight = 60.0, 620.0
	curveTop, curveBottom = 14.0, 164.0
)

// curve is a line through points of training, ready to be drawn.
type curve struct {
	Caption     string
	Points      string // x,y x,y …
	Second      string // those of a second line, dashed; "": there is none
	High, Low   string // numbers at the ends of the vertical axis
	First, Last int    // steps at the ends of the horizontal one
}

// curves draws loss and, where rows have classes, accuracy while training.
func (t *Training) curves() []curve {
	if t.Made == nil || len(t.Made.Train.Curve) < 2 {
		return nil
	}
	points := t.Made.Train.Curve
	list := []curve{draw("Loss, the mean over the steps since the point before", "%.3g", line(points, loss))}
	if points[0].Accuracy != nil {
		list = append(list, draw("Accuracy on the rows of each step, per cent", "%.0f", line(points, percents)))
	}
	return list
}

// driftCurves draws the loss of an exact run, and dashed that of the run in float64.
func (t *Training) driftCurves() []curve {
	c := t.Made.Calibration
	if len(c.Drift.Curve) < 2 {
		return nil
	}
	var exact, float []vertex
	for _, p := range c.Drift.Curve {
		exact, float = append(exact, vertex{p.Step, loss(&p.Exact)}), append(float, vertex{p.Step, loss(&p.Float)})
	}
	return []curve{draw("Loss, the mean over the steps since the point before: exactly, and dashed in float64", "%.3g", exact, float)}
}

// vertex is a point of a line.
type vertex struct {
	step  int
	value float64
}

func loss(s *run.Scores) float64 { return s.Loss }

func percents(s *run.Scores) float64 {
	if s.Accuracy == nil {
		return math.NaN()
	}
	return 100 * *s.Accuracy
}

func line(points []run.Point, value func(*run.Scores) float64) (list []vertex) {
	for i := range points {
		list = append(list, vertex{points[i].Step, value(&points[i].Scores)})
	}
	return list
}

// draw scales one line or two, whose steps are the same, to the frame, from 0 or less to
// the highest. Points that are no numbers are left out.
func draw(caption, format string, lines ...[]vertex) curve {
	low, high := 0.0, 0.0
	for _, l := range lines {
		for _, p := range l {
			if v := p.value; !math.IsNaN(v) && !math.IsInf(v, 0) {
				low, high = min(low, v), max(high, v)
			}
		}
	}
	if high == low {
		high = low + 1
	}
	first := lines[0]
	c := curve{Caption: caption, High: fmt.Sprintf(format, high), Low: fmt.Sprintf(format, low), First: first[0].step, Last: first[len(first)-1].step}
	span := float64(max(1, c.Last-c.First))
	for i, l := range lines {
		var at []string
		for _, p := range l {
			if math.IsNaN(p.value) || math.IsInf(p.value, 0) {
				continue
			}
			x := curveLeft + (curveRight-curveLeft)*float64(p.step-c.First)/span
			y := curveBottom - (curveBottom-curveTop)*(p.value-low)/(high-low)
			at = append(at, fmt.Sprintf("%.1f,%.1f", x, y))
		}
		*[]*string{&c.Points, &c.Second}[i] = strings.Join(at, " ")
	}
	return c
}
