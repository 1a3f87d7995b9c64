package verify

import (
	"errors"
	"fmt"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// maxSetup bounds the file of a setup.
const maxSetup = 1 << 32

// Setup reads the setup to verify with. Without a file it is the
// transparent one if that is what id says, or else the development one.
func Setup(path, cacheDir string, rowBits int, id [32]byte) (*commitments.VerifierSetup, *commitments.Setup, error) {
	if path == "" {
		v, err := commitments.SetupOf(cacheDir, rowBits, id)
		return v, nil, err
	}
	data, err := artefact.ReadFile(path, maxSetup)
	if err != nil {
		return nil, nil, fmt.Errorf("setup: %w", err)
	}
	v, err := commitments.UnmarshalPowersVerifier(data)
	switch {
	case err == nil:
		return v, nil, nil
	case errors.Is(err, fault.ErrVersion): // the verifier's part of one, not a whole one
		return nil, nil, fmt.Errorf("setup %s: %w", path, err)
	}
	s, err := commitments.UnmarshalPowers(data)
	if err != nil {
		return nil, nil, fmt.Errorf("setup %s: %w", path, err)
	}
	return s.Verifier(), s, nil
}
