package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// scope is what is mutated of a package: all its files, or those named.
type scope struct {
	directory string
	only      []string // files
	without   []string
	honest    []string // functions of whoever makes proofs or keeps a cache
}

// scopes are the verifier's packages, those with the fastest tests first.
var scopes = []scope{
	{directory: "proof", without: []string{"count.go"}, honest: []string{"Layout.SumcheckCells"}}, // what a prover takes
	{directory: "proof/statement"},
	{directory: "proof/public"},
	{directory: "proof/transcript"},
	{directory: "proof/circuit"},
	{directory: "proof/verifier"},
	{directory: "proof/committed", without: []string{"prove.go"}, honest: []string{"answer", "Proof.MarshalBinary"}},
	{directory: "commitments", only: []string{"batch.go", "encoding.go", "generators.go", "generators_file.go", "inner_product.go", "evaluation.go", "pairing.go",
		"pairing_encoding.go", "pairing_verify.go", "powers.go", "powers_file.go", "ptau.go", "setup.go", "srs.go", "transcript.go"},
		honest: []string{"WritePowers", "CachedDevelopment", "Setup.ProveEvaluation", "provePairing", "prove", "foldAll", "PairingProof.evaluate", "PairingProof.proveBatch",
			"divideByLinear", "commitPlain", "NewDevelopment", "proveInnerProduct", "crossTerm", "foldHalves", "equality", "writeGenerators"}},
	{directory: "relation", only: []string{"digest.go", "validate.go", "validate_source.go"}},
	{directory: "ops", only: []string{"bounds.go", "growth.go", "interval.go", "validate.go"}},
	{directory: "network", without: []string{"describe.go"}},
	{directory: "segment", without: []string{"assign.go", "part_cells.go"}, honest: []string{"WeightsCertificate.Assign", "CertifiedWeight.assign", "DatasetCertificate.Assign", "AverageCertificate.Assign", "Average", "limbOf", "digitOf"}},
	{directory: "bundle", without: []string{"report.go", "facts.go"}},
	{directory: "aggregate", without: []string{"audited.go", "report.go"}},
	{directory: "tally", without: []string{"words.go"}},
	{directory: "audit", only: []string{"bundle.go", "certificate.go", "counterfactual.go", "scale.go", "statement.go", "update.go", "verify.go"}},
}

// sources returns the paths of the files of a scope.
func (s *scope) sources(root string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, s.directory))
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "doc.go" {
			continue
		}
		if (len(s.only) == 0 || contains(s.only, name)) && !contains(s.without, name) {
			files = append(files, filepath.Join(s.directory, name))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no files to mutate", s.directory)
	}
	return files, nil
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
