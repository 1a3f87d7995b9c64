package audit

import (
	"fmt"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/relation"
)

// Prediction says what a model answers to one input: a public row (in the
// dataset's integers), or a row of a committed part. The model of a run stays
// private, and so does a committed input.
type Prediction struct {
	Model string `toml:"model"`
	Question
	// Class is the class predicted, by name as in Classes.
	Class   string   `toml:"class,omitempty"`
	Classes []string `toml:"classes,omitempty"` // names, in order; numbers if none are given
	// Outputs are the model's outputs, as integers at its fraction bits.
	Outputs []int64 `toml:"outputs,omitempty"`
	// What is released, if neither class nor outputs are given: "class" or
	// "outputs".
	What string `toml:"release,omitempty"`
}

// Question is one input to a model.
type Question struct {
	Input []int64 `toml:"input,omitempty"` // public
	Part  string  `toml:"part,omitempty"`
	Row   int     `toml:"row,omitempty"` // of the part, from 0
}

// State implements Claim.
func (c *Prediction) State(s *Scope) {
	x := c.input(s, c.Model)
	given := 0
	for _, set := range []bool{c.Class != "", len(c.Outputs) > 0, c.What != ""} {
		if set {
			given++
		}
	}
	if given != 1 {
		s.usage("a prediction names its class or its outputs, or releases one of them")
	}
	if s.err != nil {
		return
	}
	if c.Class != "" || c.What == "class" {
		c.stateClass(s, x)
		return
	}
	if c.What != "" && c.What != "outputs" {
		s.usage("release %s: want \"class\" or \"outputs\"", foreign.Quote(c.What))
		return
	}
	c.stateOutputs(s, x)
}

// input is the row as a tensor (1, feature), for models to answer.
func (c *Question) input(s *Scope, models ...string) relation.ID {
	one := relation.Axis{Name: "input", Size: 1}
	if (len(c.Input) == 0) == (c.Part == "") {
		s.usage("the input is either public, or a row of a part")
		return relation.None
	}
	if c.Part == "" {
		columns := relation.Axis{Name: "features", Size: len(c.Input)}
		cells := make([]int64, columns.Padded())
		for k, v := range c.Input {
			if cells[k] = v; v != int64(int16(v)) {
				s.usage("input %d is %d: more than 16 bits", k, v)
			}
		}
		return s.public("public input", cells, one, columns)
	}
	p := s.part(c.Part)
	if c.Row < 0 || c.Row >= p.Rows {
		s.usage("part %q has no row %d", c.Part, c.Row)
		return relation.None
	}
	x, rows := p.features(), p.rowAxis()
	columns := s.axes(x)[1]
	for _, model := range models {
		s.fits(model, p)
	}
	pick := s.b.Public("row selected", &relation.AxisMap{Out: []int32{0}, In: []int32{int32(c.Row)}, Value: []int64{1}}, one, rows)
	return s.virtual(fmt.Sprintf("row %d of part %q", c.Row, c.Part), []relation.Axis{one, columns}, []relation.Label{"b", "k"},
		relation.Times(relation.Int(1), relation.At(pick, "b", "i"), relation.At(x, "i", "k")))
}

func (c *Prediction) stateClass(s *Scope, x relation.ID) {
	code, classes := s.predicted(c.Model, x)
	if s.err != nil {
		return
	}
	class := 0
	if c.What == "class" {
		class = int(s.publish(Released{Name: "class", Classes: c.Classes, Bits: bitsOf(classes)}, 1, func(v *Values) []int64 { return v.of(code)[:1] })[0])
		if class < 0 || class >= classes {
			s.fail("released class %d of %d: %w", class, classes, fault.ErrRejected)
		}
	} else {
		whose := fmt.Sprintf("model %q", c.Model)
		if len(c.Classes) == 0 {
			whose = "without a list of classes in the claim, " + whose
		}
		class = s.index(whose, c.Class, classes, c.className)
	}
	if s.err != nil {
		return
	}
	s.equals("class", code, []int64{int64(class)}, func(cells []int64) string {
		return fmt.Sprintf("%s answers class %s", s.subjects.called(c.Model), foreign.Quote(c.className(int(cells[0]))))
	})
}

func (c *Prediction) className(k int) string {
	if k >= 0 && k < len(c.Classes) {
		return c.Classes[k]
	}
	return fmt.Sprint(k)
}

func (c *Prediction) stateOutputs(s *Scope, x relation.ID) {
	y := s.inference(c.Model, x, prediction)
	if s.err != nil {
		return
	}
	units, want := s.axes(y)[1], c.Outputs
	if c.What == "outputs" {
		p := s.model(c.Model)
		released := Released{Name: "outputs", Unit: fmt.Sprintf("units of 2^-%d", p.Tensor(p.Loss.Prediction).Format.Fraction), Bits: 16 * units.Size}
		want = s.publish(released, units.Size, func(v *Values) []int64 { return v.real(y) })
	}
	if len(want) != units.Size {
		s.usage("%d outputs, model %q has %d", len(want), c.Model, units.Size)
		return
	}
	padded := make([]int64, units.Padded())
	copy(padded, want)
	s.equals("outputs", y, padded, func(cells []int64) string { return fmt.Sprintf("model %q answers %d", c.Model, cells[:units.Size]) })
}

// equals says that a tensor has the given public cells, on its real cells.
func (s *Scope) equals(name string, x relation.ID, cells []int64, answer func(cells []int64) string) {
	axes := s.axes(x)
	labels := []relation.Label{"b", "k"}[:len(axes)]
	want := s.public("stated "+name, cells, axes...)
	masks := s.b.Masks(axes, labels)
	s.b.Equation(name+" as stated", axes, labels,
		relation.Times(relation.Int(1), append(masks, relation.At(x, labels...))...),
		relation.Times(relation.Int(-1), relation.At(want, labels...)))
	s.fill(func(v *Values) {
		eachReal(axes, func(cell int) {
			if v.of(x)[cell] != cells[cell] {
				v.refuse("%s", answer(v.of(x)))
			}
		})
	})
}

func (c *Question) words() string {
	if c.Part != "" {
		return fmt.Sprintf("row %d of %s", c.Row, foreign.Quote(c.Part))
	}
	return "the stated input"
}

// Words implements Claim.
func (c *Prediction) Words(s *Subjects) Words {
	input, output := c.words(), "the released "+c.What
	if c.Class != "" {
		output = "class " + foreign.Quote(c.Class)
	} else if len(c.Outputs) > 0 {
		output = fmt.Sprintf("outputs %d", c.Outputs)
	}
	w := Words{
		Says:      fmt.Sprintf("to %s, %s answers %s", input, s.called(c.Model), output),
		NotProven: []string{"what a rounded copy of the model would answer: this is the integer model"},
	}
	if len(c.Classes) > 0 {
		w.NotProven = append(w.NotProven, fmt.Sprintf("that the model's classes are called %s, in this order: the names are the claim's", foreign.Quotes(c.Classes)))
	}
	return w
}
