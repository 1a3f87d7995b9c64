//go:build !linux

package memory

// machine lists nothing: what limits a process is not known here.
func machine() []Limit { return nil }
