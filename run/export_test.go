package run

import "testing"

// For tests that import what imports this package.
var (
	Small       = small
	Proven      = proven
	CheckBundle = check
	VerifyFile  = verifyFile
)

func OpenTest(t testing.TB, dir string) *Directory { return open(t, dir, nil) }
