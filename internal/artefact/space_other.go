//go:build !linux && !darwin

package artefact

// Free is the Space of the machine, which is not known here.
func Free(string) (bytes int64, known bool) { return 0, false }
