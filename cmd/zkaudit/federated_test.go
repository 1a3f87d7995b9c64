package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// Participants and rounds of TestFederatedCensus.
const (
	federatedParticipants = 10
	federatedRounds       = 3
	federatedRows         = 2600 // of each
)

// census is a place where the commands of a federation over census rows run.
type census struct {
	t     *testing.T
	cache string
}

// run runs a command, and returns what it prints and how long it takes.
func (c *census) run(args ...string) (string, time.Duration) {
	c.t.Helper()
	start := time.Now()
	got := runCommand(c.t, c.cache, args...)
	if got.code != fault.ExitOK {
		c.t.Fatalf("zkaudit %s: exit code %d: %s", strings.Join(args, " "), got.code, got.output)
	}
	return got.output, time.Since(start)
}

// accuracy is that of a model on the rows of test.csv, but for some to train on.
func (c *census) accuracy(model string) float64 {
	c.t.Helper()
	dir := "of-" + strings.ReplaceAll(model, string(filepath.Separator), "-")
	c.run(append([]string{"init", dir, "--model", model, "--data", "test.csv", "--encoding", "central/commit/encoding.json", "--test-rows", "4000", "--initial", "model", "--batch", "32", "--steps", "1", "--mode", "validity"}, censusColumns()...)...)
	c.run("commit", dir)
	c.run("train", dir)
	text, err := os.ReadFile(filepath.Join(dir, "train", "record.json"))
	if err != nil {
		c.t.Fatal(err)
	}
	var record struct {
		Before struct{ Accuracy float64 }
	}
	if err := json.Unmarshal(text, &record); err != nil {
		c.t.Fatal(err)
	}
	return record.Before.Accuracy
}

func censusColumns() []string {
	return []string{"--header", "yes", "--target", "income", "--missing-as-category", "--attributes", "sex",
		"--features", "age,workclass,education,marital_status,occupation,relationship,race,sex,capital_gain,capital_loss,hours_per_week,native_country"}
}

// TestFederatedCensus is what make federated-test runs: ten participants with rows of
// census data train over three rounds in mode zk, an auditor verifies all of it as one
// chain, and the global model is right about as often as one that is trained on all rows
// in one place.
func TestFederatedCensus(t *testing.T) {
	if !*whole || fixtures() == "" {
		t.Skip("takes eight minutes, and census data: make federated-test")
	}
	adult, err := os.ReadFile(filepath.Join(fixtures(), "data", "adult_train.csv"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	c := &census{t, t.TempDir()}
	splitCensus(t, adult)
	training := append([]string{"--batch", "32", "--rate", "0.1", "--mode", "zk", "--test-rows", "0"}, censusColumns()...)
	c.run("model", "census.tflite", "--inputs", "106", "--dense", "64,32", "--outputs", "2")
	c.run(append([]string{"init", "central", "--model", "census.tflite", "--data", "all.csv", "--epochs", "6"}, training...)...)
	c.run("commit", "central")
	c.run("train", "central")

	var before []string // what a round starts from
	var longest, proving time.Duration
	for round := 1; round <= federatedRounds; round++ {
		var sent []string
		for k := range federatedParticipants {
			dir := fmt.Sprintf("p%d-%d", k, round)
			if round == 1 {
				c.run(append([]string{"init", dir, "--model", "census.tflite", "--data", fmt.Sprintf("%d.csv", k), "--encoding", "central/commit/encoding.json", "--epochs", "2", "--context", "census"}, training...)...)
			} else {
				c.run("init", dir, "--like", fmt.Sprintf("p%d-%d", k, round-1), "--round", fmt.Sprintf("round%d", round-1))
			}
			start := time.Now()
			c.run("commit", dir)
			c.run("train", dir)
			_, took := c.run("prove", dir)
			longest, proving = max(longest, time.Since(start)), proving+took
			sent = append(sent, dir)
		}
		args := append([]string{"aggregate", "--out", fmt.Sprintf("round%d", round)}, sent...)
		for _, path := range before {
			args = append(args, "--from", path)
		}
		_, took := c.run(args...)
		file := fmt.Sprintf("round%d/aggregate.zka", round)
		t.Logf("round %d: averaged in %.1f s, everything before it verified again; %d bytes, and bundles of %d", round, took.Seconds(), bytesOf(t, file), bytesOf(t, sent[0]+"/bundle.zka"))
		before = append(before, file)
		for _, dir := range sent {
			before = append(before, dir+"/bundle.zka")
		}
	}
	t.Logf("a participant's round: %.1f s at most, %.1f s of proving on average", longest.Seconds(), proving.Seconds()/(federatedParticipants*federatedRounds))
	c.audit()
	c.verify(before)
	global, central := c.accuracy(fmt.Sprintf("round%d/trained.tflite", federatedRounds)), c.accuracy("central/trained.tflite")
	t.Logf("right on rows held out: %.2f %%, trained in one place %.2f %%", 100*global, 100*central)
	if global < central-0.01 {
		t.Errorf("the global model is right on %.2f %%, one trained in one place on %.2f %%", 100*global, 100*central)
	}
}

// audit makes an audit of each participant's run in the last round.
func (c *census) audit() {
	c.t.Helper()
	claims := []byte(`context = "census"

[[claim]]
kind = "diversity"
parts = ["part-000"]
attributes = ["sex"]
min_count = 1
min_group = 1
release = "counts"
round = 1

[[claim]]
kind = "update"
run = "run"
at_most = "5"
`)
	if err := os.WriteFile("claims.toml", claims, 0o600); err != nil {
		c.t.Fatal(err)
	}
	if err := os.Mkdir("audits", 0o700); err != nil {
		c.t.Fatal(err)
	}
	var longest time.Duration
	for k := range federatedParticipants {
		_, took := c.run("audit", "claims.toml", "--dir", fmt.Sprintf("p%d-%d", k, federatedRounds), "--release", "--out", fmt.Sprintf("audits/%d.zka", k))
		longest = max(longest, took)
	}
	c.t.Logf("an audit of two claims: %.1f s at most, %d bytes", longest.Seconds(), bytesOf(c.t, "audits/0.zka"))
}

// sum is the sentence about all participants' counts, as the rows of all have them.
func (c *census) sum() string {
	c.t.Helper()
	text, err := os.ReadFile("all.csv")
	if err != nil {
		c.t.Fatal(err)
	}
	count := map[string]int{}
	for line := range strings.Lines(string(text)) {
		count[strings.Split(line, ",")[9]]++
	}
	return fmt.Sprintf(`all %d participants: of their %d committed rows, by "sex": "Female" %d, "Male" %d`, federatedParticipants, federatedParticipants*federatedRows, count["Female"], count["Male"])
}

// verify verifies the last round as the end of a chain of all files, with audits of all
// participants.
func (c *census) verify(files []string) {
	c.t.Helper()
	last := fmt.Sprintf("round%d/aggregate.zka", federatedRounds)
	args := []string{"verify", last, "--unpinned", "--audit", "audits"}
	for _, path := range files {
		if path != last {
			args = append(args, "--from", path)
		}
	}
	text, took := c.run(args...)
	if want := fmt.Sprintf("round %d of %d participants", federatedRounds, federatedParticipants); !strings.Contains(text, want) || strings.Contains(text, "NOT GIVEN") || strings.Contains(text, "NOT VERIFIED") {
		c.t.Errorf("not the whole chain: %s", text)
	}
	if want := c.sum(); !strings.Contains(text, want) || strings.Contains(text, "NOT SHOWN") {
		c.t.Errorf("want that %s: %s", want, text)
	}
	c.t.Logf("the whole chain verified in %.1f s", took.Seconds())
}

// splitCensus writes the rows of each participant, all of these, and others to test with.
func splitCensus(t *testing.T, adult []byte) {
	t.Helper()
	files := map[string]*bytes.Buffer{}
	add := func(name, row string) {
		if files[name] == nil {
			files[name] = bytes.NewBufferString("age,workclass,fnlwgt,education,education_num,marital_status,occupation,relationship,race,sex,capital_gain,capital_loss,hours_per_week,native_country,income\n")
		}
		fmt.Fprintln(files[name], row)
	}
	n := 0
	for line := range strings.Lines(string(adult)) {
		row := strings.ReplaceAll(strings.TrimSpace(line), ", ", ",")
		if strings.Count(row, ",") != 14 {
			continue
		}
		if n < federatedParticipants*federatedRows {
			add(fmt.Sprintf("%d.csv", n%federatedParticipants), row)
			add("all.csv", row)
		} else {
			add("test.csv", row)
		}
		n++
	}
	for name, rows := range files {
		if err := os.WriteFile(name, rows.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func bytesOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
