package attest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/CycloneDX/cyclonedx-go"
	"github.com/xeipuuv/gojsonschema"

	"github.com/zkaudit/zkaudit/attest"
)

// Bills of materials are valid under the standard's own schema, and the library
// decodes from them what the reports say.
func TestCycloneDX(t *testing.T) {
	w := worldOf(t)
	training, err := attest.CycloneDX(w.bundle, w.report, "bundle.zka")
	if err != nil {
		t.Fatal(err)
	}
	audited, err := attest.CycloneDXAudit(w.audit, w.audited, "audit.zka")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, file []byte
		says       []string
		data       int
	}{
		{training, w.bundleFile, w.report.Proven, len(w.report.Facts.Dataset)},
		{audited, w.auditFile, []string{w.audited.Claims[0].Says}, len(w.audited.Parts)},
	} {
		validBOM(t, c.text)
		if bytes.ContainsRune(c.text, '\u202e') || bytes.ContainsAny(c.text, "\x1b") {
			t.Error("what the context holds steers a terminal")
		}
		var bom cyclonedx.BOM
		if err := cyclonedx.NewBOMDecoder(bytes.NewReader(c.text), cyclonedx.BOMFileFormatJSON).Decode(&bom); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(c.file)
		refs, data := map[string]bool{bom.Metadata.Component.BOMRef: true}, 0
		for _, part := range *bom.Components {
			refs[part.BOMRef] = true
			if part.Type == cyclonedx.ComponentTypeData {
				data++
			}
			if part.Type == cyclonedx.ComponentTypeFile && (*part.Hashes)[0].Value != hex.EncodeToString(sum[:]) {
				t.Errorf("the file has SHA-256 %s", (*part.Hashes)[0].Value)
			}
		}
		if data != c.data {
			t.Errorf("%d datasets, want %d", data, c.data)
		}
		for _, target := range *bom.Declarations.Targets.Components {
			refs[target.BOMRef] = true
		}
		for _, e := range *bom.Declarations.Evidence {
			refs[e.BOMRef] = true
		}
		if len(*bom.Declarations.Claims) != len(c.says) {
			t.Fatalf("%d claims, want %d", len(*bom.Declarations.Claims), len(c.says))
		}
		for i, claim := range *bom.Declarations.Claims {
			if claim.Predicate != c.says[i] || !refs[string(claim.Target)] || !refs[string((*claim.Evidence)[0])] {
				t.Errorf("claim %d: %+v", i, claim)
			}
		}
		if card := bom.Metadata.Component.ModelCard; card != nil {
			for _, d := range *card.ModelParameters.Datasets {
				if !refs[d.Ref] {
					t.Errorf("dataset %s is no component", d.Ref)
				}
			}
		}
	}
}

// validBOM checks a bill against the schema that the library carries.
func validBOM(t *testing.T, text []byte) {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string) gojsonschema.JSONLoader {
		return gojsonschema.NewReferenceLoader("file://" + filepath.ToSlash(filepath.Join(strings.TrimSpace(string(dir)), "schema", name)))
	}
	const site = "http://cyclonedx.org/schema/"
	loader := gojsonschema.NewSchemaLoader() // what the schema refers to is at hand, too
	for url, name := range map[string]string{site + "spdx.schema.json": "spdx.schema.json", site + "jsf-0.82.schema.json": "jsf-0.82.schemax.json"} {
		if err := loader.AddSchema(url, file(name)); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := loader.Compile(file("bom-1.6.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	result, err := schema.Validate(gojsonschema.NewBytesLoader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range result.Errors() {
		t.Errorf("schema: %s", fault)
	}
}
