package chromium

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const rows = `a,b,c,kind
1.5,2,0.1,rose
1.2,2.2,0.3,tulip
0.1,1.7,2.5,iris
1.6,2.1,0.2,rose
1.1,2.0,0.2,tulip
0.3,1.6,2.4,iris
1.4,1.9,0.1,rose
0.2,1.5,2.6,iris
`

const claims = `[[claim]]
kind = "licence"
parts = ["part-000"]
attribute = "place"
allowed = ["garden", "meadow"]

[[claim]]
kind = "provenance"
run = "run"
parts = ["part-000"]
`

// made is what an auditor is sent: the files of a run and of an audit of it, made by the
// commands that their owner uses, and the page.
type made struct {
	dir, page string
}

func (m *made) file(name string) string { return filepath.Join(m.dir, name) }

// vector is one of the files that are kept for other implementations.
func vector(name string) string {
	path, err := filepath.Abs(filepath.Join("..", "..", "testdata", "vectors", name))
	if err != nil {
		panic(err)
	}
	return path
}

// changed is a copy of a file with one byte changed, counted from its end.
func (m *made) changed(t *testing.T, name, as string, fromEnd int) string {
	t.Helper()
	data, err := os.ReadFile(m.file(name))
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-fromEnd] ^= 1
	return m.write(t, as, string(data))
}

func (m *made) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(m.dir, "sent", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// makeFiles builds the program and the page, and makes all files.
func makeFiles(dir string) (*made, error) {
	m := &made{dir: dir, page: filepath.Join(dir, "verify.html")}
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		return nil, err
	}
	zkaudit := filepath.Join(dir, "zkaudit")
	texts := map[string]string{"rows.csv": strings.ReplaceAll(strings.ReplaceAll(rows, "\n", ",garden\n"), "kind,garden", "kind,place"), "claims.toml": claims}
	for name, text := range texts {
		if err := os.WriteFile(m.file(name), []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	for _, step := range [][]string{
		{root, "go", "build", "-o", dir + string(filepath.Separator), "./cmd/zkaudit", "./cmd/zkaudit-verify"},
		{root, "go", "run", "./web/build", "-out", m.page},
		{dir, zkaudit, "model", "flowers.tflite", "--data", "rows.csv", "--target", "kind", "--attributes", "place", "--dense", "6"},
		{dir, zkaudit, "init", "run", "--model", "flowers.tflite", "--data", "rows.csv", "--target", "kind", "--attributes", "place", "--steps", "4", "--batch", "4", "--vocabulary", "place=garden,meadow,wild", "--test-rows", "0", "--row-bits", "8"},
		{dir, zkaudit, "commit", "run"},
		{dir, zkaudit, "train", "run"},
		{dir, zkaudit, "prove", "run"},
		{dir, zkaudit, "audit", "claims.toml", "--dir", "run", "--html", "audit.html"},
		{dir, zkaudit, "report", "run"},
	} {
		c := exec.Command(step[1], step[2:]...)
		c.Dir = step[0]
		c.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"))
		if strings.HasPrefix(step[1], "go") {
			c.Env = os.Environ()
		}
		if out, err := c.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", strings.Join(step[1:], " "), err, out)
		}
	}
	return m, nil
}
