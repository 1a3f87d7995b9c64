package audit

import (
	"maps"
	"math/bits"
	"slices"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// bitsOf returns ⌈log2 n⌉.
func bitsOf(n int) int { return bits.Len(uint(n - 1)) }
