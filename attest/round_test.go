package attest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/attest"
	"github.com/zkaudit/zkaudit/audit"
	"github.com/zkaudit/zkaudit/internal/fault"
)

func sha(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// A verifier's statement of a round lists every file that was verified, says what was
// compared and what not, and its envelope verifies with the libraries of the standards.
func TestRoundStated(t *testing.T) {
	w, v := federationOf(t), attest.Verifier{Version: "v1", At: at}
	report := w.report(t, true)
	report.Compared = []string{"what files of parts say"}
	e := w.seen(t, append(all(), "audit")...)
	if err := e.Audit(w.audit, w.audited); err != nil { // once more is the same
		t.Fatal(err)
	}
	st, err := v.Round(w.round, report, "aggregate.zka", e)
	if err != nil {
		t.Fatal(err)
	}
	private, public := keyPair(t, "ed25519")
	signer, err := attest.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	envelope, err := signer.Sign(context.Background(), st)
	if err != nil {
		t.Fatal(err)
	}
	s, payload, err := opened(envelope, public)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Subject) != 1 || s.Subject[0].Name != "aggregate.zka" || s.Subject[0].Digest["sha256"] != sha(w.files["round2/aggregate.zka"]) || st.Type() != attest.VerificationType {
		t.Errorf("subjects %v", s.Subject)
	}
	var stated struct {
		Predicate struct {
			Of, Statement, VerificationResult string
			Proven, Compared, NotCompared     []string
			Round                             struct {
				Number        int
				Result, Start string
				Participants  []struct{ SHA256, Statement string }
				Before        []struct{ Kind, SHA256 string }
				Audits        []struct {
					SHA256, Audit string
					Participants  []int
					Claims        []struct{ Says string }
				}
			}
		}
	}
	if err := json.Unmarshal(payload, &stated); err != nil {
		t.Fatal(err)
	}
	p := &stated.Predicate
	if p.Of != "round" || p.VerificationResult != "PASSED" || p.Statement != report.Statement || p.Round.Number != 2 || p.Round.Result != report.Result || p.Round.Start != w.beforeReport.Result {
		t.Errorf("%+v", p)
	}
	var files []string
	for _, f := range p.Round.Participants {
		files = append(files, f.SHA256)
	}
	for _, f := range p.Round.Before {
		files = append(files, f.SHA256)
	}
	for _, f := range p.Round.Audits {
		files = append(files, f.SHA256)
	}
	var want []string
	for _, name := range []string{"b0/bundle.zka", "b1/bundle.zka", "a0/bundle.zka", "a1/bundle.zka", "round1/aggregate.zka", "audit.zka"} {
		want = append(want, sha(w.files[name]))
	}
	if !slices.Equal(files, want) {
		t.Errorf("files %q, want %q", files, want)
	}
	if a := p.Round.Audits[0]; !slices.Equal(a.Participants, []int{2}) || len(a.Claims) != 1 || a.Claims[0].Says != w.audited.Claims[0].Says || !strings.Contains(strings.Join(p.Proven, "\n"), "participant 2: "+a.Claims[0].Says) {
		t.Errorf("%+v", a)
	}
	for _, line := range []string{
		"of each participant: number of steps: 2", "of each participant: predecessor (result): " + w.beforeReport.Result,
		"what files of parts say", "audit 1: part \"part-000\": " + w.second[1].report.Facts.Dataset[0],
		"participant 1: dataset commitments: [" + w.second[0].report.Facts.Dataset[0] + "]", "participant 2: dataset commitments: [" + w.second[1].report.Facts.Dataset[0] + "]",
	} {
		if !slices.Contains(p.Compared, line) || slices.Contains(p.NotCompared, line) {
			t.Errorf("compared is %q, without %q", p.Compared, line)
		}
	}
	for _, line := range []string{
		"participant 1: run id: " + w.second[0].report.Facts.RunID, "of each participant: initial weights (commitments): " + w.second[0].report.Facts.InitialWeights,
		"audit 1: the claims and their thresholds: they are those the prover chose",
		"what the 3 runs and rounds that lead to participants are about: they are valid, and lead to the result that participants start from",
	} {
		if !slices.Contains(p.NotCompared, line) {
			t.Errorf("not compared is %q, without %q", p.NotCompared, line)
		}
	}
	if bytes.ContainsAny(payload, "\x1b") || bytes.ContainsRune(payload, '\u202e') {
		t.Error("what the context holds steers a terminal")
	}
	if len(w.secrets) < 10 {
		t.Fatalf("only %d secrets", len(w.secrets))
	}
	for _, secret := range w.secrets {
		for _, form := range []string{hex.EncodeToString(secret), base64.RawStdEncoding.EncodeToString(secret), new(big.Int).SetBytes(secret).String()} {
			if bytes.Contains(payload, []byte(form)) {
				t.Fatalf("the statement holds the secret %s", form)
			}
		}
	}
}

// A line that one participant has twice holds of no other one.
func TestLinesOfOneParticipant(t *testing.T) {
	w, v := federationOf(t), attest.Verifier{At: at}
	e := w.seen(t, all()...)
	twice := *w.second[0].report
	twice.Checked = append(slices.Clone(twice.Checked), "once", "once")
	if err := e.Participant(w.second[0].bundle, &twice); err != nil {
		t.Fatal(err)
	}
	st, err := v.Round(w.round, w.report(t, false), "aggregate.zka", e)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := st.Encode(); err != nil || bytes.Contains(text, []byte("of each participant: once")) || !bytes.Contains(text, []byte("participant 1: once")) {
		t.Errorf("%s, %v", text, err)
	}
}

// An audit is of those whose run it is about, or whose parts.
func TestWhoseAuditsAre(t *testing.T) {
	w, v := federationOf(t), attest.Verifier{At: at}
	report := w.report(t, true)
	runs, parts, neither := *w.audited, *w.audited, *w.audited
	runs.Parts, parts.Runs, neither.Parts, neither.Runs = nil, nil, nil, nil
	for want, r := range map[string]*audit.Report{`"participants":[2],"sha256":"` + sha(w.files["audit.zka"]): &runs, `"participants":[2],`: &parts, `"participants":[],`: &neither} {
		e := w.seen(t, all()...)
		if err := e.Audit(w.audit, r); err != nil {
			t.Fatal(err)
		}
		st, err := v.Round(w.round, report, "aggregate.zka", e)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := st.Encode(); err != nil || !bytes.Contains(text, []byte(want)) {
			t.Errorf("%s is not in %s, %v", want, text, err)
		}
	}
}

// Nothing is stated of a round of which one thing alone was not verified, not compared,
// or not given.
func TestRoundsNotAttested(t *testing.T) {
	w, v := federationOf(t), attest.Verifier{At: at}
	without := func(name string) []string {
		return slices.DeleteFunc(all(), func(s string) bool { return s == name })
	}
	uncompared, err := w.verify(context.Background(), w.second[1].bundle, w.beforeReport.Predecessor(), false)
	if err != nil {
		t.Fatal(err)
	}
	changed := func(audited bool, change func(r *aggregate.Report)) *aggregate.Report {
		r := w.report(t, audited)
		change(r)
		return r
	}
	as := func(*aggregate.Report) {}
	for name, c := range map[string]struct {
		report *aggregate.Report
		seen   *attest.Evidence
		want   error
		says   string
	}{
		"as it is":              {changed(false, as), w.seen(t, all()...), nil, ""},
		"with the audit":        {changed(true, as), w.seen(t, append(all(), "audit")...), nil, ""},
		"a participant":         {changed(false, as), w.seen(t, without("participant 2")...), fault.ErrUsage, "participant 2: nobody has seen"},
		"the first":             {changed(false, as), w.seen(t, without("participant 1")...), fault.ErrUsage, "participant 1: nobody has seen"},
		"an earlier run":        {changed(false, as), w.seen(t, without("run 1")...), fault.ErrUsage, "the run with the result"},
		"an earlier round":      {changed(false, as), w.seen(t, without("round 1")...), fault.ErrUsage, "the round with the result"},
		"the audit":             {changed(true, as), w.seen(t, all()...), fault.ErrUsage, "other audits"},
		"an audit too many":     {changed(false, as), w.seen(t, append(all(), "audit")...), fault.ErrUsage, "other audits"},
		"other claims":          {changed(true, func(r *aggregate.Report) { r.Audited.Claims++ }), w.seen(t, append(all(), "audit")...), fault.ErrUsage, "other audits"},
		"other bits":            {changed(true, func(r *aggregate.Report) { r.Audited.Bits++ }), w.seen(t, append(all(), "audit")...), fault.ErrUsage, "other audits"},
		"something missing":     {changed(false, func(r *aggregate.Report) { r.Missing = []string{"0a"} }), w.seen(t, all()...), fault.ErrMissing, "the result 0a"},
		"something uncompared":  {changed(false, func(r *aggregate.Report) { r.Unpinned = []string{"the data"} }), w.seen(t, all()...), fault.ErrUnpinned, "the data"},
		"an answer":             {changed(true, func(r *aggregate.Report) { r.Audited.Open = []string{"the update of participant 1"} }), w.seen(t, append(all(), "audit")...), fault.ErrUnpinned, "the update"},
		"a sound setup":         {changed(false, func(r *aggregate.Report) { r.Insecure = true }), w.seen(t, all()...), fault.ErrVersion, "INSECURE"},
		"of another round":      {w.beforeReport, w.seen(t, all()...), fault.ErrUsage, "another round"},
		"another run of theirs": {changed(false, func(r *aggregate.Report) { r.Participants[1].Statement = r.Participants[0].Statement }), w.seen(t, all()...), fault.ErrUsage, "participant 2"},
	} {
		st, err := v.Round(w.round, c.report, "aggregate.zka", c.seen)
		if !errors.Is(err, c.want) || (err == nil) != (st != nil) || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	e := w.seen(t, without("participant 2")...)
	if err := e.Participant(w.second[1].bundle, uncompared); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Round(w.round, w.report(t, false), "aggregate.zka", e); !errors.Is(err, fault.ErrUnpinned) || !strings.Contains(err.Error(), "participant 2: nobody has compared the program, ") {
		t.Errorf("one of whom nobody has compared anything: %v", err)
	}
}

// TestEvidenceIsOfItsFile: evidence takes no report of another file, and what was verified
// before counts as no participant, nor the other way round.
func TestEvidenceIsOfItsFile(t *testing.T) {
	w, v := federationOf(t), attest.Verifier{At: at}
	w.report(t, true) // verifies the audit, too
	another := *w.audited
	another.Digest = strings.Repeat("0", 64)
	e := &attest.Evidence{}
	for name, err := range map[string]error{
		"a participant": e.Participant(w.second[0].bundle, w.second[1].report), "an earlier run": e.RunBefore(w.first[0].bundle, w.first[1].report),
		"an earlier round": e.RoundBefore(w.before, w.report(t, false)), "an audit": e.Audit(w.audit, &another),
	} {
		if !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	e = w.seen(t, "participant 1", "run 1", "run 2", "round 1")
	if err := e.RunBefore(w.second[1].bundle, w.second[1].report); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Round(w.round, w.report(t, false), "aggregate.zka", e); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a participant that was verified as something before: %v", err)
	}
	e = w.seen(t, "participant 1", "participant 2", "run 2", "round 1")
	if err := e.Participant(w.first[0].bundle, w.first[0].report); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Round(w.round, w.report(t, false), "aggregate.zka", e); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("an earlier run that was verified as a participant: %v", err)
	}
}
