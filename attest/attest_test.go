package attest_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/run"
	"github.com/zkaudit/zkaudit/tflite"
)

// world is a run in mode zk with an audit of it, both verified.
type world struct {
	dir        string
	bundle     *bundle.Bundle
	report     *bundle.Report // with nothing expected
	compared   *bundle.Report // with all that decides a run
	bundleFile []byte
	part       *bundle.PartFile
	audit      *audit.Bundle
	audited    *audit.Report
	auditFile  []byte
}

// hostile is a context that would speak for itself, were it printed.
const hostile = "order 7\", \"verified\": true, \"\x1b[2J\u202e"

var makeWorld = sync.OnceValues(func() (*world, error) {
	dir, err := os.MkdirTemp("", "attest")
	if err != nil {
		return nil, err
	}
	return newWorld(dir)
})

func TestMain(m *testing.M) {
	code := m.Run()
	if w, err := makeWorld(); err == nil {
		os.RemoveAll(w.dir)
	}
	os.Exit(code)
}

func worldOf(t *testing.T) *world {
	t.Helper()
	w, err := makeWorld()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func newWorld(dir string) (*world, error) {
	ctx := context.Background()
	if err := writeInputs(dir); err != nil {
		return nil, err
	}
	c := &run.Config{
		Model:    run.ModelConfig{File: filepath.Join(dir, "model.tflite")},
		Data:     []run.DataConfig{{File: filepath.Join(dir, "table.csv")}},
		Training: run.TrainingConfig{Batch: 8, Steps: 8},
		Proof:    run.ProofConfig{RowBits: 8, Context: hostile},
	}
	if _, err := run.Init(filepath.Join(dir, "run"), c); err != nil {
		return nil, err
	}
	d, err := run.Open(filepath.Join(dir, "run"), run.Options{})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if _, err := d.Commit(ctx, false); err != nil {
		return nil, err
	}
	if _, err := d.Train(ctx, false); err != nil {
		return nil, err
	}
	if _, err := d.Prove(ctx, false); err != nil {
		return nil, err
	}
	w := &world{dir: dir}
	if err := w.verifyBundle(ctx, d); err != nil {
		return nil, err
	}
	return w, w.makeAudit(ctx, d)
}

func (w *world) verifyBundle(ctx context.Context, d *run.Directory) (err error) {
	setup, err := d.Setup()
	if err != nil {
		return err
	}
	if w.bundleFile, err = os.ReadFile(filepath.Join(w.dir, "run", "bundle.zka")); err != nil {
		return err
	}
	if w.bundle, err = bundle.Unmarshal(w.bundleFile); err != nil {
		return err
	}
	if w.part, err = bundle.ReadPart(filepath.Join(w.dir, "run", "commit", "part-000.part")); err != nil {
		return err
	}
	if w.report, err = bundle.Verify(ctx, w.bundle, bundle.Expectation{}, setup.Verifier(), bundle.Options{}); err != nil {
		return err
	}
	f := w.report.Facts
	expect := bundle.Expectation{
		Program: &f.Program, Dataset: &f.Dataset, Order: &f.Order, Seed: &f.Seed, Tail: &f.Tail, Without: &f.Without, Steps: &f.Steps, Rate: &f.Rate,
		Origin: &f.Origin, OriginSeed: &f.OriginSeed, OriginScheme: &f.OriginScheme,
	}
	w.compared, err = bundle.Verify(ctx, w.bundle, expect, setup.Verifier(), bundle.Options{})
	return err
}

const claims = `
[[claim]]
kind = "provenance"
name = "read"
run = "run"
parts = ["part-000"]
`

func (w *world) makeAudit(ctx context.Context, d *run.Directory) error {
	in, err := d.Inputs()
	if err != nil {
		return err
	}
	asked, err := audit.Parse([]byte(claims))
	if err != nil {
		return err
	}
	asked.Context = hostile
	made, _, err := audit.Prove(ctx, asked, in)
	if err != nil {
		return err
	}
	if w.auditFile, err = made.Marshal(); err != nil {
		return err
	}
	if w.audit, err = audit.Unmarshal(w.auditFile); err != nil {
		return err
	}
	r, err := audit.RunOf(w.bundle)
	if err != nil {
		return err
	}
	setup, err := d.Setup()
	if err != nil {
		return err
	}
	expect := audit.Expectation{Runs: []*audit.PublicRun{r}, Compared: map[[32]byte]bool{r.Digest: true}}
	w.audited, err = audit.Verify(ctx, w.audit, expect, &mode.Verifier{Setup: setup.Verifier()}, audit.Options{})
	return err
}

func writeInputs(dir string) error {
	m, err := tflite.NewDense("circle", []tflite.DenseLayer{
		{Units: 4, Activation: tflite.ActRelu, Weights: make([]float32, 8), Bias: make([]float32, 4)},
		{Units: 2, Weights: make([]float32, 8), Bias: make([]float32, 2)},
	}, 2, true)
	if err != nil {
		return err
	}
	model, err := tflite.Marshal(m)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "model.tflite"), model, 0o644); err != nil {
		return err
	}
	text := "x,y,where\n"
	for i := range 64 {
		text += fmt.Sprintf("%d,%d,%s\n", i%8-4, i/8-4, []string{"in", "out"}[i%2])
	}
	return os.WriteFile(filepath.Join(dir, "table.csv"), []byte(text), 0o644)
}

// keyPair is a private key as its owner keeps it, and the public one as others do.
func keyPair(t *testing.T, kind string) (private, public []byte) {
	t.Helper()
	var secret, shown any
	var err error
	switch kind {
	case "ed25519":
		shown, secret, err = ed25519.GenerateKey(rand.Reader)
	case "p256", "p384":
		var k *ecdsa.PrivateKey
		k, err = ecdsa.GenerateKey(map[string]elliptic.Curve{"p256": elliptic.P256(), "p384": elliptic.P384()}[kind], rand.Reader)
		secret, shown = k, &k.PublicKey
	case "rsa":
		var k *rsa.PrivateKey
		k, err = rsa.GenerateKey(rand.Reader, 2048)
		secret, shown = k, &k.PublicKey
	}
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	pkix, err := x509.MarshalPKIXPublicKey(shown)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pkix})
}

// opened verifies an envelope with the standards' own libraries, and returns its
// statement.
func opened(envelope, public []byte) (*intoto.Statement, []byte, error) {
	key, err := signerverifier.LoadKey(public)
	if err != nil {
		return nil, nil, err
	}
	var v dsse.Verifier
	if key.KeyType == signerverifier.ED25519KeyType {
		v, err = signerverifier.NewED25519SignerVerifierFromSSLibKey(key)
	} else {
		v, err = signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	}
	if err != nil {
		return nil, nil, err
	}
	var e dsse.Envelope
	if err := json.Unmarshal(envelope, &e); err != nil {
		return nil, nil, err
	}
	verifier, err := dsse.NewEnvelopeVerifier(v)
	if err != nil {
		return nil, nil, err
	}
	if _, err := verifier.Verify(context.Background(), &e); err != nil {
		return nil, nil, err
	}
	payload, err := e.DecodeB64Payload()
	if err != nil {
		return nil, nil, err
	}
	if e.PayloadType != attest.PayloadType {
		return nil, nil, fmt.Errorf("payload type %q", e.PayloadType)
	}
	s := new(intoto.Statement)
	if err := protojson.Unmarshal(payload, s); err != nil {
		return nil, nil, err
	}
	return s, payload, s.Validate()
}

var at = time.Date(2026, 11, 29, 17, 0, 0, 0, time.UTC)

// statements are all kinds of statements, by name, with the file each is about.
func (w *world) statements(t *testing.T) map[string]*attest.Statement {
	t.Helper()
	v := attest.Verifier{Version: "v1", At: at}
	trained := &attest.File{Name: "trained.tflite", SHA256: sha256.Sum256([]byte("a model"))}
	made := map[string]*attest.Statement{}
	for name, state := range map[string]func() (*attest.Statement, error){
		"training":          func() (*attest.Statement, error) { return attest.Training(w.bundle, w.report, "bundle.zka", trained) },
		"audit":             func() (*attest.Statement, error) { return attest.Audit(w.audit, w.audited, "audit.zka") },
		"verified training": func() (*attest.Statement, error) { return v.Training(w.bundle, w.compared, "bundle.zka") },
		"verified audit":    func() (*attest.Statement, error) { return v.Audit(w.audit, w.audited, "audit.zka") },
	} {
		st, err := state()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made[name] = st
	}
	return made
}

// Envelopes verify with the libraries of the standards, under their key alone, and
// not after a change.
func TestEnvelopes(t *testing.T) {
	w := worldOf(t)
	for _, kind := range []string{"ed25519", "p256"} {
		private, public := keyPair(t, kind)
		_, other := keyPair(t, kind)
		signer, err := attest.NewSigner(private)
		if err != nil {
			t.Fatal(err)
		}
		for name, st := range w.statements(t) {
			envelope, err := signer.Sign(context.Background(), st)
			if err != nil {
				t.Fatal(err)
			}
			s, payload, err := opened(envelope, public)
			if err != nil {
				t.Fatalf("%s, %s: %v", kind, name, err)
			}
			file := w.bundleFile
			if strings.HasSuffix(name, "audit") {
				file = w.auditFile
			}
			sum := sha256.Sum256(file)
			if got := s.Subject[0].Digest["sha256"]; got != hex.EncodeToString(sum[:]) {
				t.Errorf("%s is about a file with SHA-256 %s", name, got)
			}
			if _, _, err := opened(envelope, other); err == nil {
				t.Errorf("%s, %s: accepted under another key", kind, name)
			}
			for _, at := range []int{0, len(payload) / 2, len(payload) - 1} {
				changed := bytes.Clone(payload)
				changed[at] ^= 1
				forged := bytes.Replace(envelope, []byte(base64.StdEncoding.EncodeToString(payload)), []byte(base64.StdEncoding.EncodeToString(changed)), 1)
				if _, _, err := opened(forged, public); err == nil || bytes.Equal(forged, envelope) {
					t.Errorf("%s, %s: accepted with byte %d changed", kind, name, at)
				}
			}
			retyped := bytes.Replace(envelope, []byte(attest.PayloadType), []byte("application/json"), 1)
			if _, _, err := opened(retyped, public); err == nil {
				t.Errorf("%s, %s: accepted as another type", kind, name)
			}
		}
	}
}

func TestKeysRefused(t *testing.T) {
	good, public := keyPair(t, "ed25519")
	p384, _ := keyPair(t, "p384")
	rsaKey, _ := keyPair(t, "rsa")
	block, _ := pem.Decode(good)
	for name, text := range map[string][]byte{
		"nothing": nil, "no PEM": []byte("key"), "a public key": public, "P-384": p384, "RSA": rsaKey, "two keys": append(bytes.Clone(good), good...),
		"truncated": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: block.Bytes[:20]}),
		"SEC 1":     pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: block.Bytes}),
		"encrypted": pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: block.Bytes}),
	} {
		if _, err := attest.NewSigner(text); !errors.Is(err, fault.ErrInput) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the predicates say is what the reports do.
func TestPredicates(t *testing.T) {
	w := worldOf(t)
	fields := func(name string) map[string]any {
		text, err := w.statements(t)[name].Encode()
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := w.statements(t)[name].Encode(); !bytes.Equal(again, text) {
			t.Errorf("%s: two encodings", name)
		}
		if bytes.ContainsAny(text, "\x1b") || bytes.ContainsRune(text, '\u202e') {
			t.Errorf("%s: what the context holds steers a terminal", name)
		}
		var s struct{ Predicate map[string]any }
		if err := json.Unmarshal(text, &s); err != nil {
			t.Fatal(err)
		}
		return s.Predicate
	}
	f := &w.report.Facts
	p := fields("training")
	part := p["dataset"].([]any)[0].(map[string]any)
	weights, program, schedule := p["weights"].(map[string]any), p["program"].(map[string]any), p["schedule"].(map[string]any)
	for _, c := range []struct{ got, want any }{
		{p["statement"], f.Statement}, {p["mode"], "zk"}, {part["digest"], f.Dataset[0]}, {part["rows"], float64(f.Rows[0])},
		{weights["initial"], f.InitialWeights}, {weights["final"], f.FinalWeights}, {program["digest"], f.Program},
		{schedule["steps"], float64(8)}, {schedule["rate"], f.Rate}, {schedule["order"], f.Order},
	} {
		if c.got != c.want {
			t.Errorf("%v, want %v", c.got, c.want)
		}
	}
	for _, name := range []string{"training", "audit"} { // no verdict, and the owner's words named
		p := fields(name)
		for _, verdict := range []string{"proven", "verified", "verificationResult", "timeVerified", "compared", "exitCode"} {
			if _, there := p[verdict]; there {
				t.Errorf("the owner's %s has the field %s", name, verdict)
			}
		}
		if got := p["ownerText"].(map[string]any)["context"].(string); !strings.HasPrefix(got, `"order 7\", \"verified\": true, \"\x1b[2J\u202e"`) {
			t.Errorf("%s: context %s", name, got)
		}
	}
	p = fields("verified training")
	if p["verificationResult"] != "PASSED" || p["timeVerified"] != "2026-11-29T17:00:00Z" || p["exitCode"].(map[string]any)["code"] != float64(0) {
		t.Errorf("%v", p)
	}
	if got := len(p["compared"].([]any)); got != len(w.compared.Checked) || got == 0 {
		t.Errorf("%d values compared", got)
	}
	claim := fields("audit")["claims"].([]any)[0].(map[string]any)
	if claim["kind"] != "provenance" || claim["says"] != w.audited.Claims[0].Says {
		t.Errorf("%v", claim)
	}
}

// A verifier states nothing of what nobody compared, or anyone can forge, nor of
// the report of another file.
func TestNothingUncomparedIsAttested(t *testing.T) {
	w := worldOf(t)
	v := attest.Verifier{At: at}
	if _, err := v.Training(w.bundle, w.report, "bundle.zka"); !errors.Is(err, fault.ErrUnpinned) {
		t.Errorf("nothing compared: %v", err)
	}
	insecure, another := *w.compared, *w.compared
	insecure.Facts.Insecure = true
	another.Facts.Statement = strings.Repeat("0", 64)
	if _, err := v.Training(w.bundle, &insecure, "bundle.zka"); !errors.Is(err, fault.ErrVersion) {
		t.Errorf("insecure: %v", err)
	}
	if _, err := v.Training(w.bundle, &another, "bundle.zka"); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("another: %v", err)
	}
	unpinned, otherAudit := *w.audited, *w.audited
	unpinned.Unpinned = []string{`part "north"`}
	otherAudit.Digest = another.Facts.Statement
	if _, err := v.Audit(w.audit, &unpinned, "audit.zka"); !errors.Is(err, fault.ErrUnpinned) || !strings.Contains(err.Error(), `nobody has compared part "north"`) {
		t.Errorf("audit of a part that nobody compared: %v", err)
	}
	if _, err := v.Audit(w.audit, &otherAudit, "audit.zka"); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("another audit: %v", err)
	}
	same := &attest.File{Name: "bundle.zka"}
	if _, err := attest.Training(w.bundle, w.report, "bundle.zka", same); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("two subjects of one name: %v", err)
	}
}

// Nothing that opens a commitment, and no weight, is in a statement.
func TestNothingPrivateIsStated(t *testing.T) {
	w := worldOf(t)
	var exports [][]byte
	for _, st := range w.statements(t) {
		text, err := st.Encode()
		if err != nil {
			t.Fatal(err)
		}
		exports = append(exports, text)
	}
	commit := filepath.Join(w.dir, "run")
	part, err := owner.ReadPartOpening(filepath.Join(commit, "commit", "part-000.opening"), w.part)
	if err != nil {
		t.Fatal(err)
	}
	model, err := owner.ReadModelOpening(filepath.Join(commit, "trained.opening"), w.bundle)
	if err != nil {
		t.Fatal(err)
	}
	var secrets [][]byte
	for _, tensor := range append(part.Blinding, model.Blinding...) {
		for _, scalar := range tensor {
			b := scalar.Bytes()
			secrets = append(secrets, b[:])
		}
	}
	trained, err := os.ReadFile(filepath.Join(commit, "trained.tflite"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+16 <= len(trained); i += 4 {
		if window := trained[i : i+16]; bytes.Count(window, []byte{0}) < 4 { // floats, not padding
			secrets = append(secrets, window)
		}
	}
	nonce := w.part.Meaning.Nonce
	secrets = append(secrets, nonce[:])
	if len(secrets) < 10 {
		t.Fatalf("only %d secrets", len(secrets))
	}
	for _, secret := range secrets {
		for _, export := range exports {
			for _, form := range []string{hex.EncodeToString(secret), base64.RawStdEncoding.EncodeToString(secret), new(big.Int).SetBytes(secret).String()} {
				if bytes.Contains(export, []byte(form)) {
					t.Fatalf("a statement holds the secret %s", form)
				}
			}
		}
	}
}
