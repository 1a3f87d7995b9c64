package attest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"

	intoto "github.com/in-toto/attestation/go/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Types of predicates. A change of what a field means takes another version.
const (
	TrainingType     = "https://github.com/zkaudit/zkaudit/attestation/training/v1"
	AuditType        = "https://github.com/zkaudit/zkaudit/attestation/audit/v1"
	VerificationType = "https://github.com/zkaudit/zkaudit/attestation/verification/v1"
)

// File is a file that a statement is about.
type File struct {
	Name   string // without its folder
	SHA256 [32]byte
}

// Statement is an in-toto Statement, version 1.
type Statement struct{ intoto *intoto.Statement }

// newStatement states a predicate of files. Errors wrap fault.ErrUsage for files
// that in-toto cannot tell apart.
func newStatement(predicateType string, predicate any, subjects ...File) (*Statement, error) {
	text, err := json.Marshal(predicate)
	if err != nil {
		return nil, fmt.Errorf("predicate: %w: %v", fault.ErrInput, err)
	}
	p := new(structpb.Struct)
	if err := protojson.Unmarshal(text, p); err != nil {
		return nil, fmt.Errorf("predicate: %w: %v", fault.ErrInput, err)
	}
	s := &intoto.Statement{Type: intoto.StatementTypeUri, PredicateType: predicateType, Predicate: p}
	named := map[string]bool{}
	for _, f := range subjects {
		name := foreign.Line(f.Name)
		if named[name] {
			return nil, fmt.Errorf("two files are called %s, and a statement tells its subjects apart by name: %w", foreign.Quote(f.Name), fault.ErrUsage)
		}
		named[name] = true
		s.Subject = append(s.Subject, &intoto.ResourceDescriptor{
			Name: name, Digest: map[string]string{string(intoto.AlgorithmSHA256): hex.EncodeToString(f.SHA256[:])},
		})
	}
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("statement: %w: %v", fault.ErrInput, err)
	}
	return &Statement{s}, nil
}

// Type is the type of the predicate.
func (s *Statement) Type() string { return s.intoto.PredicateType }

// Encode returns the statement in JSON. Equal statements have equal encodings, in
// which nothing steers a terminal.
func (s *Statement) Encode() ([]byte, error) {
	text, err := protojson.Marshal(s.intoto)
	if err != nil {
		return nil, fmt.Errorf("statement: %w: %v", fault.ErrInput, err)
	}
	var compact bytes.Buffer // protojson varies its spaces on purpose
	if err := json.Compact(&compact, text); err != nil {
		return nil, fmt.Errorf("statement: %w: %v", fault.ErrInput, err)
	}
	return foreign.JSON(compact.Bytes()), nil
}

// lines are the lines of a report as it prints them.
func lines(list []string) []string {
	out := []string{}
	for _, line := range list {
		out = append(out, foreign.Line(line))
	}
	return out
}

// maxOwnerText bounds what is quoted of an owner's text, in characters: all of it.
const maxOwnerText = 1 << 16

// quoted is text of an owner's, "" where there is none.
func quoted(text string) string {
	if text == "" {
		return ""
	}
	return foreign.QuoteUpTo(text, maxOwnerText)
}
