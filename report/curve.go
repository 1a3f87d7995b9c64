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
	High, Low   string // numbers at the ends of the vertical axis
	First, Last int    // steps at the ends of the horizontal one
}

// curves draws loss and, where rows have classes, accuracy while training.
func (t *Training) curves() []curve {
	if t.Made == nil || len(t.Made.Train.Curve) < 2 {
		return nil
	}
	points := t.Made.Train.Curve
	list := []curve{draw("Loss, the mean over the steps since the point before", points, func(p run.Point) float64 { return p.Loss }, "%.3g")}
	if points[0].Accuracy != nil {
		list = append(list, draw("Accuracy on the rows of each step, per cent", points, func(p run.Point) float64 {
			if p.Accuracy == nil {
				return math.NaN()
			}
			return 100 * *p.Accuracy
		}, "%.0f"))
	}
	return list
}

// draw scales points to the frame, from 0 or less to the highest. Points that are no
// numbers are left out.
func draw(caption string, points []run.Point, value func(run.Point) float64, format string) curve {
	low, high := 0.0, 0.0
	var seen []run.Point
	for _, p := range points {
		if v := value(p); !math.IsNaN(v) && !math.IsInf(v, 0) {
			low, high, seen = min(low, v), max(high, v), append(seen, p)
		}
	}
	if high == low {
		high = low + 1
	}
	c := curve{Caption: caption, High: fmt.Sprintf(format, high), Low: fmt.Sprintf(format, low), First: points[0].Step, Last: points[len(points)-1].Step}
	span := float64(max(1, c.Last-c.First))
	var at []string
	for _, p := range seen {
		x := curveLeft + (curveRight-curveLeft)*float64(p.Step-c.First)/span
		y := curveBottom - (curveBottom-curveTop)*(value(p)-low)/(high-low)
		at = append(at, fmt.Sprintf("%.1f,%.1f", x, y))
	}
	c.Points = strings.Join(at, " ")
	return c
}
