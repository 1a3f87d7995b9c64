// Command build makes the page in which a browser verifies: one file that holds the
// verifier, compiled to WebAssembly, and needs nothing else.
//
//	go run ./web/build -out verify.html
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"text/template"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/artefact"
)

func main() {
	source := flag.String("source", "web", "the folder of the page's parts")
	out := flag.String("out", "verify.html", "the page to write")
	flag.Parse()
	if err := build(*source, *out); err != nil {
		fmt.Fprintln(os.Stderr, "web:", err)
		os.Exit(1)
	}
}

// page is what the template of the page is filled with.
type page struct {
	Policy, Style   string
	Version, Digest string
	Program         string // base64 of the compressed program
	Worker, Script  string
}

func build(source, out string) error {
	program, err := compile()
	if err != nil {
		return err
	}
	p := page{Version: version(), Digest: fmt.Sprintf("%x", sha256.Sum256(program))}
	packed, err := pack(program)
	if err != nil {
		return err
	}
	p.Program = packed
	parts := map[string]string{}
	for _, name := range []string{"page.html", "page.css", "page.js", "files.js", "worker.js"} {
		text, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return err
		}
		parts[name] = string(text)
	}
	p.Style = parts["page.css"]
	goRuntime, err := runtimeOfGo()
	if err != nil {
		return err
	}
	p.Worker = parts["files.js"] + "\nfunction importGo() {\n" + goRuntime + "\n}\n" + parts["worker.js"]
	script, err := script(parts["page.js"])
	if err != nil {
		return err
	}
	p.Script, p.Policy = script, policy(script)
	if strings.Contains(p.Worker+script, "</script") {
		return fmt.Errorf("a part of the page ends its script")
	}
	t, err := template.New("page").Parse(parts["page.html"])
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := t.Execute(&text, p); err != nil {
		return err
	}
	if err := artefact.WriteFile(out, text.Bytes(), artefact.PublicMode); err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes, SHA-256 %x\n", out, text.Len(), sha256.Sum256(text.Bytes()))
	return nil
}

// compile returns zkaudit-verify as WebAssembly, the same bytes wherever it is made.
func compile() ([]byte, error) {
	dir, err := os.MkdirTemp("", "web")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "verify.wasm")
	c := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "github.com/zkaudit/zkaudit/cmd/zkaudit-verify")
	c.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "GOFLAGS=")
	c.Stderr = os.Stderr
	if err := c.Run(); err != nil {
		return nil, fmt.Errorf("compiling the verifier: %w", err)
	}
	return os.ReadFile(path)
}

// runtimeOfGo is what runs a program of the toolchain's version.
func runtimeOfGo() (string, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOROOT: %w", err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec.js"))
	return string(text), err
}

func pack(program []byte) (string, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return "", err
	}
	if _, err := w.Write(program); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

// script fills in what artefacts begin with.
func script(text string) (string, error) {
	bundleKind, auditKind, roundKind, partKind := bundle.Kind(), audit.Kind(), aggregate.Kind(), bundle.PartKind()
	kinds, err := json.Marshal(map[string]string{
		string(bundleKind[:]): "bundle", string(auditKind[:]): "audit", string(roundKind[:]): "round", string(partKind[:]): "part", "pows": "setup", "powv": "setup",
	})
	if err != nil {
		return "", err
	}
	header := artefact.Encode(artefact.Header{Kind: bundleKind}, nil)
	magic, err := json.Marshal(string(header[:bytes.Index(header, bundleKind[:])]))
	if err != nil {
		return "", err
	}
	t, err := template.New("script").Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.Execute(&b, map[string]string{"Kinds": string(kinds), "Magic": string(magic)})
	return b.String(), err
}

// policy lets the page run its script, the program and its worker, and reach nothing.
func policy(script string) string {
	digest := sha256.Sum256([]byte(script))
	return fmt.Sprintf("default-src 'none'; script-src 'sha256-%s' 'wasm-unsafe-eval'; worker-src blob:; style-src 'unsafe-inline'; img-src data:; connect-src 'none'; form-action 'none'; base-uri 'none'",
		base64.StdEncoding.EncodeToString(digest[:]))
}

// version is the revision that the page is made from, as far as it is known.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "of an unknown version"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return "of revision " + s.Value
		}
	}
	return "version " + info.Main.Version
}
