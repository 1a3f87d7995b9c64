package scramble

import (
	"reflect"
	"strings"

	"github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// maxListed bounds how many entries of a list are looked into.
const maxListed = 8

// Change changes one to four things in what v points to. Fields that are not
// exported stay as they are.
func Change(c *Choices, v any) {
	for range 1 + c.Below(4) {
		s := &survey{choices: c}
		s.visit(reflect.ValueOf(v).Elem())
		if len(s.places) == 0 {
			return
		}
		s.places[c.Below(len(s.places))]()
	}
}

// survey finds what can be changed.
type survey struct {
	choices *Choices
	places  []func()
	texts   []string // that stand somewhere
}

func (s *survey) add(change func()) { s.places = append(s.places, change) }

func (s *survey) visit(v reflect.Value) {
	if !v.CanSet() && v.Kind() != reflect.Pointer && v.Kind() != reflect.Interface {
		return
	}
	if v.Type() == reflect.TypeFor[bn254.G1Affine]() {
		s.add(func() { v.Set(reflect.ValueOf(s.point())) })
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		s.visitPointer(v)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s.visit(v.Field(i))
			}
		}
	case reflect.Map:
		s.visitMap(v)
	case reflect.Slice:
		s.visitSlice(v)
	case reflect.Array:
		for i := range min(v.Len(), maxListed) {
			s.visit(v.Index(i))
		}
	default:
		s.visitLeaf(v)
	}
}

func (s *survey) visitPointer(v reflect.Value) {
	if v.IsNil() {
		if v.Kind() == reflect.Pointer && v.CanSet() {
			s.add(func() { v.Set(reflect.New(v.Type().Elem())) })
		}
		return
	}
	if v.Kind() == reflect.Interface {
		if v.Elem().Kind() == reflect.Pointer {
			s.visit(v.Elem())
		}
		return
	}
	s.visit(v.Elem())
}

// visitLeaf is for numbers, texts and bits.
func (s *survey) visitLeaf(v reflect.Value) {
	c := s.choices
	switch {
	case v.CanInt():
		s.add(func() { v.SetInt(c.number(v.Int())) })
	case v.CanUint():
		s.add(func() { v.SetUint(uint64(c.number(int64(v.Uint())))) })
	case v.Kind() == reflect.Bool:
		s.add(func() { v.SetBool(!v.Bool()) })
	case v.CanFloat():
		s.add(func() { v.SetFloat(float64(c.number(int64(v.Float()))) / 8) })
	case v.Kind() == reflect.String:
		s.texts = append(s.texts, v.String())
		s.add(func() { v.SetString(s.text(v.String())) })
	}
}

// text is one that stands elsewhere, or at an edge.
func (s *survey) text(old string) string {
	c := s.choices
	switch c.Below(8) {
	case 0:
		return ""
	case 1:
		return old + old
	case 2:
		return old[:c.Below(len(old)+1)]
	case 3:
		return strings.Repeat("x", 1<<c.Below(18))
	case 4:
		return old + []string{" & ", "\x1b[2K", "\u202e", "\xff", "\"", "0", "\n", ": "}[c.Below(8)]
	case 5:
		return []string{"0.5", "1", "0", "0.000000001", "999999999999.999999999", "counts", "outputs", "class"}[c.Below(8)]
	}
	return s.texts[c.Below(len(s.texts))]
}

// point is another point, the one at infinity, or none of the curve.
func (s *survey) point() bn254.G1Affine {
	_, _, g, _ := bn254.Generators()
	var p bn254.G1Affine
	switch s.choices.Below(8) {
	case 0:
	case 1:
		p = g
		p.X.SetUint64(5)
	default:
		var k fr.Element
		k.SetUint64(uint64(2 + s.choices.Below(100)))
		p = bn254.BatchScalarMultiplicationG1(&g, []fr.Element{k})[0]
	}
	return p
}

func (s *survey) visitSlice(v reflect.Value) {
	c, n := s.choices, v.Len()
	s.add(func() { s.resize(v) })
	if n > 1 {
		s.add(func() {
			i, k := c.Below(n), c.Below(n)
			copied := reflect.MakeSlice(v.Type(), n, n)
			reflect.Copy(copied, v)
			copied.Index(i).Set(v.Index(k))
			copied.Index(k).Set(v.Index(i))
			v.Set(copied)
		})
	}
	for k := range min(n, maxListed) { // some of many, not always the first
		s.visit(v.Index(k * n / min(n, maxListed)))
	}
}

// resize takes entries away, or repeats them, up to a thousand times.
func (s *survey) resize(v reflect.Value) {
	c, n := s.choices, v.Len()
	switch c.Below(5) {
	case 0:
		v.Set(reflect.Zero(v.Type()))
	case 1:
		v.Set(v.Slice3(0, c.Below(n+1), n))
	case 2:
		v.Set(reflect.AppendSlice(v.Slice3(0, n, n), v))
	case 3:
		v.Set(reflect.Append(v.Slice3(0, n, n), reflect.Zero(v.Type().Elem())))
	case 4:
		if n > 0 {
			at, more := c.Below(n), v.Slice3(0, n, n)
			for range 1 << c.Below(11) {
				more = reflect.Append(more, v.Index(at))
			}
			v.Set(more)
		}
	}
}

func (s *survey) visitMap(v reflect.Value) {
	c := s.choices
	if v.IsNil() || v.Len() == 0 || v.Type().Key().Kind() != reflect.String {
		return
	}
	keys := v.MapKeys()
	least := func() reflect.Value { // maps have no order, choices do
		list := make([]string, len(keys))
		for i, k := range keys {
			list[i] = k.String()
		}
		at := c.Below(len(list))
		for i, a := range list {
			below := 0
			for _, b := range list {
				if b < a {
					below++
				}
			}
			if below == at {
				return keys[i]
			}
		}
		return keys[0]
	}
	key := least()
	s.texts = append(s.texts, key.String())
	s.add(func() { v.SetMapIndex(key, reflect.Value{}) })
	s.add(func() { v.SetMapIndex(reflect.ValueOf(s.text(key.String())).Convert(v.Type().Key()), v.MapIndex(key)) })
	value := reflect.New(v.Type().Elem()).Elem()
	value.Set(v.MapIndex(key))
	if value.Kind() == reflect.Pointer {
		s.visit(value)
		return
	}
	inner := &survey{choices: c, texts: s.texts}
	inner.visit(value)
	for _, change := range inner.places {
		s.add(func() {
			change()
			v.SetMapIndex(key, value)
		})
	}
}
