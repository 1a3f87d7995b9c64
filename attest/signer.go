package attest

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// PayloadType is the type of what envelopes hold.
const PayloadType = "application/vnd.in-toto+json"

// MaxKey bounds the file of a key, in bytes.
const MaxKey = 1 << 16

// Signer signs statements with one private key.
type Signer struct {
	envelopes *dsse.EnvelopeSigner
	ecdsa     []byte // the public key in PEM, if it is one of ECDSA
}

// NewSigner takes a private key: one PEM block of PKCS#8, Ed25519 or ECDSA on
// P-256. Errors wrap fault.ErrInput, and show nothing of the key.
func NewSigner(text []byte) (*Signer, error) {
	refused := func(why string) (*Signer, error) {
		return nil, fmt.Errorf("the key is %s; it must be a PEM file of one unencrypted PKCS#8 private key, Ed25519 or ECDSA on P-256, as openssl genpkey -algorithm ed25519 writes it: %w", why, fault.ErrInput)
	}
	block, rest := pem.Decode(text)
	switch {
	case block == nil:
		return refused("no PEM")
	case block.Type != signerverifier.PrivateKeyPEM:
		return refused("a PEM block of another type")
	case len(bytes.TrimSpace(rest)) > 0:
		return refused("followed by something else")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return refused("not PKCS#8")
	}
	key, err := signerverifier.LoadKey(text)
	if err != nil {
		return refused("of another kind")
	}
	var signer dsse.Signer
	var public []byte
	switch k := parsed.(type) {
	case ed25519.PrivateKey:
		signer, err = signerverifier.NewED25519SignerVerifierFromSSLibKey(key)
	case *ecdsa.PrivateKey:
		if k.Curve != elliptic.P256() {
			return refused("on another curve")
		}
		if public, err = x509.MarshalPKIXPublicKey(&k.PublicKey); err != nil {
			return refused("of another kind")
		}
		public = pem.EncodeToMemory(&pem.Block{Type: signerverifier.PublicKeyPEM, Bytes: public})
		signer, err = signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	default:
		return refused("of another kind")
	}
	if err != nil {
		return refused("not one that can sign")
	}
	envelopes, err := dsse.NewEnvelopeSigner(signer)
	if err != nil {
		return nil, fmt.Errorf("signing: %w: %v", fault.ErrInput, err)
	}
	return &Signer{envelopes, public}, nil
}

// Sign returns the DSSE envelope of a statement, in JSON.
func (s *Signer) Sign(ctx context.Context, st *Statement) ([]byte, error) {
	envelope, err := s.envelope(ctx, st)
	if err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(envelope, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("envelope: %w: %v", fault.ErrInput, err)
	}
	return append(text, '\n'), nil
}

func (s *Signer) envelope(ctx context.Context, st *Statement) (*dsse.Envelope, error) {
	payload, err := st.Encode()
	if err != nil {
		return nil, err
	}
	envelope, err := s.envelopes.SignPayload(ctx, PayloadType, payload)
	if err != nil {
		return nil, fmt.Errorf("signing: %w: %v", fault.ErrInput, err)
	}
	return envelope, nil
}
