package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"

	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
	"google.golang.org/protobuf/encoding/protojson"
)

// keyPair writes NAME.pem and NAME.pub: keypair NAME ed25519|p256.
func keyPair(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keypair NAME ed25519|p256")
	}
	var secret crypto.Signer
	var err error
	if args[1] == "p256" {
		secret, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		_, secret, err = ed25519.GenerateKey(rand.Reader)
	}
	ts.Check(err)
	private, err := x509.MarshalPKCS8PrivateKey(secret)
	ts.Check(err)
	public, err := x509.MarshalPKIXPublicKey(secret.Public())
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pub"), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600))
}

// openEnvelope verifies an envelope with the standards' libraries, that its
// subjects are the files, and prints its statement: envelope FILE KEY SUBJECT ...
func openEnvelope(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: envelope FILE KEY SUBJECT ...")
	}
	for i := range args {
		args[i] = ts.MkAbs(args[i])
	}
	payload, err := checkEnvelope(args[0], args[1], args[2:])
	if neg != (err != nil) {
		ts.Fatalf("envelope: %v", err)
	}
	_, err = ts.Stdout().Write(payload)
	ts.Check(err)
}

func checkEnvelope(file, keyFile string, subjects []string) ([]byte, error) {
	text, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, err
	}
	key, err := signerverifier.LoadKey(text)
	if err != nil {
		return nil, err
	}
	var verifier dsse.Verifier
	if key.KeyType == signerverifier.ED25519KeyType {
		verifier, err = signerverifier.NewED25519SignerVerifierFromSSLibKey(key)
	} else {
		verifier, err = signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	}
	if err != nil {
		return nil, err
	}
	envelopes, err := dsse.NewEnvelopeVerifier(verifier)
	if err != nil {
		return nil, err
	}
	text, err = os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var e dsse.Envelope
	if err := json.Unmarshal(text, &e); err != nil {
		return nil, err
	}
	if _, err := envelopes.Verify(context.Background(), &e); err != nil {
		return nil, err
	}
	payload, err := e.DecodeB64Payload()
	if err != nil {
		return nil, err
	}
	s := new(intoto.Statement)
	if err := protojson.Unmarshal(payload, s); err != nil {
		return nil, err
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if len(s.Subject) != len(subjects) {
		return nil, fmt.Errorf("%d subjects, want %d", len(s.Subject), len(subjects))
	}
	for i, path := range subjects {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		if got := s.Subject[i]; got.Name != filepath.Base(path) || got.Digest["sha256"] != hex.EncodeToString(sum[:]) {
			return nil, fmt.Errorf("subject %v is not %s", got, path)
		}
	}
	return payload, nil
}
