package artefact

import "testing"

// The machine tells of folders that are there, and not of others.
func TestFree(t *testing.T) {
	dir := t.TempDir()
	if _, known := Free(dir + "/none"); known {
		t.Error("a folder that is not there has room")
	}
	if bytes, known := Free(dir); known && bytes <= 0 {
		t.Errorf("%d bytes left", bytes)
	}
}
