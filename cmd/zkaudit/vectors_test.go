package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

var update = flag.Bool("update", false, "make the files of testdata/vectors anew")

// vectorManifest is testdata/vectors/manifest.json, which no test writes.
type vectorManifest struct {
	Kinds     map[string]string // of artefacts: the file that stands for each
	Without   map[string]string // kinds without a file: why
	Good      []vector
	Older     []vector // files of format versions before
	Mutations []vector
}

// vector is a command and what must come of it, in a directory with all files.
type vector struct {
	Name    string
	File    string // that is changed
	Change  change
	Command []string
	Exit    int
	Kind    string // of the error; "" where the exit code says all
	Text    string // in the output, or in the error
}

// change says how a file becomes another: what is not zero of it, in this order.
type change struct {
	Find, Replace string // text that stands in the file once
	At            int    // where Write goes, from the end if negative
	Write, Xor    string // hex
	Append        string // hex
	Cut           int    // bytes less at the end
	Keep          int    // bytes that are left
	State         bool   // the header names the statement that a bundle now has
	Seal          bool   // the frame is made right again: length and checksum
}

// Where a frame has what it has (package artefact); the payload of a bundle begins with its
// statement, after the statement's length.
const (
	digestAt  = 16
	lengthAt  = 48
	payloadAt = 56
	sealBytes = sha256.Size
)

func (c change) apply(t *testing.T, data []byte) []byte {
	t.Helper()
	was := slices.Clone(data)
	if c.Seal {
		data = data[:len(data)-sealBytes]
	}
	if c.Find != "" {
		if n := bytes.Count(data, []byte(c.Find)); n != 1 {
			t.Fatalf("%q stands there %d times", c.Find, n)
		}
		data = bytes.Replace(data, []byte(c.Find), []byte(c.Replace), 1)
	}
	at := c.At
	if at < 0 {
		at += len(data)
	}
	copy(data[at:], unhex(t, c.Write))
	for i, x := range unhex(t, c.Xor) {
		data[at+i] ^= x
	}
	data = append(data, unhex(t, c.Append)...)
	data = data[:len(data)-c.Cut]
	if c.Keep > 0 {
		data = data[:c.Keep]
	}
	if c.State {
		length := binary.LittleEndian.Uint64(data[payloadAt:])
		sum := sha256.Sum256(data[payloadAt+8:][:length])
		copy(data[digestAt:], sum[:])
	}
	if c.Seal {
		binary.BigEndian.PutUint64(data[lengthAt:], uint64(len(data)+sealBytes-artefact.Overhead))
		sum := sha256.Sum256(data)
		data = append(data, sum[:]...)
	}
	if bytes.Equal(data, was) {
		t.Fatal("the change changes nothing")
	}
	return data
}

func unhex(t *testing.T, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVectors: the files of testdata/vectors are what the manifest says, and so is each of
// its mutations.
func TestVectors(t *testing.T) {
	vectors, err := filepath.Abs("../../testdata/vectors")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		makeVectors(t, vectors)
	}
	m := readManifest(t, vectors)
	cache := t.TempDir()
	for _, v := range slices.Concat(m.Good, m.Older, m.Mutations) {
		t.Run(v.Name, func(t *testing.T) { v.check(t, vectors, cache) })
	}
	for _, v := range m.Mutations {
		if v.File == "" || v.Exit == fault.ExitOK || v.Text == "" {
			t.Errorf("%s: a mutation has a file, an exit code and a place", v.Name)
		}
	}
}

func readManifest(t *testing.T, vectors string) (m vectorManifest) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(vectors, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		t.Fatal(err)
	}
	return m
}

func (v vector) check(t *testing.T, vectors, cache string) {
	dir := t.TempDir()
	copyFiles(t, vectors, dir, func(string) bool { return true })
	t.Chdir(dir)
	if v.File != "" {
		data, err := os.ReadFile(v.File)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(v.File, v.Change.apply(t, data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := runCommand(t, cache, v.Command...)
	if got.code != v.Exit {
		t.Errorf("exit code %d, want %d: %s", got.code, v.Exit, got.output)
	}
	if !strings.Contains(got.output, v.Text) {
		t.Errorf("%q is not in what is said:\n%s", v.Text, got.output)
	}
	if kind, known := sentinels()[v.Kind]; v.Kind != "" && (!known || !errors.Is(got.err, kind)) {
		t.Errorf("the error is not of the kind %q: %v", v.Kind, got.err)
	}
}

// sentinels are kinds of errors by the names that the manifest has for them.
func sentinels() map[string]error {
	return map[string]error{
		"rejected": fault.ErrRejected, "malformed": fault.ErrMalformed, "version": fault.ErrVersion, "input": fault.ErrInput,
		"usage": fault.ErrUsage, "unsupported": fault.ErrUnsupported, "resources": fault.ErrResources, "unpinned": fault.ErrUnpinned, "missing": fault.ErrMissing,
	}
}

// outcome is what a command came to.
type outcome struct {
	err    error
	code   int
	output string
}

// runCommand runs the command line in this process.
func runCommand(t *testing.T, cache string, args ...string) (o outcome) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	}()
	a := &app{stdout: out, stderr: out}
	root := newRoot(a)
	root.SetArgs(append([]string{"--quiet", "--cache", cache}, args...))
	o.err = root.ExecuteContext(t.Context())
	o.code = a.report(o.err)
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	o.output = string(text)
	return o
}

// TestVectorsCoverKinds: each kind of artefact that the code declares has a file, of the
// kind's present version, or a reason why not.
func TestVectorsCoverKinds(t *testing.T) {
	m := readManifest(t, "../../testdata/vectors")
	declared := regexp.MustCompile(`artefact\.Kind\{'(.)', '(.)', '(.)', '(.)'\}`)
	found := map[string]bool{}
	for _, pattern := range []string{"../../*/*.go", "../../*/*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, letters := range declared.FindAllStringSubmatch(string(text), -1) {
				found[strings.Join(letters[1:], "")] = true
			}
		}
	}
	for kind := range found {
		if (m.Kinds[kind] == "") == (m.Without[kind] == "") {
			t.Errorf("kind %q: want a file, or a reason why there is none", kind)
		}
	}
	if len(found) < 10 || len(found) != len(m.Kinds)+len(m.Without) {
		t.Errorf("%d kinds are declared, the manifest has %d and is without %d", len(found), len(m.Kinds), len(m.Without))
	}
	for kind, file := range m.Kinds {
		data, err := os.ReadFile(filepath.Join("../../testdata/vectors", file))
		if err != nil {
			t.Fatal(err)
		}
		if h, err := artefact.DecodeHeader(data); err != nil || string(h.Kind[:]) != kind {
			t.Errorf("%s is of kind %q, not %q: %v", file, h.Kind[:], kind, err)
		}
		tests := func(v vector) bool { return v.File == file && v.Exit == fault.ExitVersion }
		if !slices.ContainsFunc(m.Mutations, tests) {
			t.Errorf("%s: no mutation is of another version", file)
		}
	}
}

// TestOlderVectors: each file of a version before is named by its kind and version, and
// refused as older.
func TestOlderVectors(t *testing.T) {
	m := readManifest(t, "../../testdata/vectors")
	files, err := filepath.Glob("../../testdata/vectors/older/*")
	if err != nil || len(files) == 0 {
		t.Fatal("no files of versions before", err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		h, err := artefact.DecodeHeader(data)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		if want := fmt.Sprintf("%s-%d", h.Kind[:], h.Version); strings.TrimSuffix(name, filepath.Ext(name)) != want {
			t.Errorf("%s: want the name %s", path, want)
		}
		refuses := func(v vector) bool {
			return slices.Contains(v.Command, "older/"+name) && v.Exit == fault.ExitVersion && v.Kind == "version"
		}
		if !slices.ContainsFunc(m.Older, refuses) {
			t.Errorf("%s: the manifest does not refuse it by its version", path)
		}
	}
}
