package snarkjs

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// folder returns the folder that npm has installed snarkjs in: make snarkjs-test sets
// it.
func folder(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("ZKAUDIT_SNARKJS")
	if dir == "" {
		t.Skip("runs in make snarkjs-test")
	}
	return dir
}

// run verifies files by snarkjs and tells what it says.
func run(t *testing.T, files Files) (output string, ok bool) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(filepath.Join(folder(t), "node_modules", ".bin", "snarkjs"), "groth16", "verify", KeyFile, PublicFile, ProofFile)
	c.Dir = dir
	out, err := c.CombinedOutput()
	return string(out), err == nil
}

// TestSnarkjsVerifies: snarkjs says OK of what is exported, and not of another
// public value, of A for C, or of another key.
func TestSnarkjsVerifies(t *testing.T) {
	folder(t)
	files := exampleFiles(t)
	if out, ok := run(t, files); !ok || !strings.Contains(out, "OK!") {
		t.Fatalf("snarkjs refuses what is true: %s", out)
	}
	for name, change := range map[string]struct {
		file  string
		pairs []string // what stands for what
	}{
		"another public value":          {PublicFile, []string{`"7"`, `"8"`}},
		"A and C in each other's place": {ProofFile, []string{"pi_a", "pi_c", "pi_c", "pi_a"}},
		"γ and δ in each other's place": {KeyFile, []string{"vk_gamma_2", "vk_delta_2", "vk_delta_2", "vk_gamma_2"}},
	} {
		others := maps.Clone(files)
		text := string(files[change.file])
		changed := strings.NewReplacer(change.pairs...).Replace(text)
		if changed == text {
			t.Fatalf("%s: nothing changed", name)
		}
		others[change.file] = []byte(changed)
		if out, ok := run(t, others); ok || !strings.Contains(out, "Invalid proof") {
			t.Errorf("%s: snarkjs says %s", name, out)
		}
	}
}

// TestPairingIsSnarkjs: its pairing is the same power of the reduced one, and its
// tower of fields has the same order, so that vk_alphabeta_12 is what it computes.
func TestPairingIsSnarkjs(t *testing.T) {
	const script = `
const path = require("path"), fs = require("fs");
const { buildBn128, utils } = require(require.resolve("ffjavascript", { paths: [process.argv[1]] }));
const key = utils.unstringifyBigInts(JSON.parse(fs.readFileSync(0)));
buildBn128(true).then((curve) => {
    const z = curve.pairing(curve.G1.fromObject(key.vk_alpha_1), curve.G2.fromObject(key.vk_beta_2));
    console.log(JSON.stringify(utils.stringifyBigInts(curve.Gt.toObject(z))));
});`
	dir, files := folder(t), exampleFiles(t)
	c := exec.Command("node", "-e", script, dir)
	c.Stdin = strings.NewReader(string(files[KeyFile]))
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs e12
	var key keyJSON
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := json.Unmarshal(files[KeyFile], &key); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(theirs, key.AlphaBeta) {
		t.Errorf("snarkjs computes %v, the key says %v", theirs, key.AlphaBeta)
	}
}
