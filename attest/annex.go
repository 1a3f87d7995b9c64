package attest

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/internal/foreign"
)

// Annex is a Markdown annex for a technical file about the training that a bundle
// in the file called name is about: what of a summary of training content, as
// Article 53(1)(d) of Regulation (EU) 2024/1689 asks for, the proofs back, and what
// they do not. Requires the report of verifying b.
func Annex(b *bundle.Bundle, r *bundle.Report, name string) ([]byte, error) {
	file, err := bundleFile(b, r, name)
	if err != nil {
		return nil, err
	}
	f := &r.Facts
	var t strings.Builder
	t.WriteString("# Annex: training, as far as proofs back it\n\n")
	fmt.Fprintf(&t, "Made from the bundle %s, SHA-256 `%s`. This page proves nothing: whoever has the bundle verifies it with `zkaudit verify`. It is no legal advice, and no whole summary.\n\n",
		markdown(foreign.Quote(file.Name)), hex.EncodeToString(file.SHA256[:]))
	if f.Insecure {
		t.WriteString("**INSECURE: made with the development setup; anyone can forge such a bundle.**\n\n")
	}
	t.WriteString("## The model\n\n| | |\n|---|---|\n")
	for _, row := range [][2]string{
		{"Statement", f.Statement}, {"Program", f.Program}, {"Architecture", f.Architecture}, {"Parameters", fmt.Sprint(f.Parameters)},
		{"Initial weights, commitments", f.InitialWeights}, {"Their origin", originOf(f)}, {"Final weights, commitments", f.FinalWeights},
		{"Steps", fmt.Sprint(f.Steps)}, {"Rows per step", fmt.Sprint(f.Batch)}, {"Order of rows", f.Order}, {"Learning rate", foreign.Line(f.Rate)}, {"Mode of the proofs", f.Mode},
	} {
		fmt.Fprintf(&t, "| %s | %s |\n", row[0], markdown(row[1]))
	}
	if f.Context != "" {
		fmt.Fprintf(&t, "\nThe owner's own words, to which the proofs are bound and which nothing proves: %s\n", markdown(quoted(f.Context)))
	}
	t.WriteString("\n## The data\n\n| part, digest of its commitments and meaning | rows | cells of features | cells of labels |\n|---|---|---|---|\n")
	for _, p := range partsOf(b, f) {
		fmt.Fprintf(&t, "| %s | %d | %d | %d |\n", p.Digest, p.Rows, p.Features, p.Labels)
	}
	for _, section := range []struct {
		title string
		lines []string
	}{
		{"What the proofs show", r.Proven}, {"What they assume", r.Assumed}, {"What they do not show", r.NotProven}, {"What the bundle reveals", r.Revealed},
	} {
		fmt.Fprintf(&t, "\n## %s\n\n", section.title)
		for _, line := range section.lines {
			fmt.Fprintf(&t, "- %s\n", markdown(foreign.Line(line)))
		}
	}
	t.WriteString(summaryOfContent)
	return []byte(t.String()), nil
}

// originOf says where the initial weights come from.
func originOf(f *bundle.Facts) string {
	if f.Predecessor != "" {
		return f.Origin + ", from the result " + f.Predecessor
	}
	return f.Origin
}

// summaryOfContent holds what a summary of training content asks against what
// proofs say of it. It has no number of a run.
const summaryOfContent = `
## A summary of training content (Regulation (EU) 2024/1689, Article 53(1)(d))

| asked for | backed by the bundle | not backed; the provider's own word, or an audit's claim |
|---|---|---|
| which model, which version | the program, and the final weights by their commitments | its name, provider and date; that the model in use is this one (` + "`zkaudit open`" + ` shows it to whoever may have it) |
| size of the training data | rows, and cells of a row, of each committed part; no other row was read | size in tokens, hours or bytes before it was encoded |
| modalities and kinds of content | nothing: a cell is an integer | text, image, audio; languages; topics |
| sources: public, licensed, scraped, of users, synthetic | that each part is the committed one | where its rows come from. Its owner may have committed them, with attributes: then an audit proves shares and licences of what was committed |
| crawlers, domains, times of collection | nothing | all of it |
| measures against infringing content, opt-outs | nothing in the bundle | an audit can prove that no committed row equals, or is near to, a listed work, or has a licence not in a list |
| removal of unlawful content | which rows the schedule leaves out, and that no step read them | why; that nothing unlawful is left |
| processing | how steps compute from committed integers | how rows became integers, but for the recipe that a part publishes |
| earlier training of initial weights | that they come from a public seed, or are the published integers, where the origin above says so; of a continued run, by the bundles before it | what a base model was trained on; all, where the origin is private |
`

// markdown escapes what Markdown or HTML would read as more than text.
func markdown(text string) string {
	var b strings.Builder
	for _, c := range text {
		if strings.ContainsRune("\\`*_{}[]<>()#+!|&~$", c) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}
