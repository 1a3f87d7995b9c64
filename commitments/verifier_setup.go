package commitments

// VerifierSetup returns the setup that an id stands for: the transparent one, or
// else the development one, whether that is its id or not.
func VerifierSetup(cacheDir string, rowBits int, id [32]byte) (*VerifierSRS, error) {
	v, err := TransparentVerifier(rowBits, CachedGenerators(cacheDir))
	if err != nil || v.ID != id {
		return DevelopmentVerifierSRS(rowBits)
	}
	return v, nil
}
