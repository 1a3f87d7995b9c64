package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"regexp"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/graph"
	"github.com/zkaudit/zkaudit/internal/encode"
	"github.com/zkaudit/zkaudit/segment"
)

// The digests that headers carry, of payloads that need not make sense: false where
// they have none.

// stateOfBundle is SHA-256 of the payload's first field.
func stateOfBundle(payload []byte) (digest [32]byte, ok bool) {
	r := encode.NewReader(payload)
	statement := r.Bytes("statement", len(payload))
	return sha256.Sum256(statement), r.Err() == nil
}

var proofs = regexp.MustCompile(`,"(certificate|proof)":"[^"]*"`)

// stateOfAudit is that of the text without its proofs.
func stateOfAudit(payload []byte) ([32]byte, bool) {
	bare := proofs.ReplaceAll(payload, nil)
	return sha256.Sum256(encode.Bytes(encode.Domain("zkaudit/audit-bundle/v1"), bare)), true
}

// stateOfPart is that of everything but the mode and the certificate. rows are the
// committed rows of features and labels.
func stateOfPart(features, labels int) func(payload []byte) ([32]byte, bool) {
	return func(payload []byte) (digest [32]byte, ok bool) {
		r := encode.NewReader(payload)
		number := func() int { return int(r.Int("number")) }
		text := func() []byte { return r.Bytes("text", len(payload)) }
		f := bundle.PartFile{Shape: segment.PartShape{Rows: number(), Features: number(), Labels: number(), Attributes: number()}}
		f.Shape.Kind = graph.LabelKind(text())
		text() // the mode
		f.RowBits, f.Setup = number(), r.Digest("setup")
		d := json.NewDecoder(bytes.NewReader(text()))
		if d.Decode(&f.Meaning) != nil {
			return digest, false
		}
		f.Commitment.Meaning = f.Meaning.Digest()
		var err error
		points := r.Fixed("features", features*commitments.PointBytes)
		if f.Commitment.Features, err = commitments.DecodePoints(points, features, commitments.RefuseInfinity); err != nil {
			return digest, false
		}
		points = r.Fixed("labels", labels*commitments.PointBytes)
		if f.Commitment.Labels, err = commitments.DecodePoints(points, labels, commitments.RefuseInfinity); err != nil {
			return digest, false
		}
		return f.Digest(), r.Err() == nil
	}
}
