package tflite

import (
	"fmt"
	"os"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// ReadFile reads a .tflite file. Errors wrap fault.ErrUnsupported for one beyond
// MaxFileSize, and fault.ErrInput for one that cannot be read.
func ReadFile(path string) ([]byte, error) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Size() > MaxFileSize {
		return nil, fmt.Errorf("%s: %d bytes, and models of at most %d are read: %w", path, info.Size(), int64(MaxFileSize), fault.ErrUnsupported)
	}
	return artefact.ReadFile(path, MaxFileSize)
}
