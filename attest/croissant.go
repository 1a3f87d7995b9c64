package attest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// Croissant describes a committed part in the file called name as Croissant 1.0
// metadata, in JSON-LD: its size and the columns of its rows, as their owner names
// them, and the file with the commitments. It verifies the part's certificate
// first; errors are those of bundle.PartFile.Verify. Rows are in no file that it
// names, so fields have no source. The part's nonce and the recipe of its numbers,
// which tells of rows, stay where they are.
func Croissant(ctx context.Context, p *bundle.PartFile, v *mode.Verifier, name string) ([]byte, error) {
	if err := p.Verify(ctx, v); err != nil {
		return nil, err
	}
	file, err := p.Marshal()
	if err != nil {
		return nil, err
	}
	sum, part := sha256.Sum256(file), p.Digest()
	digest := hex.EncodeToString(part[:])
	about := map[string]any{
		"@context": croissantContext(), "@type": "sc:Dataset", "conformsTo": "http://mlcommons.org/croissant/1.0",
		"name":       "part-" + digest[:16],
		"identifier": digest, "version": "1.0.0",
		"description": fmt.Sprintf("A committed part of %d rows of %d features, %d cells of labels and %d attributes, digest %s. The rows are not published. Names of columns, classes and entries are their owner's words; that rows are committed, of this shape and in range, is what the file's certificate proves.",
			p.Shape.Rows, p.Shape.Features, p.Shape.Labels, p.Shape.Attributes, digest),
		"distribution": []any{map[string]any{
			"@type": "cr:FileObject", "@id": "part", "name": foreign.Line(name), "description": "commitments to the rows, and the certificate",
			"contentUrl": foreign.Line(name), "encodingFormat": "application/octet-stream", "sha256": hex.EncodeToString(sum[:]),
		}},
		"recordSet": []any{map[string]any{
			"@type": "cr:RecordSet", "@id": "rows", "name": "rows", "description": fmt.Sprintf("%d committed rows", p.Shape.Rows), "field": fieldsOf(p),
		}},
	}
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetIndent("", "  ")
	if err := e.Encode(about); err != nil {
		return nil, fmt.Errorf("metadata: %w: %v", fault.ErrInput, err)
	}
	return foreign.JSON(text.Bytes()), nil
}

// fieldsOf lists the columns of a part's rows: features, one by one where they have
// names, the label, and attributes with their vocabularies.
func fieldsOf(p *bundle.PartFile) []any {
	fields := []any{}
	field := func(kind string, i int, says, dataType string, repeated bool) {
		id := fmt.Sprintf("rows/%s-%d", kind, i)
		f := map[string]any{"@type": "cr:Field", "@id": id, "name": fmt.Sprintf("%s-%d", kind, i), "description": says, "dataType": dataType}
		if repeated {
			f["repeated"] = true
		}
		fields = append(fields, f)
	}
	fraction := fmt.Sprintf("a number, committed as an integer with %d fraction bits", p.Meaning.FractionBits)
	for i, name := range p.Meaning.Features {
		field("feature", i, fmt.Sprintf("feature, called %s by its owner: %s", foreign.Quote(name), fraction), "sc:Float", false)
	}
	if len(p.Meaning.Features) == 0 {
		field("features", 0, fmt.Sprintf("%d features without names, each %s", p.Shape.Features, fraction), "sc:Float", true)
	}
	switch {
	case len(p.Meaning.Classes) > 0:
		field("label", 0, fmt.Sprintf("label, one of %d classes, called by their owner %s", len(p.Meaning.Classes), foreign.Quotes(p.Meaning.Classes)), "sc:Text", false)
	case p.Shape.Labels > 0:
		field("label", 0, fmt.Sprintf("labels: %d numbers, committed as integers with %d fraction bits", p.Shape.Labels, p.Meaning.LabelFractionBits), "sc:Float", p.Shape.Labels > 1)
	}
	for i, a := range p.Meaning.Attributes {
		field("attribute", i, fmt.Sprintf("attribute, called %s by its owner, one of %d entries: %s", foreign.Quote(a.Name), len(a.Entries), foreign.Quotes(a.Entries)), "sc:Text", false)
	}
	return fields
}

// croissantContext is the context that Croissant 1.0 recommends, appendix 1.
func croissantContext() map[string]any {
	c := map[string]any{
		"@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/", "cr": "http://mlcommons.org/croissant/",
		"rai": "http://mlcommons.org/croissant/RAI/", "dct": "http://purl.org/dc/terms/", "conformsTo": "dct:conformsTo",
		"data": map[string]any{"@id": "cr:data", "@type": "@json"}, "examples": map[string]any{"@id": "cr:examples", "@type": "@json"},
		"dataType": map[string]any{"@id": "cr:dataType", "@type": "@vocab"},
	}
	for _, term := range []string{
		"citeAs", "column", "extract", "field", "fileProperty", "fileObject", "fileSet", "format", "includes", "isLiveDataset", "jsonPath", "key", "md5",
		"parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "separator", "source", "subField", "transform",
	} {
		c[term] = "cr:" + term
	}
	return c
}
