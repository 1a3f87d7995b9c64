//go:build !linux

package estimate

// model names no processor: which it is is not known here.
func model() string { return "" }
