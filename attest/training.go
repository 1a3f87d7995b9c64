package attest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// trainingPredicate is what an owner states of a training run: which run the
// bundle is about, and no verdict on it.
type trainingPredicate struct {
	Statement string      `json:"statement"` // digest of all public values
	RunID     string      `json:"runId"`
	Mode      string      `json:"mode"`
	Setup     setup       `json:"setup"`
	Program   program     `json:"program"`
	Dataset   []part      `json:"dataset"`
	Weights   weights     `json:"weights"`
	Schedule  runSchedule `json:"schedule"`
	// TrainedModel is a file that the signer has opened; nil without.
	TrainedModel *trainedModel `json:"trainedModel,omitempty"`
	OwnerText    ownerText     `json:"ownerText"`
	NotClaimed   []string      `json:"notClaimed"`
}

type (
	setup struct {
		ID       string `json:"id"`
		Insecure bool   `json:"insecure"` // anyone can forge
		RowBits  int    `json:"rowBits"`
	}
	program struct {
		Digest       string   `json:"digest"` // of architecture and choices
		Architecture string   `json:"architecture"`
		Layers       []string `json:"layers"`
		Parameters   int      `json:"parameters"`
		Loss         string   `json:"loss"`
		Labels       string   `json:"labels"`
		Batch        int      `json:"batch"`
		FractionBits formats  `json:"fractionBits"`
		Frozen       []int    `json:"frozen"`
		Clip         string   `json:"clip"`
		Smoothing    string   `json:"smoothing"`
		Momentum     string   `json:"momentum"`
		WeightDecay  string   `json:"weightDecay"`
		SampleWeight string   `json:"sampleWeight"`
	}
	formats struct {
		Feature    int `json:"feature"`
		Activation int `json:"activation"`
		Error      int `json:"error"`
	}
	part struct {
		Digest     string `json:"digest"`
		Rows       int    `json:"rows"`
		Features   int    `json:"features"`
		Labels     int    `json:"labels"`
		Attributes int    `json:"attributes"`
	}
	weights struct {
		Origin       string `json:"origin"`
		OriginDigest string `json:"originDigest"`
		OriginScheme string `json:"originScheme,omitempty"`
		Predecessor  string `json:"predecessor,omitempty"` // digest of the result that a continued run names
		Initial      string `json:"initial"`               // digest of the commitments
		Final        string `json:"final"`
	}
	runSchedule struct {
		Steps           int      `json:"steps"`
		StepsPerSegment int      `json:"stepsPerSegment"`
		Segments        int      `json:"segments"`
		Order           string   `json:"order"`
		Tail            string   `json:"tail"`
		Without         []string `json:"without"`
		Rate            string   `json:"rate"`
	}
	trainedModel struct {
		SHA256 string `json:"sha256"`
		Basis  string `json:"basis"`
	}
	ownerText struct {
		Context     string `json:"context,omitempty"`
		ShuffleSeed string `json:"shuffleSeed,omitempty"`
		OriginSeed  string `json:"originSeed,omitempty"`
	}
)

// Training states which run a bundle in the file called name is about. trained is
// a model that the signer has opened as the final weights (owner.OpenModel); nil
// for none. Requires the report of verifying b.
func Training(b *bundle.Bundle, r *bundle.Report, name string, trained *File) (*Statement, error) {
	file, err := bundleFile(b, r, name)
	if err != nil {
		return nil, err
	}
	f := &r.Facts
	p := &trainingPredicate{
		Statement: f.Statement, RunID: f.RunID, Mode: f.Mode, Setup: setup{f.Setup, f.Insecure, f.RowBits},
		Program: programOf(&f.ProgramFacts), Dataset: partsOf(b, f),
		Weights: weights{f.Origin, f.OriginDigest, foreign.Line(f.OriginScheme), f.Predecessor, f.InitialWeights, f.FinalWeights},
		Schedule: runSchedule{
			Steps: f.Steps, StepsPerSegment: f.SegmentSteps, Segments: f.Segments,
			Order: f.Order, Tail: f.Tail, Without: f.Without, Rate: foreign.Line(f.Rate),
		},
		OwnerText: ownerText{Context: quoted(f.Context), ShuffleSeed: quoted(f.Seed), OriginSeed: quoted(f.OriginSeed)},
		NotClaimed: append([]string{
			"that the bundle is valid: take the bundle with this SHA-256 and run zkaudit verify",
		}, lines(r.NotProven)...),
	}
	subjects := []File{file}
	if trained != nil {
		p.TrainedModel = &trainedModel{
			SHA256: hex.EncodeToString(trained.SHA256[:]),
			Basis:  "the signer has opened the commitments to the final weights to the integers of this file; the bundle alone does not show it",
		}
		subjects = append(subjects, *trained)
	}
	return newStatement(TrainingType, p, subjects...)
}

// bundleFile is the file that a bundle was read from: encodings of bundles leave
// no choice. It refuses the report of another bundle.
func bundleFile(b *bundle.Bundle, r *bundle.Report, name string) (File, error) {
	digest, err := b.Statement.Digest()
	if err != nil {
		return File{}, err
	}
	if hex.EncodeToString(digest[:]) != r.Facts.Statement {
		return File{}, fmt.Errorf("the report is about another bundle: %w", fault.ErrUsage)
	}
	text, err := b.Marshal()
	if err != nil {
		return File{}, err
	}
	return File{name, sha256.Sum256(text)}, nil
}

func programOf(f *bundle.ProgramFacts) program {
	return program{
		Digest: f.Program, Architecture: f.Architecture, Layers: lines(f.Layers), Parameters: f.Parameters,
		Loss: f.Loss, Labels: f.Labels, Batch: f.Batch, FractionBits: formats(f.Formats), Frozen: f.Frozen,
		Clip: f.Clip, Smoothing: f.Smoothing, Momentum: f.Momentum, WeightDecay: f.WeightDecay, SampleWeight: f.SampleWeight,
	}
}

func partsOf(b *bundle.Bundle, f *bundle.Facts) []part {
	list := []part{}
	for i, digest := range f.Dataset {
		shape := b.Statement.PartShape(i)
		list = append(list, part{digest, f.Rows[i], shape.Features, shape.Labels, shape.Attributes})
	}
	return list
}
