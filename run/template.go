package run

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/artefact"
)

// configText is run.toml with every choice spelled out.
const configText = `# A run of zkaudit: what is trained on what, and how it is proven.
# Every choice is spelled out; change any before "zkaudit commit".
# Paths are relative to this directory.

[model]
file = {{quote .Model.File}}   # architecture and, if asked below, initial weights
batch_axis = {{quote .Model.BatchAxis}}   # axis of the inputs that counts samples, from 0; "auto": the model tells; "none": the whole input is one sample
frozen = {{list .Model.Frozen}}   # names of weights that stay as they are; "base/*" = all that begin so
frozen_layers = {{list .Model.FrozenLayers}}   # and layers, by their numbers in "zkaudit inspect MODEL --with run.toml": "0", "2-4"
train_last = {{.Model.TrainLast}}   # train only so many layers with weights, from the last one back; 0 = all

# One [[data]] table per owner of rows; each becomes a committed part.
{{range $i, $_ := .Data}}{{if $i}}
{{end}}[[data]]
name = {{quote .Name}}   # what claims call the part; "" = part-000, part-001 ...
file = {{quote .File}}
labels = {{quote .Labels}}   # the file of labels, where those of arrays are not in file
part = {{quote .Part}}   # a part that its owner has committed; file holds its rows
opening = {{quote .Opening}}   # what opens it
constants = {{table .Constants}}   # attributes with one value, such as { licence = "CC0-1.0", owner = "A" }
{{end}}
[columns]
format = {{quote .Columns.Format}}   # {{formats}}; plain or .gz
header = {{quote .Columns.Header}}   # csv: auto | yes | no
separator = {{quote .Columns.Separator}}   # csv: auto | comma | semicolon | tab | bar | space | another character
decimal_comma = {{quote .Columns.DecimalComma}}   # csv: auto | yes (1,5) | no (1.5)
thousands = {{quote .Columns.Thousands}}   # csv: what stands between thousands: auto | none | comma (1,234.5) | point | space | apostrophe
features = {{list .Columns.Features}}   # csv columns by name or number from 1; [] = all but targets and attributes
categorical = {{list .Columns.Categorical}}   # numbers to take as categories (text always is)
targets = {{list .Columns.Targets}}   # [] = the last column
classes = {{list .Columns.Classes}}   # order of the classes, of folders, too; [] = those found, sorted
normalise = {{quote .Columns.Normalise}}   # csv features: none | minmax | standard, fitted on the rows of the first file that are trained on
normalise_targets = {{quote .Columns.NormaliseTargets}}   # values to predict: none | minmax | standard, fitted alike
reconstruct = {{.Columns.Reconstruct}}   # the targets are the features (autoencoder)
attributes = {{list .Columns.Attributes}}   # csv columns committed for audits (sex, licence ...); training reads those alone that features names, too, and training.sample_weight
impute = {{quote .Columns.Impute}}   # missing cells of features: none (refused) | mean | median | most-frequent (of categories, too), of the rows that normalise is fitted on; the part says how many
missing_as_category = {{.Columns.MissingAsCategory}}   # a missing cell ("?") of a category is a category of its own
encoding = {{quote .Columns.Encoding}}   # a file that says how cells become integers, such as commit/encoding.json; "" fits one
publish_encoding = {{.Columns.PublishEncoding}}   # in part files, so that anyone can encode a record; normalisation tells of the rows

# Values that an attribute may have, in order: attribute = ["a", "b"]. Owners who
# commit apart agree on them; an attribute that is not listed has those found.
[vocabulary]
{{range $name, $values := .Vocabulary}}{{key $name}} = {{list $values}}
{{end}}
[test]
rows = {{.Test.Rows}}   # rows of each file held out: not trained on; about as many, where equal rows stay together
from = {{quote .Test.From}}   # end = the last rows | spread = evenly over the file
group_duplicates = {{.Test.GroupDuplicates}}   # rows with equal features go to one side: held-out rows are then none that was trained on
commit = {{.Test.Commit}}   # commit and certify the rows held out, too, for audits of accuracy and fairness

[training]
loss = {{quote .Training.Loss}}   # softmax_cross_entropy | logistic_loss | mean_squared_error
labels = {{quote .Training.Labels}}   # one_hot | bits | values (of softmax_cross_entropy: the number of a class at each position, −1 for none)
batch = {{.Training.Batch}}   # rows per step
epochs = {{.Training.Epochs}}   # either epochs
steps = {{.Training.Steps}}   # or steps; the other is 0
segment_steps = {{.Training.SegmentSteps}}   # steps per proof: more need more memory, fewer more proofs
rate = {{quote .Training.Rate}}   # learning rate; the nearest n/2^k with n <= 255 is used, and printed
rates = {{list .Training.Rates}}   # instead of rate: one per epoch
clip = {{quote .Training.Clip}}   # what the errors of layers with weights are clipped to, cell by cell, such as "0.5"; "" = not at all
smoothing = {{quote .Training.Smoothing}}   # of labels, such as "0.1": so much of each is shared by all classes; "" = none
momentum = {{quote .Training.Momentum}}   # such as "0.9"; "" = none
nesterov = {{.Training.Nesterov}}   # Nesterov's momentum instead of the classical one
momentum_restart = {{.Training.MomentumRestart}}   # after so many steps a momentum begins anew: a divisor of segment_steps
sample_weight = {{quote .Training.SampleWeight}}   # an attribute whose values, decimals that [vocabulary] lists, multiply the error of each row; "" = none
weight_decay = {{quote .Training.WeightDecay}}   # what each trained weight loses of itself after every segment_steps steps, such as "0.01"; "" = nothing. The nearest n/2^k with n <= 255 is used, and printed

[learning_rate]   # how training.rate changes from step to step; each step's rate is exact, rounded once to n/2^k
warm_up = {{.Rate.WarmUp}}   # so many steps rise in a line: step i of them, from 1, has i/warm_up of the rate
decay = {{quote .Rate.Decay}}   # after that: none | step | cosine
every = {{.Rate.Every}}   # step: after so many steps, and again
factor = {{quote .Rate.Factor}}   # step: the rate is multiplied by this, such as "0.5"
floor = {{quote .Rate.Floor}}   # cosine: what the rate has fallen to in the last step, at least 1/500 of it or so
shift = {{.Rate.Shift}}   # rates are multiples of 1/2^shift over a batch, and weights as fine; 0: the finest. Of a run that continues another it is given

[formats]   # fraction bits of 16-bit numbers: more are finer, and overflow earlier; zkaudit calibrate chooses some that fit
feature = {{.Formats.Feature}}
activation = {{.Formats.Activation}}
error = {{.Formats.Error}}   # of back-propagated errors

[schedule]
order = {{quote .Schedule.Order}}   # shuffled (a fresh order per epoch from the seed) | committed
seed = {{quote .Schedule.Seed}}   # public; best chosen by someone other than the trainer
tail = {{quote .Schedule.Tail}}   # rows left at the end of an epoch: drop | wrap
without = {{list .Schedule.Without}}   # rows never read, by number from 0 as committed: "north:5", "south:10-19"; or a whole part: "west"

[initial_weights]
from = {{quote .Initial.From}}   # seed = random from a public seed | model = those of the model file | run = what another run has ended with, under its commitments; the model file is its trained.tflite
run = {{quote .Initial.Run}}   # from run: the directory of that run
seed = {{quote .Initial.Seed}}
scheme = {{quote .Initial.Scheme}}   # he (for ReLU) | glorot
publish = {{.Initial.Publish}}   # from model: true puts them in the bundle, false keeps them private

[proof]
mode = {{quote .Proof.Mode}}   # zk | zk-plonk (short proofs) | zk-groth16 (keys from a setup of your own) | validity (NOT zero-knowledge)
row_bits = {{.Proof.RowBits}}   # committed rows have 2^row_bits cells; parts are exchanged in one size
setup = {{quote .Proof.Setup}}   # transparent: nothing to trust | a file of powers of tau | development: INSECURE, anyone can forge, for trying only
context = {{quote .Proof.Context}}   # what the verifier asks to be bound: a nonce, an order number

[audit]
ledger = {{quote .Audit.Ledger}}   # file that records what is released about the parts; "" = ledger.jsonl here. One for all runs that have parts in common
`

// writeConfig writes run.toml, commented, whole or not at all.
func writeConfig(path string, c *Config) error {
	text, err := c.text()
	if err != nil {
		return err
	}
	return artefact.WriteFile(path, text, artefact.PublicMode)
}

func (c *Config) text() ([]byte, error) {
	t, err := template.New("run.toml").Funcs(template.FuncMap{"quote": quote, "list": list, "table": inlineTable, "key": key, "formats": data.DescribeFormats}).Parse(configText)
	if err != nil {
		return nil, fmt.Errorf("run.toml: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, c); err != nil {
		return nil, fmt.Errorf("run.toml: %w", err)
	}
	return b.Bytes(), nil
}

// quote writes a TOML basic string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04X", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// key writes a TOML key, bare where it may be.
func key(s string) string {
	for _, r := range s {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-') {
			return quote(s)
		}
	}
	if s == "" {
		return quote(s)
	}
	return s
}

func list(items []string) string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// inlineTable writes a TOML table of texts in one line.
func inlineTable(m map[string]string) string {
	if len(m) == 0 {
		return "{}"
	}
	var items []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		items = append(items, key(name)+" = "+quote(m[name]))
	}
	return "{ " + strings.Join(items, ", ") + " }"
}
