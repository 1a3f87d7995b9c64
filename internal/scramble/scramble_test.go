package scramble_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254"

	"github.com/zkaudit/zkaudit/internal/scramble"
)

type inner struct {
	Text string
	Bits []bool
}

type outer struct {
	N      int
	U      uint8
	Point  bn254.G1Affine
	List   []int64
	Map    map[string]*inner
	Byname map[string][4]byte
	Any    any
	hidden int
}

func sample() *outer {
	_, _, g, _ := bn254.Generators()
	return &outer{
		N: 3, U: 4, Point: g, List: []int64{1, 2, 3}, Map: map[string]*inner{"a": {"x", []bool{true}}, "b": {"y", nil}},
		Byname: map[string][4]byte{"d": {1, 2, 3, 4}}, Any: &inner{Text: "z"}, hidden: 7,
	}
}

// TestChangeReachesEverything: every exported thing is changed at some time, what
// is not exported never is, and the same bytes give the same change.
func TestChangeReachesEverything(t *testing.T) {
	changed := map[string]bool{}
	for i := range 2000 {
		a, b := sample(), sample()
		seed := fmt.Append(nil, i)
		scramble.Change(scramble.NewChoices(seed), a)
		scramble.Change(scramble.NewChoices(seed), b)
		if !reflect.DeepEqual(a, b) {
			t.Fatalf("seed %d: two changes", i)
		}
		if a.hidden != 7 {
			t.Fatal("a hidden field is changed")
		}
		was := sample()
		for k := range reflect.TypeFor[outer]().NumField() - 1 {
			if !reflect.DeepEqual(reflect.ValueOf(a).Elem().Field(k).Interface(), reflect.ValueOf(was).Elem().Field(k).Interface()) {
				changed[reflect.TypeFor[outer]().Field(k).Name] = true
			}
		}
		if x := a.Any.(*inner); x.Text != "z" {
			changed["Any.Text"] = true
		}
		if x := a.Map["b"]; x != nil && x.Bits != nil {
			changed["Map.b.Bits"] = true
		}
	}
	for _, want := range []string{"N", "U", "Point", "List", "Map", "Byname", "Any", "Any.Text", "Map.b.Bits"} {
		if !changed[want] {
			t.Errorf("%s is never changed", want)
		}
	}
}
