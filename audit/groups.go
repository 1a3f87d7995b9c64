package audit

import (
	"slices"
	"strings"
)

// between stands between the two values of a pair.
const between = " & "

// groups are what rows are counted by: the values of an attribute, or the pairs
// of values of two. A vocabulary of a thousand entries makes a million pairs,
// whose names are never held all at once.
type groups struct {
	outer []string
	inner []string // nil for a single attribute
}

func (g groups) size() int {
	if g.inner == nil {
		return len(g.outer)
	}
	return len(g.outer) * len(g.inner)
}

// name is what group i is called. Requires 0 <= i < size().
func (g groups) name(i int) string {
	if g.inner == nil {
		return g.outer[i]
	}
	return g.outer[i/len(g.inner)] + between + g.inner[i%len(g.inner)]
}

// finder finds groups by name, in time proportional to the name's length.
func (g groups) finder() func(name string) []int {
	outer, inner := placesOf(g.outer), placesOf(g.inner)
	longest := 0
	for _, value := range g.outer {
		longest = max(longest, len(value))
	}
	return func(name string) []int {
		if g.inner == nil {
			return outer[name]
		}
		// Values may hold what stands between two: several pairs can have one name.
		var found []int
		for cut := 0; cut <= min(longest, len(name)-len(between)); cut++ {
			if !strings.HasPrefix(name[cut:], between) {
				continue
			}
			for _, a := range outer[name[:cut]] {
				for _, b := range inner[name[cut+len(between):]] {
					found = append(found, a*len(g.inner)+b)
				}
			}
		}
		slices.Sort(found)
		return found
	}
}

// find returns the groups of that name, in order.
func (g groups) find(name string) []int { return g.finder()(name) }

// placesOf returns the places of texts in a list.
func placesOf(list []string) map[string][]int {
	places := map[string][]int{}
	for i, text := range list {
		places[text] = append(places[text], i)
	}
	return places
}

// some are the names of the first groups, for messages.
func (g groups) some() []string {
	var names []string
	for i := range min(g.size(), 2*maxNamed) {
		names = append(names, g.name(i))
	}
	return names
}

// bytes is the length of all names together.
func (g groups) bytes() int {
	total := func(texts []string) int {
		n := 0
		for _, t := range texts {
			n += len(t)
		}
		return n
	}
	if g.inner == nil {
		return total(g.outer)
	}
	return len(g.inner)*total(g.outer) + len(g.outer)*total(g.inner) + len(between)*g.size()
}
