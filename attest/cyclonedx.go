package attest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/CycloneDX/cyclonedx-go"

	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// References within a bill of materials.
const (
	modelRef    = "model"
	targetRef   = "target"   // the same among the targets of claims
	proofRef    = "proof"    // the file of the bundle or audit
	evidenceRef = "evidence" // what the file shows
)

// property names a value of this program's.
func property(name, value string) cyclonedx.Property {
	return cyclonedx.Property{Name: "zkaudit:" + name, Value: value}
}

// CycloneDX is an ML-BOM, in JSON, of the model that a bundle in the file called
// name is about: a model card, the committed parts as datasets, and what is proven
// as claims whose evidence is the bundle. Requires the report of verifying b.
func CycloneDX(b *bundle.Bundle, r *bundle.Report, name string) ([]byte, error) {
	file, err := bundleFile(b, r, name)
	if err != nil {
		return nil, err
	}
	f := &r.Facts
	limits := lines(r.NotProven)
	card := &cyclonedx.MLModelCard{
		ModelParameters: &cyclonedx.MLModelParameters{
			Approach:          &cyclonedx.MLModelParametersApproach{Type: cyclonedx.MLModelParametersApproachTypeSupervised},
			ModelArchitecture: strings.Join(lines(f.Layers), "; "),
		},
		Considerations: &cyclonedx.MLModelCardConsiderations{TechnicalLimitations: &limits},
	}
	components := []cyclonedx.Component{proofComponent(file)}
	datasets := []cyclonedx.MLDatasetChoice{}
	for i, p := range partsOf(b, f) {
		ref := fmt.Sprintf("part-%d", i)
		components = append(components, dataComponent(ref, "committed part "+p.Digest, p.Digest, p.Rows, p.Features))
		datasets = append(datasets, cyclonedx.MLDatasetChoice{Ref: ref})
	}
	card.ModelParameters.Datasets = &datasets
	model := cyclonedx.Component{
		BOMRef: modelRef, Type: cyclonedx.ComponentTypeMachineLearningModel, Name: "model with final weights " + f.FinalWeights, ModelCard: card,
		Properties: &[]cyclonedx.Property{
			property("statement", f.Statement), property("mode", f.Mode), property("setup", f.Setup), property("insecureSetup", strconv.FormatBool(f.Insecure)),
			property("program", f.Program), property("architecture", f.Architecture), property("parameters", strconv.Itoa(f.Parameters)),
			property("initialWeights", f.InitialWeights), property("finalWeights", f.FinalWeights), property("origin", originOf(f)),
			property("steps", strconv.Itoa(f.Steps)), property("batch", strconv.Itoa(f.Batch)), property("order", f.Order), property("rate", foreign.Line(f.Rate)), property("loss", f.Loss),
			property("ownerText:context", quoted(f.Context)),
		},
	}
	return encodeBOM(&model, components, lines(r.Proven), "run zkaudit verify on the file with this SHA-256")
}

// CycloneDXAudit is the same of an audit: its subjects are components, its claims
// are claims. Requires the report of verifying b.
func CycloneDXAudit(b *audit.Bundle, r *audit.Report, name string) ([]byte, error) {
	file, err := auditFile(b, r, name)
	if err != nil {
		return nil, err
	}
	components := []cyclonedx.Component{proofComponent(file)}
	for i, p := range r.Parts {
		components = append(components, dataComponent(fmt.Sprintf("part-%d", i), "committed part, called "+foreign.Quote(p.Name), p.Digest, p.Rows, p.Features))
	}
	for i, run := range r.Runs {
		components = append(components, cyclonedx.Component{
			BOMRef: fmt.Sprintf("run-%d", i), Type: cyclonedx.ComponentTypeMachineLearningModel, Name: "training run, called " + foreign.Quote(run.Name),
			Properties: &[]cyclonedx.Property{property("statement", run.Digest), property("program", run.Program), property("parameters", strconv.Itoa(run.Parameters))},
		})
	}
	for i, m := range r.Models {
		components = append(components, cyclonedx.Component{
			BOMRef: fmt.Sprintf("public-model-%d", i), Type: cyclonedx.ComponentTypeMachineLearningModel, Name: "public model, called " + foreign.Quote(m.Name),
			Hashes: &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: m.SHA256}},
		})
	}
	about := cyclonedx.Component{
		BOMRef: modelRef, Type: cyclonedx.ComponentTypeData, Name: "audit " + r.Digest,
		Properties: &[]cyclonedx.Property{
			property("audit", r.Digest), property("mode", r.Mode), property("setup", r.Setup), property("insecureSetup", strconv.FormatBool(r.Insecure)),
			property("releasedBits", strconv.Itoa(r.Bits)), property("ownerText:context", quoted(r.Context)),
		},
	}
	var says []string
	for _, c := range r.Claims {
		says = append(says, foreign.Line(c.Says))
	}
	return encodeBOM(&about, components, says, "run zkaudit audit verify on the file with this SHA-256")
}

func proofComponent(f File) cyclonedx.Component {
	return cyclonedx.Component{
		BOMRef: proofRef, Type: cyclonedx.ComponentTypeFile, Name: foreign.Line(f.Name),
		Hashes: &[]cyclonedx.Hash{{Algorithm: cyclonedx.HashAlgoSHA256, Value: hex.EncodeToString(f.SHA256[:])}},
	}
}

func dataComponent(ref, name, digest string, rows, features int) cyclonedx.Component {
	return cyclonedx.Component{
		BOMRef: ref, Type: cyclonedx.ComponentTypeData, Name: name,
		Data:       &[]cyclonedx.ComponentData{{Type: cyclonedx.ComponentDataTypeDataset, Name: name}},
		Properties: &[]cyclonedx.Property{property("part", digest), property("rows", strconv.Itoa(rows)), property("features", strconv.Itoa(features))},
	}
}

// encodeBOM writes a bill of materials about a component with claims whose
// evidence is the file of the proofs. It states no time, so that equal proofs have
// equal bills.
func encodeBOM(about *cyclonedx.Component, components []cyclonedx.Component, says []string, check string) ([]byte, error) {
	claims := []cyclonedx.Claim{}
	for i, predicate := range says {
		claims = append(claims, cyclonedx.Claim{
			BOMRef: fmt.Sprintf("claim-%d", i), Target: targetRef, Predicate: predicate,
			Reasoning: "the evidence is a proof, which this document does not verify: " + check,
			Evidence:  &[]cyclonedx.BOMReference{evidenceRef},
		})
	}
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Component: about}
	bom.Components = &components
	bom.Declarations = &cyclonedx.Declarations{
		Targets: &cyclonedx.Targets{Components: &[]cyclonedx.Component{{BOMRef: targetRef, Type: about.Type, Name: about.Name}}},
		Claims:  &claims,
		Evidence: &[]cyclonedx.DeclarationEvidence{{
			BOMRef: evidenceRef, PropertyName: "zkaudit:proof",
			Description: fmt.Sprintf("zero-knowledge or validity proofs in %s, SHA-256 %s", foreign.Quote(components[0].Name), (*components[0].Hashes)[0].Value),
		}},
	}
	var text bytes.Buffer
	if err := cyclonedx.NewBOMEncoder(&text, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6); err != nil {
		return nil, fmt.Errorf("bill of materials: %w: %v", fault.ErrInput, err)
	}
	return foreign.JSON(text.Bytes()), nil
}
