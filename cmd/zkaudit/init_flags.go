package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/commitments"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/run"
)

// aboutInit is what zkaudit help init says.
const aboutInit = `Reads model and data, makes the choices that you leave open, and writes them all,
commented, to DIR/run.toml. Give --data (and --labels) once per owner of rows.

  zkaudit init runs/iris --model iris.tflite --data iris.csv
  zkaudit init runs/mnist --model mnist.tflite --data images.gz --labels labels.gz --epochs 2

With --like, the new run has every choice of another one, and its committed parts as
they are: what a counterfactual claim compares. --without names rows that it does not
read, numbered from 0 as they are committed.

  zkaudit init runs/without --like runs/iris --without part-000:5 --without part-000:10-19

With --like and --round, it has every choice and the parts of your run in the round before,
and starts from the global weights that the aggregator has sent (zkaudit aggregate).

With --from-run, the new run continues a proven one: it starts from its final weights,
under the commitments that the other's bundle ends with, so that zkaudit verify --from
follows the chain. Model, formats, mode, setup and the size of rows are those of the other
run; loss, batch, rate, momentum and how columns become numbers are, too, unless you say
otherwise, and so are its parts, unless --data names rows. Layers may be frozen, or not,
as you like. The other run's weights fix the precision of the rate (learning_rate.shift).

  zkaudit init runs/tuned --from-run runs/iris --data more.csv --rate 0.02 --train-last 1`

// flags adds the flags of zkaudit init.
func (i *initialising) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&i.like, "like", "", "a committed run directory: take its choices and parts; no other flag but --without")
	f.StringVar(&i.round, "round", "", "with --like: the directory of a round of federated training, from whose global weights the new run starts")
	f.StringVar(&i.from, "from-run", "", "a proven run directory that the new run continues, from its final weights")
	f.StringVar(&i.config.Model.File, "model", "", "the .tflite model: architecture and, if wanted, initial weights")
	f.StringSliceVar(&i.config.Model.Frozen, "frozen", nil, "names of weights that are not trained; NAME* for all that begin so")
	f.StringSliceVar(&i.config.Model.FrozenLayers, "frozen-layers", nil, "layers that are not trained, by number: 0,2-4")
	f.IntVar(&i.config.Model.TrainLast, "train-last", 0, "train only so many layers with weights, from the last one back")
	f.StringArrayVar(&i.files.data, "data", nil, "rows: CSV, JSON lines, Parquet, Arrow, numpy, IDX (with --labels), or a folder of pictures for each class; plain or gzip")
	f.StringArrayVar(&i.files.names, "name", nil, "what claims call the part of --data (default part-000 ...); its rows held out are NAME-test (default test-000 ...)")
	f.StringArrayVar(&i.files.labels, "labels", nil, "labels of rows that are arrays, such as those of IDX")
	f.StringArrayVar(&i.files.parts, "part", nil, "a part that the owner of --data has committed; once per --data, \"\" for rows of your own")
	f.StringArrayVar(&i.files.openings, "opening", nil, "what opens --part")
	f.StringArrayVar(&i.files.constants, "constants", nil, "attributes with one value for all rows of --data, such as owner=A,licence=CC0-1.0; once per --data")
	f.StringArrayVar(&i.files.vocabulary, "vocabulary", nil, "values that an attribute may have: NAME=VALUE,VALUE; once per attribute")
	columnFlags(cmd, &i.config.Columns)
	f.BoolVar(&i.config.Columns.PublishEncoding, "publish-encoding", false, "csv: put the encoding in part files")
	trainingFlags(cmd, &i.config)
	setsKeys(f, settingFlags())
}

// filesOfParts are the flags that are given once per file of rows, and the values
// of the attributes in them.
type filesOfParts struct {
	data, names, labels, parts, openings, constants []string
	vocabulary                                      []string
}

// vocabularies makes the [vocabulary] table.
func (f *filesOfParts) vocabularies() (map[string][]string, error) {
	var tables map[string][]string
	for _, text := range f.vocabulary {
		name, values, ok := strings.Cut(text, "=")
		if !ok || name == "" || tables[name] != nil {
			return nil, fmt.Errorf("--vocabulary %q: want NAME=VALUE,VALUE, once for each name: %w", text, fault.ErrUsage)
		}
		if tables == nil {
			tables = map[string][]string{}
		}
		tables[name] = strings.Split(values, ",")
	}
	return tables, nil
}

// config makes the [[data]] tables.
func (f *filesOfParts) config() ([]run.DataConfig, error) {
	for _, other := range []struct {
		flag   string
		values []string
	}{{"name", f.names}, {"labels", f.labels}, {"part", f.parts}, {"opening", f.openings}, {"constants", f.constants}} {
		if n := len(other.values); n > 0 && n != len(f.data) {
			return nil, fmt.Errorf("%d --data and %d --%s: give --%s once per --data: %w", len(f.data), n, other.flag, other.flag, fault.ErrUsage)
		}
	}
	at := func(values []string, i int) string {
		if len(values) == 0 {
			return ""
		}
		return values[i]
	}
	var tables []run.DataConfig
	for i, file := range f.data {
		d := run.DataConfig{Name: at(f.names, i), File: file, Labels: at(f.labels, i), Part: at(f.parts, i), Opening: at(f.openings, i)}
		for _, pair := range strings.Split(at(f.constants, i), ",") {
			if pair == "" {
				continue
			}
			name, value, found := strings.Cut(pair, "=")
			if !found || name == "" || value == "" {
				return nil, fmt.Errorf("--constants %q: want name=value,name=value: %w", pair, fault.ErrUsage)
			}
			if d.Constants == nil {
				d.Constants = map[string]string{}
			}
			d.Constants[name] = value
		}
		tables = append(tables, d)
	}
	return tables, nil
}

func columnFlags(cmd *cobra.Command, c *run.ColumnConfig) {
	f := cmd.Flags()
	f.StringVar(&c.Format, "format", "", strings.Join(data.FormatNames(), ", ")+" (default: by how the first file begins)")
	f.StringVar(&c.Header, "header", "", "csv: auto, yes or no (default auto)")
	f.StringVar(&c.Separator, "csv-separator", "", "csv: comma, semicolon, tab, bar, space or another character between cells (default: the file tells)")
	f.StringVar(&c.DecimalComma, "decimal-comma", "", "csv: auto, yes (numbers are written 1,5) or no (default auto: the file tells)")
	f.StringVar(&c.Thousands, "thousands", "", "csv: what stands between thousands: none, comma (1,234.5), point, space or apostrophe (default auto: the file tells)")
	f.StringSliceVar(&c.Features, "features", nil, "csv: columns by name or number (default: all but targets and attributes)")
	f.StringSliceVar(&c.Categorical, "categorical", nil, "csv: columns of numbers that are categories")
	f.StringSliceVar(&c.Targets, "target", nil, "csv: columns to predict (default: the last)")
	f.StringSliceVar(&c.Classes, "classes", nil, "csv: order of the classes (default: sorted)")
	f.StringVar(&c.Normalise, "normalise", "", "csv features: none, minmax or standard (default standard)")
	f.StringVar(&c.NormaliseTargets, "normalise-targets", "", "csv values to predict (default none)")
	f.BoolVar(&c.Reconstruct, "reconstruct", false, "predict the features themselves (autoencoder)")
	f.StringSliceVar(&c.Attributes, "attributes", nil, "csv: columns committed for audits; training reads those alone that --features names, too")
	f.StringVar(&c.Impute, "impute", "", "fill in missing cells of features: mean, median or most-frequent of the rows trained on (default none: they are refused)")
	f.BoolVar(&c.MissingAsCategory, "missing-as-category", false, "csv: a missing cell of a category is a category of its own")
	f.StringVar(&c.Encoding, "encoding", "", "csv: a file that says how cells become integers: another run's commit/encoding.json, or a part that publishes it")
}

func trainingFlags(cmd *cobra.Command, c *run.Config) {
	f := cmd.Flags()
	f.IntVar(&c.Test.Rows, "test-rows", run.DefaultTestRows, "rows of each file held out (default: a fifth)")
	f.Lookup("test-rows").DefValue = "0" // not shown: -1 stands for a fifth
	f.StringVar(&c.Test.From, "test-from", "", "held-out rows: spread over the file or from its end (default spread)")
	f.BoolVar(&c.Test.GroupDuplicates, "group-duplicates", true, "rows with equal features go to one side of the split")
	f.BoolVar(&c.Test.Commit, "commit-test", false, "commit the held-out rows, too (default: if there are attributes)")
	f.StringVar(&c.Model.BatchAxis, "batch-axis", "", "axis of the model's inputs that counts samples, from 0, or none: the whole input is one sample (default: the model tells)")
	f.StringVar(&c.Training.Loss, "loss", "", "softmax_cross_entropy, logistic_loss or mean_squared_error (default: by the model)")
	f.StringVar(&c.Training.Labels, "label-kind", "", "one_hot, bits or values (default: by the loss)")
	f.IntVar(&c.Training.Batch, "batch", 0, "rows per step (default: by the rows)")
	f.IntVar(&c.Training.Epochs, "epochs", 0, "passes over the rows (default: at least 2, and 200 steps, or 1000 under mean_squared_error)")
	f.IntVar(&c.Training.Steps, "steps", 0, "steps, instead of epochs")
	f.IntVar(&c.Training.SegmentSteps, "segment-steps", 0, "steps per proof (default: by the size of a step)")
	f.StringVar(&c.Training.Rate, "rate", "", "learning rate (default 0.1, for mean squared error 0.03)")
	f.StringSliceVar(&c.Training.Rates, "rates", nil, "a learning rate per epoch, instead of one")
	f.StringVar(&c.Training.Clip, "clip", "", "clip the errors of layers with weights, cell by cell, to this value")
	f.StringVar(&c.Training.Smoothing, "smoothing", "", "smooth labels: the part of each that all classes share")
	f.StringVar(&c.Training.Momentum, "momentum", "", "momentum, such as 0.9")
	f.BoolVar(&c.Training.Nesterov, "nesterov", false, "Nesterov's momentum instead of the classical one")
	f.IntVar(&c.Training.MomentumRestart, "momentum-restart", 0, "steps after which a momentum begins anew (default: those of a segment)")
	f.StringVar(&c.Training.WeightDecay, "weight-decay", "", "what each trained weight loses of itself after every segment, such as 0.01")
	f.StringVar(&c.Training.SampleWeight, "sample-weight", "", "attribute whose values multiply the error of each row")
	f.IntVar(&c.Rate.WarmUp, "warm-up", 0, "steps in which the learning rate rises to its value")
	f.StringVar(&c.Rate.Decay, "decay", "", "how the learning rate falls from step to step: none, step or cosine (default none)")
	f.IntVar(&c.Rate.Every, "decay-every", 0, "step decay: steps after which the rate is multiplied by the factor, and again")
	f.StringVar(&c.Rate.Factor, "decay-factor", "", "step decay: that factor")
	f.StringVar(&c.Rate.Floor, "decay-floor", "", "cosine decay: the learning rate of the last step")
	f.IntVar(&c.Formats.Feature, "fraction-features", 0, "fraction bits of features (default 8)")
	f.IntVar(&c.Formats.Activation, "fraction-activations", 0, "fraction bits of activations (default 8)")
	f.IntVar(&c.Formats.Error, "fraction-errors", 0, "fraction bits of errors (default 10)")
	f.StringVar(&c.Schedule.Order, "order", "", "shuffled or committed (default shuffled)")
	f.StringVar(&c.Schedule.Seed, "seed", "", "public seed of the shuffle")
	f.StringVar(&c.Schedule.Tail, "tail", "", "rows left at the end of an epoch: drop or wrap (default drop)")
	f.StringArrayVar(&c.Schedule.Without, "without", nil, "rows that are never read: PART:ROW, PART:FIRST-LAST or PART; may be repeated")
	f.StringVar(&c.Initial.From, "initial", "", "initial weights: seed or model (default seed)")
	f.StringVar(&c.Initial.Seed, "initial-seed", "", "public seed of the initial weights")
	f.StringVar(&c.Initial.Scheme, "initial-scheme", "", "he or glorot (default: he after ReLU)")
	f.BoolVar(&c.Initial.Publish, "publish-initial", false, "put the model's initial weights in the bundle")
	f.StringVar(&c.Proof.Mode, "mode", "", "zk, zk-plonk, zk-groth16, or validity, which hides nothing (default zk)")
	f.IntVar(&c.Proof.RowBits, "row-bits", 0, fmt.Sprintf("log2 of the cells of a committed row (default %d)", commitments.DefaultRowBits))
	f.StringVar(&c.Proof.Setup, "setup", "", `transparent, a file of powers of tau, or development: INSECURE (default transparent; development for zk-plonk and zk-groth16)`)
	f.StringVar(&c.Proof.Context, "context", "", "what the verifier asks to be bound: a nonce, an order number")
}

// settingFlags are the flags of init that are settings, with their keys in
// run.toml.
func settingFlags() map[string]string {
	return map[string]string{
		"model": "model.file", "frozen": "model.frozen", "frozen-layers": "model.frozen_layers", "train-last": "model.train_last", "batch-axis": "model.batch_axis", "data": "data.file", "name": "data.name", "labels": "data.labels", "part": "data.part", "opening": "data.opening", "constants": "data.constants", "vocabulary": "vocabulary",
		"format": "columns.format", "header": "columns.header", "csv-separator": "columns.separator", "decimal-comma": "columns.decimal_comma", "thousands": "columns.thousands", "features": "columns.features", "categorical": "columns.categorical",
		"target": "columns.targets", "classes": "columns.classes", "normalise": "columns.normalise", "normalise-targets": "columns.normalise_targets",
		"reconstruct": "columns.reconstruct", "attributes": "columns.attributes", "missing-as-category": "columns.missing_as_category", "impute": "columns.impute",
		"encoding": "columns.encoding", "publish-encoding": "columns.publish_encoding",
		"test-rows": "test.rows", "test-from": "test.from", "group-duplicates": "test.group_duplicates", "commit-test": "test.commit",
		"loss": "training.loss", "label-kind": "training.labels", "batch": "training.batch", "epochs": "training.epochs", "steps": "training.steps",
		"segment-steps": "training.segment_steps", "rate": "training.rate", "rates": "training.rates", "clip": "training.clip", "smoothing": "training.smoothing", "momentum": "training.momentum", "nesterov": "training.nesterov", "momentum-restart": "training.momentum_restart", "weight-decay": "training.weight_decay", "sample-weight": "training.sample_weight",
		"warm-up": "learning_rate.warm_up", "decay": "learning_rate.decay", "decay-every": "learning_rate.every", "decay-factor": "learning_rate.factor", "decay-floor": "learning_rate.floor",
		"fraction-features": "formats.feature", "fraction-activations": "formats.activation", "fraction-errors": "formats.error",
		"order": "schedule.order", "seed": "schedule.seed", "tail": "schedule.tail", "without": "schedule.without",
		"initial": "initial_weights.from", "initial-seed": "initial_weights.seed", "initial-scheme": "initial_weights.scheme", "publish-initial": "initial_weights.publish",
		"mode": "proof.mode", "row-bits": "proof.row_bits", "setup": "proof.setup", "context": "proof.context",
	}
}
