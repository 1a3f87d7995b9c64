package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/cmd/internal/verify"
	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/wrap"
	"github.com/zkaudit/zkaudit/tflite"
)

// exporting holds the flags of zkaudit export.
type exporting struct {
	inToto, cyclone  bool
	annex, croissant bool
	modelSigning     bool
	snarkjs          string
	out, key         string
	trained, opening string
	bundles, models  []string
	chain            verify.Chain
	setup            string
	insecure         bool
}

// exported is what zkaudit export has written.
type exported struct {
	File string `json:"file"`
	Type string `json:"type"`
}

func exportCommand(a *app) *cobra.Command {
	var o exporting
	c := &cobra.Command{
		Use:   "export FILE {{--in-toto --key KEY | --model-signing --key KEY --trained M --opening O | --cyclonedx | --annex | --croissant} -o OUT | --snarkjs DIR}",
		Short: "State what a bundle or audit is about, or hand on its proofs, in formats of others",
		Long: `Verifies a bundle or an audit, then states what it is about, as an in-toto statement
(--in-toto) in a DSSE envelope that --key signs: digests, counts and choices, as
docs/attestations.md lists them; or as a bill of materials (--cyclonedx) with a model
card, the committed parts and what is proven, whose evidence is the file; or, of a
bundle, as a Markdown annex for a technical file (--annex); of a part, as Croissant
metadata (--croissant). It is an owner's statement and has no verdict: whoever gets it
verifies the file that it names. Nothing private is in it. A verifier's statement is made by zkaudit verify --attest.

With --trained FILE --opening OPENING the trained model is a subject, too, if it carries
the committed weights. --model-signing needs both, and writes the OpenSSF signature of
that file, which tools for signed models verify; the statement of --in-toto links the
file to its training. Claims of an audit about runs need --bundle, about public models
--model. --from gives the bundles of what a run continues, as for zkaudit verify.

  zkaudit export run/bundle.zka --in-toto --key key.pem -o run/bundle.intoto.json
  zkaudit export run/bundle.zka --in-toto --key key.pem --trained run/trained.tflite --opening run/trained.opening -o out.json
  zkaudit export run/bundle.zka --model-signing --key p256.pem --trained run/trained.tflite --opening run/trained.opening -o run/trained.sig
  zkaudit export run/bundle.zka --cyclonedx -o bundle.cdx.json
  zkaudit export run/commit/part-000.part --croissant -o part.croissant.json
  zkaudit export run/audit.zka --bundle run/bundle.zka --in-toto --key key.pem -o audit.intoto.json

--snarkjs DIR writes, for a bundle of mode zk-groth16, a folder for each proof in DIR,
which must be new: proof.json, public.json and verification_key.json, for
snarkjs groth16 verify. What snarkjs accepts is the SNARK alone: that the verifier's
script accepts a conversation about a statement of this digest, ending in this seal and
exposing values of this sum. Which statement and values those are,
the opening of the commitments and how proofs follow one another is for zkaudit verify.

  zkaudit export run/bundle.zka --snarkjs snarks --setup setup.powers.verifier

Exit codes are those of zkaudit verify; what is false is not exported.`,
		Args: arguments(1, 1, "one bundle, audit or part"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := o.check(args[0]); err != nil {
				return err
			}
			if o.snarkjs != "" {
				return a.exportSnarkjs(c.Context(), args[0], o.snarkjs, o.setup, o.insecure)
			}
			made, err := a.export(c.Context(), args[0], &o)
			if err != nil {
				return err
			}
			return a.result(made, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "%s: %s; no verdict\n", made.File, made.Type)
				return err
			})
		},
	}
	f := c.Flags()
	f.BoolVar(&o.inToto, "in-toto", false, "a signed in-toto statement")
	f.BoolVar(&o.modelSigning, "model-signing", false, "the OpenSSF signature of the trained model's file, with an ECDSA key")
	f.BoolVar(&o.cyclone, "cyclonedx", false, "a CycloneDX ML-BOM")
	f.BoolVar(&o.annex, "annex", false, "of a bundle: a Markdown annex for a technical file")
	f.BoolVar(&o.croissant, "croissant", false, "of a part: Croissant metadata")
	f.StringVar(&o.snarkjs, "snarkjs", "", "a new folder for the files that snarkjs verifies, of a bundle of mode zk-groth16")
	f.StringVarP(&o.out, "out", "o", "", "the file to write")
	f.StringVar(&o.key, "key", "", "the private key to sign with: PEM, PKCS#8, Ed25519 or ECDSA P-256, readable by you alone")
	f.StringVar(&o.trained, "trained", "", "the trained .tflite, if it is to be a subject, with --opening")
	f.StringVar(&o.opening, "opening", "", "what opens the final weights, readable by you alone")
	f.StringArrayVar(&o.bundles, "bundle", nil, "of an audit: the bundle of a run that claims name")
	f.StringArrayVar(&o.models, "model", nil, "of an audit: NAME=FILE.tflite, a public model that claims name")
	o.chain.Flags(f)
	f.StringVar(&o.setup, "setup", "", "the powers of tau you trust (default: the transparent setup, or the INSECURE development one)")
	f.BoolVar(&o.insecure, "allow-insecure-setup", false, "accept the development setup, with which anyone can forge; the statement says so")
	return c
}

// formats counts those asked for.
func (o *exporting) formats() int {
	n := 0
	for _, asked := range []bool{o.inToto, o.modelSigning, o.cyclone, o.annex, o.croissant} {
		if asked {
			n++
		}
	}
	return n
}

// check refuses flags that contradict one another, before anything is verified.
func (o *exporting) check(path string) error {
	switch {
	case o.snarkjs != "" && (o.formats() > 0 || o.out+o.key+o.trained+o.opening != "" || len(o.bundles)+len(o.models)+len(o.chain.From) > 0):
		return fmt.Errorf("--snarkjs takes a bundle alone, and --setup: %w", fault.ErrUsage)
	case o.snarkjs != "":
		return nil
	case o.formats() != 1:
		return fmt.Errorf("say which format, one of --in-toto, --model-signing, --cyclonedx, --annex, --croissant and --snarkjs: %w", fault.ErrUsage)
	case o.out == "":
		return fmt.Errorf("say which file to write: -o: %w", fault.ErrUsage)
	case !o.inToto && !o.modelSigning && o.key+o.trained+o.opening != "":
		return fmt.Errorf("--key, --trained and --opening go with --in-toto and --model-signing; other formats are not signed: %w", fault.ErrUsage)
	case (o.inToto || o.modelSigning) && o.key == "":
		return fmt.Errorf("an in-toto statement is signed, and so is a model: --key names the private key: %w", fault.ErrUsage)
	case o.modelSigning && o.trained == "":
		return fmt.Errorf("--model-signing signs the file that --trained names, with --opening, which shows that it carries the committed weights: %w", fault.ErrUsage)
	case (o.trained == "") != (o.opening == ""):
		return fmt.Errorf("--trained goes with --opening, which shows that the model carries the committed weights: %w", fault.ErrUsage)
	}
	inputs := []string{path, o.key}
	return writable(o.out, append(append(inputs, o.trained, o.opening), o.bundles...)...)
}

// export verifies a file and writes what it is about.
func (a *app) export(ctx context.Context, path string, o *exporting) (made exported, err error) {
	st, text, err := a.statementOf(ctx, path, o)
	if err != nil {
		return made, err
	}
	made = exported{o.out, "a Markdown annex"}
	switch {
	case o.croissant:
		made.Type = "Croissant metadata of a committed part"
	case o.inToto:
		made.Type = "a signed in-toto statement, predicate " + st.Type()
		return made, writeSigned(ctx, st, o.key, o.out)
	case o.modelSigning:
		made.Type = "an OpenSSF model signature of " + fault.Quote(filepath.Base(o.trained))
	case o.cyclone:
		made.Type = "a CycloneDX ML-BOM, version 1.6"
	}
	return made, artefact.WriteFile(o.out, text, artefact.PublicMode)
}

// statementOf verifies a file and states what it is about: as a statement that is
// to be signed, or in another format as its text.
func (a *app) statementOf(ctx context.Context, path string, o *exporting) (st *attest.Statement, text []byte, err error) {
	if o.croissant {
		text, err = a.partMetadata(ctx, path, o)
		return nil, text, err
	}
	h, is, err := verify.HeaderOf(path)
	if err != nil {
		return nil, nil, err
	}
	if is && h.Kind == audit.Kind() {
		if len(o.chain.From) > 0 {
			return nil, nil, fmt.Errorf("--from goes with a bundle: %w", fault.ErrUsage)
		}
		return a.auditStatement(ctx, path, o)
	}
	if len(o.bundles)+len(o.models) > 0 {
		return nil, nil, fmt.Errorf("--bundle and --model go with an audit: %w", fault.ErrUsage)
	}
	b, err := a.readBundle(path)
	if err != nil {
		return nil, nil, err
	}
	report, err := a.verifyChain(ctx, &o.chain, b, bundle.Expectation{}, o.setup, o.insecure)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case o.cyclone:
		text, err = attest.CycloneDX(b, report, filepath.Base(path))
		return nil, text, err
	case o.annex:
		text, err = attest.Annex(b, report, filepath.Base(path))
		return nil, text, err
	}
	trained, err := a.trainedModel(b, o)
	if err != nil {
		return nil, nil, err
	}
	if o.modelSigning {
		text, err = signModel(ctx, *trained, o.key)
		return nil, text, err
	}
	st, err = attest.Training(b, report, filepath.Base(path), trained)
	return st, nil, err
}

func (a *app) auditStatement(ctx context.Context, path string, o *exporting) (st *attest.Statement, text []byte, err error) {
	if o.trained != "" || o.annex || o.modelSigning {
		return nil, nil, fmt.Errorf("--trained, --model-signing and --annex go with a bundle: %w", fault.ErrUsage)
	}
	v := auditVerifying{models: slices.Clone(o.models)}
	v.Bundles, v.Setup, v.Insecure = o.bundles, o.setup, o.insecure
	made, report, err := a.verifyAudit(ctx, path, &v)
	if err != nil {
		return nil, nil, err
	}
	if o.cyclone {
		text, err = attest.CycloneDXAudit(made, report, filepath.Base(path))
		return nil, text, err
	}
	st, err = attest.Audit(made, report, filepath.Base(path))
	return st, nil, err
}

// partMetadata verifies a part and describes it.
func (a *app) partMetadata(ctx context.Context, path string, o *exporting) ([]byte, error) {
	if len(o.bundles)+len(o.models) > 0 {
		return nil, fmt.Errorf("--bundle and --model go with an audit: %w", fault.ErrUsage)
	}
	part, err := bundle.ReadPart(path)
	if err != nil {
		return nil, err
	}
	setup, powers, err := a.verifierSetup(o.setup, part.RowBits, part.Setup)
	if err != nil {
		return nil, err
	}
	if setup.Insecure && !o.insecure {
		return nil, fmt.Errorf("the part was certified with the INSECURE development setup: anyone can forge such certificates; --allow-insecure-setup describes it all the same: %w", fault.ErrVersion)
	}
	v := &mode.Verifier{Setup: setup, Wraps: wrap.Verifier{Powers: powers, Cache: a.keys()}}
	text, err := attest.Croissant(ctx, part, v, filepath.Base(path))
	return text, fault.Verdict(err)
}

// trainedModel is the model in hand, if it carries the final weights of the
// bundle; nil if none is given.
func (a *app) trainedModel(b *bundle.Bundle, o *exporting) (*attest.File, error) {
	if o.trained == "" {
		return nil, nil
	}
	model, err := tflite.ReadFile(o.trained)
	if err != nil {
		return nil, err
	}
	secret, err := owner.ReadModelOpening(o.opening, b)
	if err != nil {
		return nil, err
	}
	setup, err := a.committingSetup(o.setup, b.Statement.RowBits, b.Statement.Setup)
	if err != nil {
		return nil, err
	}
	if _, err := owner.OpenModel(setup, b, model, secret); err != nil {
		return nil, fmt.Errorf("%s: %w", o.trained, err)
	}
	return &attest.File{Name: filepath.Base(o.trained), SHA256: sha256.Sum256(model)}, nil
}
