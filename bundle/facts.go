package bundle

import (
	"encoding/hex"
	"fmt"

	"github.com/zkaudit/zkaudit/data/schedule"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/number"
	"github.com/zkaudit/zkaudit/network"
)

// ProgramFacts say what is trained and how.
type ProgramFacts struct {
	Program      string   `json:"program"`      // digest of architecture and choices
	Architecture string   `json:"architecture"` // digest
	Layers       []string `json:"layers"`       // in words
	Loss         string   `json:"loss"`
	Labels       string   `json:"labels"`
	Batch        int      `json:"batch"`
	Formats      Formats  `json:"formats"`
	Frozen       []int    `json:"frozen"`        // weights that are not trained, in the order of their first use
	Clip         string   `json:"clip"`          // limit of the errors of layers with weights, in decimal; "" = none
	Smoothing    string   `json:"smoothing"`     // of labels, in decimal; "" = none
	Momentum     string   `json:"momentum"`      // how gradients count in later updates; "" = not at all
	WeightDecay  string   `json:"weight_decay"`  // what trained weights lose after every so many steps; "" = nothing
	SampleWeight string   `json:"sample_weight"` // what the errors of rows are multiplied by; "" = nothing
	RateShift    int      `json:"rate_shift"`    // k: rates are n/2^k for the mean over a batch
	RateByStep   bool     `json:"rate_by_step"`
	Parameters   int      `json:"parameters"`
}

// ProgramFactsOf returns those of a network.
func ProgramFactsOf(n *network.Network) ProgramFacts {
	program, architecture, choices := n.Digest(), n.Architecture(), n.Choices()
	forward := architecture.Digest()
	f := ProgramFacts{
		Program: hex.EncodeToString(program[:]), Architecture: hex.EncodeToString(forward[:]), Layers: n.Describe(),
		Loss: string(choices.Loss), Labels: string(choices.Labels), Batch: choices.Batch,
		Formats: Formats(choices.Formats), Frozen: append([]int{}, choices.Frozen...), Parameters: architecture.Parameters(),
		RateShift: choices.RateShift, RateByStep: choices.Scheduled, Momentum: choices.Momentum.String(), WeightDecay: choices.Decay.String(), SampleWeight: network.DescribeWeighed(choices.Weighed),
	}
	if choices.Clip > 0 {
		f.Clip = number.Decimal(int64(choices.Clip), choices.Formats.Error)
	}
	if off := choices.Smoothing; off > 0 {
		classes := n.Program().Tensor(n.Program().Label).Units()
		f.Smoothing = number.Decimal(int64(off)*int64(classes), choices.Formats.Error)
	}
	return f
}

// Lines say it for people. Nothing in them is a text of a file's: kinds of
// operators and losses are of this program's lists.
func (f *ProgramFacts) Lines() []string {
	rates := "one rate"
	if f.RateByStep {
		rates = "a rate for every step"
	}
	lines := []string{"program " + f.Program, fmt.Sprintf("architecture %s, %d parameters", f.Architecture, f.Parameters)}
	for _, layer := range f.Layers {
		lines = append(lines, "  "+layer)
	}
	frozen := "no weight frozen"
	if len(f.Frozen) > 0 {
		frozen = fmt.Sprintf("frozen weights %v", f.Frozen)
	}
	lines = append(lines,
		fmt.Sprintf("loss %s of %s labels, batch %d", f.Loss, f.Labels, f.Batch),
		fmt.Sprintf("fraction bits of features, activations and errors: %s; %s", f.Formats, frozen),
		fmt.Sprintf("%s, a multiple of 1/2^%d over a batch", rates, f.RateShift))
	if f.Momentum != "" {
		lines = append(lines, "momentum: "+f.Momentum)
	}
	if f.SampleWeight != "" {
		lines = append(lines, "sample weights: "+f.SampleWeight)
	}
	if f.WeightDecay != "" {
		lines = append(lines, "weight decay: "+f.WeightDecay)
	}
	if f.Smoothing != "" {
		lines = append(lines, fmt.Sprintf("labels smoothed: %s of each is shared by all classes alike", f.Smoothing))
	}
	if f.Clip != "" {
		lines = append(lines, fmt.Sprintf("the error of each output of a layer with weights clipped to −%s … %s, before its updates and before it is passed on", f.Clip, f.Clip))
	}
	return lines
}

// Facts are the public values of a run as people compare them: digests in
// hexadecimal, rates in decimal.
type Facts struct {
	Statement string `json:"statement"`
	RunID     string `json:"run_id"`
	Mode      string `json:"mode"`
	Context   string `json:"context"`
	ProgramFacts
	Setup          string   `json:"setup"`
	Insecure       bool     `json:"insecure"`
	RowBits        int      `json:"row_bits"`
	Dataset        []string `json:"dataset"`
	Rows           []int    `json:"rows"`
	Steps          int      `json:"steps"`
	SegmentSteps   int      `json:"segment_steps"`
	Segments       int      `json:"segments"`
	Rate           string   `json:"rate"`
	Order          string   `json:"order"`
	Seed           string   `json:"seed,omitempty"`
	Tail           string   `json:"tail"`
	Without        []string `json:"without"` // rows never read: part and row from 0, "0:5" or "1:10-19"
	Origin         string   `json:"origin"`
	OriginSeed     string   `json:"origin_seed,omitempty"`
	OriginScheme   string   `json:"origin_scheme,omitempty"`
	OriginDigest   string   `json:"origin_digest"`
	Predecessor    string   `json:"predecessor,omitempty"` // digest of the result that a continued run names
	InitialWeights string   `json:"initial_weights"`
	FinalWeights   string   `json:"final_weights"`
}

// Formats are the fraction bits of a run's 16-bit values.
type Formats struct {
	Feature    int `json:"feature" toml:"feature"`
	Activation int `json:"activation" toml:"activation"`
	Error      int `json:"error" toml:"error"`
}

// String says them in words.
func (f Formats) String() string {
	return fmt.Sprintf("%d, %d and %d", f.Feature, f.Activation, f.Error)
}

// Facts returns the public values of the bundle, which nothing has verified.
// Insecure is not set: that takes the setup.
func (b *Bundle) Facts() (_ *Facts, err error) {
	defer fault.Catch(&err, "bundle", fault.ErrMalformed)
	s := b.Statement
	digest, err := s.Digest()
	if err != nil {
		return nil, err
	}
	origin := s.Origin.Digest()
	initial, final := s.Initial.Digest(), b.Final().Digest()
	f := &Facts{
		Statement: hex.EncodeToString(digest[:]), RunID: hex.EncodeToString(s.RunID[:]), Mode: string(s.Mode), Context: s.Context,
		ProgramFacts: ProgramFactsOf(s.Network),
		Setup:        hex.EncodeToString(s.Setup[:]), RowBits: s.RowBits,
		Rows: s.Schedule.Parts, Steps: s.Steps(), SegmentSteps: s.Segment, Segments: s.Segments(),
		Rate: s.Rate(), Order: s.Schedule.Order.String(), Tail: s.Schedule.Tail.String(), Without: []string{},
		Origin: s.Origin.Kind.String(), OriginSeed: s.Origin.Seed, OriginScheme: s.Origin.Scheme,
		OriginDigest:   hex.EncodeToString(origin[:]),
		InitialWeights: hex.EncodeToString(initial[:]), FinalWeights: hex.EncodeToString(final[:]),
	}
	if s.Origin.Kind == Continued {
		f.Predecessor = hex.EncodeToString(s.Origin.Predecessor[:])
	}
	if s.Schedule.Order == schedule.Shuffled {
		f.Seed = s.Schedule.Seed
	}
	for _, r := range s.Schedule.Without {
		f.Without = append(f.Without, r.String())
	}
	for i := range s.Parts {
		part := s.PartDigest(i)
		f.Dataset = append(f.Dataset, hex.EncodeToString(part[:]))
	}
	return f, nil
}
