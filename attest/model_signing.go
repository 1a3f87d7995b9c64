package attest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// ModelSigningType is the predicate of an OpenSSF model signature.
const ModelSigningType = "https://model_signing/signature/v1.0"

const sigstoreBundle = "application/vnd.dev.sigstore.bundle.v0.3+json"

// ModelSignature returns the OpenSSF model signature, version 1, of a model of one
// file, as a Sigstore bundle: what tools for signed models verify before they load
// it. It says nothing of training; the statement of Training names the same file.
// Keys are ECDSA on P-256, which is what those tools read; others are fault.ErrUsage.
func ModelSignature(ctx context.Context, s *Signer, model File) ([]byte, error) {
	if s.ecdsa == nil {
		return nil, fmt.Errorf("tools for signed models read signatures by ECDSA on P-256: make a key with openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256: %w", fault.ErrUsage)
	}
	if foreign.Line(model.Name) != model.Name {
		return nil, fmt.Errorf("a model signature names its file as it is called, and %s is no plain name: rename it: %w", foreign.Quote(model.Name), fault.ErrUsage)
	}
	// The digest of a model is that of its files' digests, here of one.
	root := sha256.Sum256(model.SHA256[:])
	st, err := newStatement(ModelSigningType, map[string]any{
		"resources": []any{map[string]any{"name": model.Name, "algorithm": "sha256", "digest": hex.EncodeToString(model.SHA256[:])}},
		"serialization": map[string]any{
			"method": "files", "hash_type": "sha256", "allow_symlinks": false, "ignore_paths": []string{".git", ".gitignore", ".gitattributes", ".github"},
		},
	}, File{model.Name, root})
	if err != nil {
		return nil, err
	}
	envelope, err := s.envelope(ctx, st)
	if err != nil {
		return nil, err
	}
	hint := sha256.Sum256(s.ecdsa)
	text, err := json.MarshalIndent(struct {
		MediaType    string         `json:"mediaType"`
		Verification any            `json:"verificationMaterial"`
		Envelope     *dsse.Envelope `json:"dsseEnvelope"`
	}{
		sigstoreBundle,
		map[string]any{"publicKey": map[string]string{"hint": hex.EncodeToString(hint[:])}, "tlogEntries": []any{}},
		envelope,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("model signature: %w: %v", fault.ErrInput, err)
	}
	return append(text, '\n'), nil
}
