package attest_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// signature is a Sigstore bundle with a key, as its readers see it.
type signature struct {
	MediaType            string
	VerificationMaterial struct{ PublicKey struct{ Hint string } }
	DSSEEnvelope         struct {
		Payload, PayloadType string
		Signatures           []struct{ Sig string }
	}
}

// modelStatement is what it signs.
type modelStatement struct {
	Type          string `json:"_type"`
	PredicateType string
	Subject       []struct {
		Name   string
		Digest map[string]string
	}
	Predicate struct {
		Resources     []struct{ Name, Algorithm, Digest string }
		Serialization struct {
			Method        string
			HashType      string   `json:"hash_type"`
			AllowSymlinks *bool    `json:"allow_symlinks"`
			IgnorePaths   []string `json:"ignore_paths"`
		}
	}
}

// TestModelSignature: a reader who follows the specification by hand finds the
// signature good and the file in it.
func TestModelSignature(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	content := []byte("a model")
	text, err := attest.ModelSignature(context.Background(), signerOf(t, key), attest.File{Name: "m.tflite", SHA256: sha256.Sum256(content)})
	if err != nil {
		t.Fatal(err)
	}
	var b signature
	if err := json.Unmarshal(text, &b); err != nil {
		t.Fatal(err)
	}
	if b.MediaType != "application/vnd.dev.sigstore.bundle.v0.3+json" || b.DSSEEnvelope.PayloadType != "application/vnd.in-toto+json" || len(b.DSSEEnvelope.Signatures) != 1 {
		t.Fatalf("no bundle of one signature: %s", text)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	hint := sha256.Sum256(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	if b.VerificationMaterial.PublicKey.Hint != hex.EncodeToString(hint[:]) {
		t.Errorf("hint %s, want %x", b.VerificationMaterial.PublicKey.Hint, hint)
	}
	payload, sig := decoded(t, b.DSSEEnvelope.Payload), decoded(t, b.DSSEEnvelope.Signatures[0].Sig)
	authenticated := sha256.Sum256(fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(b.DSSEEnvelope.PayloadType), b.DSSEEnvelope.PayloadType, len(payload), payload))
	if !ecdsa.VerifyASN1(&key.PublicKey, authenticated[:], sig) {
		t.Error("the signature is not one of the payload")
	}

	var st modelStatement
	if err := json.Unmarshal(payload, &st); err != nil {
		t.Fatal(err)
	}
	file := sha256.Sum256(content)
	root := sha256.Sum256(file[:])
	if st.Type != "https://in-toto.io/Statement/v1" || st.PredicateType != "https://model_signing/signature/v1.0" {
		t.Errorf("types %q, %q", st.Type, st.PredicateType)
	}
	if len(st.Subject) != 1 || st.Subject[0].Name != "m.tflite" || st.Subject[0].Digest["sha256"] != hex.EncodeToString(root[:]) {
		t.Errorf("subject %v, want the digest %x of the files' digests", st.Subject, root)
	}
	if r := st.Predicate.Resources; len(r) != 1 || r[0].Name != "m.tflite" || r[0].Algorithm != "sha256" || r[0].Digest != hex.EncodeToString(file[:]) {
		t.Errorf("resources %v, want the file by its digest %x", r, file)
	}
	if s := st.Predicate.Serialization; s.Method != "files" || s.HashType != "sha256" || s.AllowSymlinks == nil || *s.AllowSymlinks || !slices.Contains(s.IgnorePaths, ".git") {
		t.Errorf("serialization %+v", s)
	}
}

// TestModelSignatureRefused: keys that no reader of model signatures takes, and names
// that are not what a file is called.
func TestModelSignatureRefused(t *testing.T) {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key  any
		file string
	}{
		"an Ed25519 key":                {edwards, "m.tflite"},
		"a name that steers a terminal": {key, "m\x1b[2J.tflite"},
	} {
		if text, err := attest.ModelSignature(context.Background(), signerOf(t, c.key), attest.File{Name: c.file}); !errors.Is(err, fault.ErrUsage) || text != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func signerOf(t *testing.T, key any) *attest.Signer {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	s, err := attest.NewSigner(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func decoded(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
