package run

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/data"
	"github.com/zkaudit/zkaudit/data/recipe"
	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
	"github.com/zkaudit/zkaudit/owner"
	"github.com/zkaudit/zkaudit/proof/mode"
)

// attributed makes a run directory of two files with an attribute column and
// constants: some rows are equal, within a file and
// between the two.
func attributed(t testing.TB, change func(c *Config)) string {
	t.Helper()
	dir := t.TempDir()
	for k, sexes := range []string{"fm", "mx"} {
		var b strings.Builder
		b.WriteString("x,y,z,sex,class\n")
		for i := 4 * k; i < 30+4*k; i++ {
			fmt.Fprintf(&b, "%d,%d,%d,%c,%s\n", i%4, i%3, i/20, sexes[i%2], []string{"no", "yes"}[i%4/2])
		}
		write(t, filepath.Join(dir, string(rune('a'+k))+".csv"), b.String())
	}
	return small(t, func(c *Config) {
		c.Data = []DataConfig{
			{Name: "north", File: filepath.Join(dir, "a.csv"), Constants: map[string]string{"owner": "A"}},
			{Name: "south", File: filepath.Join(dir, "b.csv"), Constants: map[string]string{"owner": "B"}},
		}
		c.Columns = ColumnConfig{Header: "yes", Features: []string{"x", "y", "z"}, Targets: []string{"class"}, Attributes: []string{"sex"}}
		c.Test = TestConfig{Rows: 6, GroupDuplicates: true, Commit: true}
		if change != nil {
			change(c)
		}
	})
}

func readAll(t testing.TB, dir string) *dataset {
	t.Helper()
	c, err := ReadConfig(filepath.Join(dir, ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	m, err := readModel(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	d, err := readDataset(dir, c, m.program())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// shared counts held-out rows, of all parts, whose features a row of some part
// that is trained on has, too.
func shared(d *dataset) (n int) {
	trained := map[[32]byte]bool{}
	for _, part := range d.train {
		for row := range part.Rows {
			trained[rowKey(part, row)] = true
		}
	}
	for _, part := range d.test {
		for row := range part.Rows {
			if trained[rowKey(part, row)] {
				n++
			}
		}
	}
	return n
}

func TestSplitKeepsEqualRowsTogether(t *testing.T) {
	for _, from := range []string{"end", "spread"} {
		grouped := readAll(t, attributed(t, func(c *Config) { c.Test.From = from }))
		if n := shared(grouped); n != 0 {
			t.Errorf("%s: %d rows held out are trained on", from, n)
		}
		naive := readAll(t, attributed(t, func(c *Config) { c.Test.From, c.Test.GroupDuplicates = from, false }))
		if shared(naive) == 0 {
			t.Errorf("%s: the naive split shares no row: the test shows nothing", from)
		}
		if naive.test[0].Rows != 6 || naive.train[1].Rows != 24 {
			t.Errorf("%s: naive split of %d and %d", from, naive.test[0].Rows, naive.train[1].Rows)
		}
		for i := range 2 {
			if got := grouped.train[i].Rows + grouped.test[i].Rows; got != 30 {
				t.Errorf("%s: part %d has %d rows of 30", from, i, got)
			}
		}
	}
	// Where no two rows are equal, grouping changes nothing.
	var rows [2][]int
	for k, group := range []bool{false, true} {
		d := readAll(t, small(t, func(c *Config) { c.Test = TestConfig{Rows: 7, GroupDuplicates: group} }))
		rows[k] = d.testRecipes[0].Rows
	}
	if !slices.Equal(rows[0], rows[1]) || len(rows[0]) != 7 {
		t.Errorf("held out %v and %v", rows[0], rows[1])
	}
}

// Rows that normalisation is fitted on are trained on, and take equal ones along.
func TestRowsFittedOnAreTrainedOn(t *testing.T) {
	whole := &data.Dataset{Rows: 4, Width: 1, Shape: []int{1}, Features: []int32{7, 7, 1, 2}}
	for fitted, held := range map[int][]int{1: {2}, 3: {0, 1, 2}} {
		d := &dataset{imported: make([]*imported, 1), recipes: []*recipe.Recipe{{}}, fitted: []int{fitted}}
		if err := d.split([]*data.Dataset{whole}, &TestConfig{Rows: 3, From: "spread", GroupDuplicates: true}); err != nil || !slices.Equal(d.testRecipes[0].Rows, held) {
			t.Errorf("fitted on row %d: %v, held out %v, want %v", fitted, err, d.testRecipes, held)
		}
	}
}

// What is trained on does not depend on rows held out, and init tells how many
// these are.
func TestHeldOutRowsShapeNothing(t *testing.T) {
	for _, mode := range normalisations() {
		for _, from := range []string{"end", "spread"} {
			var trained []data.Dataset
			for _, outlier := range []int{50, 500} {
				file := filepath.Join(t.TempDir(), "rows.csv")
				var b strings.Builder
				b.WriteString("x,y,z,class\n")
				for i := range 40 {
					x := i
					if from == "end" && i >= 30 || from == "spread" && i%4 == 0 {
						x = outlier + i
					}
					fmt.Fprintf(&b, "%d,%d,%d,%s\n", x, i%3, i%5, []string{"no", "yes"}[i%2])
				}
				write(t, file, b.String())
				c := &Config{
					Model: ModelConfig{File: filepath.Join(small(t, nil), "m.tflite")}, Data: []DataConfig{{File: file}}, Columns: ColumnConfig{Header: "yes", Normalise: mode},
					Test: TestConfig{Rows: 10, From: from, GroupDuplicates: true}, Formats: FormatConfig{Feature: 4}, Proof: ProofConfig{RowBits: 8},
				}
				dir := filepath.Join(t.TempDir(), "d")
				found, err := Init(dir, c)
				if err != nil {
					t.Fatal(err)
				}
				d := readAll(t, dir)
				if want := []Division{{"part-000", d.train[0].Rows, d.test[0].Rows}}; !slices.Equal(found.Parts, want) || d.train[0].Rows != 30 {
					t.Errorf("%s, %s: init says %v, there are %v", mode, from, found.Parts, want)
				}
				if fitted := d.encoding.FittedRows; (mode == "none") != (fitted == 0) || fitted != 0 && fitted != 30 {
					t.Errorf("%s, %s: fitted on %d rows", mode, from, fitted)
				}
				trained = append(trained, *d.train[0])
			}
			if a, b := trained[0], trained[1]; !slices.Equal(a.Features, b.Features) || !slices.Equal(a.Labels.Class, b.Labels.Class) {
				t.Errorf("%s, %s: rows held out change what is trained on", mode, from)
			}
		}
	}
}

// Init and Commit count the rows held out alike, where equal rows move some.
func TestInitTellsWhatIsHeldOut(t *testing.T) {
	dir := attributed(t, nil)
	c, err := ReadConfig(filepath.Join(dir, ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	for i := range c.Data {
		c.Data[i].File = within(dir, c.Data[i].File)
	}
	c.Model.File = within(dir, c.Model.File)
	found, err := Init(filepath.Join(t.TempDir(), "again"), c)
	if err != nil {
		t.Fatal(err)
	}
	r, err := open(t, dir, nil).Commit(context.Background(), false)
	if err != nil {
		t.Fatal(err)
	}
	moved := false
	for i, p := range r.Parts {
		if want := (Division{p.Name, p.Rows, p.Held}); found.Parts[i] != want || p.Rows+p.Held != 30 {
			t.Errorf("init says %v, committed are %v", found.Parts[i], want)
		}
		moved = moved || p.Held != 6
	}
	if !moved {
		t.Error("as many rows are held out as were asked for: the test shows nothing")
	}
}

func TestVocabulariesFitAllParts(t *testing.T) {
	d := readAll(t, attributed(t, nil))
	for i, part := range d.train {
		sex, owner := part.Attribute("sex"), part.Attribute("owner")
		if !slices.Equal(sex.Vocabulary, []string{"f", "m", "x"}) || !slices.Equal(owner.Vocabulary, []string{"A", "B"}) {
			t.Fatalf("vocabularies %q and %q", sex.Vocabulary, owner.Vocabulary)
		}
		if slices.ContainsFunc(owner.Codes, func(code int32) bool { return code != int32(i) }) || slices.Max(sex.Codes) != int32(i+1) {
			t.Errorf("part %d: codes %v, %v", i, sex.Codes, owner.Codes)
		}
	}
	fixed := readAll(t, attributed(t, func(c *Config) {
		c.Vocabulary = map[string][]string{"owner": {"C", "B", "A"}, "sex": {"x", "m", "f"}}
	}))
	if a := fixed.train[0].Attribute("owner"); !slices.Equal(a.Vocabulary, []string{"C", "B", "A"}) || a.Codes[0] != 2 {
		t.Errorf("fixed vocabulary: %+v", a)
	}
	c, err := ReadConfig(filepath.Join(attributed(t, nil), ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(c *Config){
		"constant missing":    func(c *Config) { c.Data[1].Constants = nil },
		"constant empty":      func(c *Config) { c.Data[1].Constants["owner"] = "" },
		"one name twice":      func(c *Config) { c.Data[1].Name = "north" },
		"name of a test part": func(c *Config) { c.Data[1].Name = "north-test" },
		"name with a slash":   func(c *Config) { c.Data[1].Name = "../south" },
		"part alone":          func(c *Config) { c.Data[1].Part = "p" },
		"part and constants":  func(c *Config) { c.Data[1].Part, c.Data[1].Opening = "p", "o" },
	} {
		bad := *c
		bad.Data = []DataConfig{c.Data[0], c.Data[1]}
		bad.Data[1].Constants = map[string]string{"owner": "B"}
		change(&bad)
		if err := bad.check(); !errors.Is(err, fault.ErrUsage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	outside := attributed(t, func(c *Config) { c.Test.Rows = 0 })
	edit(t, filepath.Join(outside, ConfigFile), "[vocabulary]", "[vocabulary]\nowner = [\"A\"]")
	if _, err := open(t, outside, nil).Commit(context.Background(), false); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), `"B"`) {
		t.Errorf("a constant outside its vocabulary: %v", err)
	}
}

// TestAttributesAreBound changes one attribute of one row: the part has another
// digest, an expectation of the old one fails, and the trained weights are the
// same, since training does not read attributes.
func TestAttributesAreBound(t *testing.T) {
	dir := attributed(t, func(c *Config) { c.Schedule.Order = "committed" }) // a shuffle is bound to the digests
	_, before := all(t, dir)
	expect, err := bundle.ReadExpectation(filepath.Join(dir, ExpectationFile))
	if err != nil {
		t.Fatal(err)
	}
	weights := readFile(t, filepath.Join(dir, modelFile))
	d := open(t, dir, nil)
	edit(t, within(dir, d.Config.Data[1].File), "1,2,1,x", "1,2,1,m")
	if _, err := d.Train(context.Background(), false); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("trained on with another attribute: %v", err)
	}
	if _, err := d.Commit(context.Background(), true); err != nil {
		t.Fatal(err)
	}
	d.Close()
	_, after := all(t, dir)
	if slices.Equal(before.Facts.Dataset, after.Facts.Dataset) {
		t.Error("the same digests")
	}
	if !slices.Equal(weights, readFile(t, filepath.Join(dir, modelFile))) {
		t.Error("training has read an attribute")
	}
	b, err := bundle.Unmarshal(readFile(t, filepath.Join(dir, BundleFile)))
	if err != nil {
		t.Fatal(err)
	}
	d = open(t, dir, nil)
	setup, err := d.Setup()
	if err != nil {
		t.Fatal(err)
	}
	pinned := bundle.Expectation{Dataset: expect.Dataset}
	if _, err := bundle.Verify(context.Background(), b, pinned, setup.Verifier(), bundle.Options{AllowInsecure: true}); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "dataset") {
		t.Errorf("another attribute than expected: %v", err)
	}
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestOpenModel shows the trained model to be the committed one, and others
// not to be.
func TestOpenModel(t *testing.T) {
	for name, change := range map[string]func(c *Config){
		"trained": nil,
		"frozen layer": func(c *Config) {
			c.Initial.From, c.Model.Frozen = "model", []string{"m/dense_0/weights"}
		},
		"rates": func(c *Config) { c.Training.Rates = []string{"0.2", "0.1"} },
	} {
		t.Run(name, func(t *testing.T) {
			dir := small(t, change)
			all(t, dir)
			d := open(t, dir, nil)
			setup, err := d.Setup()
			if err != nil {
				t.Fatal(err)
			}
			b, err := bundle.Unmarshal(readFile(t, filepath.Join(dir, BundleFile)))
			if err != nil {
				t.Fatal(err)
			}
			opening, err := owner.ReadModelOpening(filepath.Join(dir, modelOpeningFile), b)
			if err != nil {
				t.Fatal(err)
			}
			model := readFile(t, filepath.Join(dir, modelFile))
			own, err := owner.OpenModel(setup, b, model, opening)
			if err != nil {
				t.Fatal(err)
			}
			// Another model: one integer moved by one.
			m, err := readModel(dir, d.Config)
			if err != nil {
				t.Fatal(err)
			}
			last := network.WeightTensors(m.program())[3]
			own.Cells[last][0]++
			moved, err := m.export(own.Cells)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := owner.OpenModel(setup, b, moved, opening); !errors.Is(err, fault.ErrRejected) || !strings.Contains(err.Error(), "is not the committed one") {
				t.Errorf("a weight moved: %v", err)
			}
			if name != "trained" {
				return
			}
			if other := fmt.Sprintf("%v %+v", opening, opening); strings.Contains(other, "blinding") || len(other) > 100 {
				t.Errorf("an opening in a log: %s", other)
			}
			writeModel(t, filepath.Join(dir, "wide.tflite"), true, 3, 6, 2)
			if _, err := owner.OpenModel(setup, b, readFile(t, filepath.Join(dir, "wide.tflite")), opening); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("another architecture: %v", err)
			}
			opening.Blinding[0][0].SetOne()
			if _, err := owner.OpenModel(setup, b, model, opening); !errors.Is(err, fault.ErrRejected) {
				t.Errorf("another opening: %v", err)
			}
		})
	}
}

// TestImportRefuses takes a part from its owner whose files do not belong
// together.
func TestImportRefuses(t *testing.T) {
	seller := attributed(t, func(c *Config) { c.Test.Rows = 0 })
	d := open(t, seller, nil)
	if _, err := d.Commit(context.Background(), false); err != nil {
		t.Fatal(err)
	}
	rows := within(seller, d.Config.Data[0].File)
	part, opening := filepath.Join(seller, commitDir, "north.part"), filepath.Join(seller, commitDir, "north.opening")
	trainer := small(t, func(c *Config) { c.Test.Rows = 0 })
	good := DataConfig{Name: "bought", File: rows, Part: part, Opening: opening}
	other, err := bundle.ReadPart(filepath.Join(seller, commitDir, "south.part"))
	if err != nil {
		t.Fatal(err)
	}
	mixed, err := bundle.ReadPart(part)
	if err != nil {
		t.Fatal(err)
	}
	forged := *mixed
	forged.Certificate = other.Certificate
	renamed := *mixed
	renamed.Meaning.Attributes = slices.Clone(mixed.Meaning.Attributes)
	renamed.Meaning.Attributes[0] = bundle.Vocabulary{Name: "sex", Entries: []string{"m", "f", "x"}}
	renamed.Commitment.Meaning = renamed.Meaning.Digest()
	for name, test := range map[string]struct {
		config func(t *testing.T) DataConfig
		kind   error
		says   string
	}{
		"rows of another": {func(*testing.T) DataConfig { c := good; c.File = strings.Replace(rows, "a.csv", "b.csv", 1); return c }, fault.ErrRejected, "not the committed rows"},
		"opening of another": {func(*testing.T) DataConfig {
			c := good
			c.Opening = strings.Replace(opening, "north", "south", 1)
			return c
		}, fault.ErrRejected, "opens part"},
		"foreign certificate": {func(t *testing.T) DataConfig {
			c := good
			c.Part = save(t, &forged)
			return c
		}, fault.ErrRejected, "certificate"},
		"codes renamed": {func(t *testing.T) DataConfig {
			c := good
			c.Part = save(t, &renamed)
			return c
		}, fault.ErrRejected, "opens part"}, // the digest is another
		"no opening":   {func(*testing.T) DataConfig { c := good; c.Opening = ""; return c }, fault.ErrUsage, "opening"},
		"missing part": {func(*testing.T) DataConfig { c := good; c.Part += "x"; return c }, fault.ErrInput, "north.partx"},
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, trainer, nil)
			defer d.Close()
			before := readFile(t, filepath.Join(trainer, ConfigFile))
			if _, err := d.Import(context.Background(), test.config(t)); !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v", err)
			}
			if string(before) != string(readFile(t, filepath.Join(trainer, ConfigFile))) {
				t.Error("run.toml has changed")
			}
		})
	}
	d = open(t, trainer, nil)
	if _, err := d.Import(context.Background(), good); err != nil {
		t.Errorf("what does belong together: %v", err)
	}
	// the same part again, by another name from another file, is the same rows
	again := good
	again.Name, again.Part = "bought-again", filepath.Join(t.TempDir(), "copy.part")
	write(t, again.Part, string(readFile(t, part)))
	if _, err := d.Import(context.Background(), again); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "in run.toml already, as data 2") {
		t.Errorf("a part twice: %v", err)
	}
	d.Config.Data = append(d.Config.Data, again)
	if _, err := d.Commit(context.Background(), false); !errors.Is(err, fault.ErrUsage) || !strings.Contains(err.Error(), "data 2 and 3 are the same committed rows") {
		t.Errorf("a part twice in run.toml: %v", err)
	}
}

// TestCommittedForOneMode: parts and runs know what mode of proofs they were
// committed for, however they are opened, and no other one is made about them.
func TestCommittedForOneMode(t *testing.T) {
	dir := attributed(t, func(c *Config) { c.Test.Rows = 0 })
	all(t, dir)
	d := open(t, dir, nil)
	a, err := d.Inputs()
	if err != nil {
		t.Fatal(err)
	}
	committed, run := a.Parts["north"].(*owner.Part), a.Runs[AuditedRun]
	if committed.Mode != mode.Validity || run == nil || run.OwnedModel.(*owner.TrainedModel).Mode != mode.Validity {
		t.Errorf("part committed for mode %q, run %+v", committed.Mode, run)
	}
	setup, err := d.Setup()
	if err != nil {
		t.Fatal(err)
	}
	file, err := bundle.ReadPart(d.file(commitDir, "north.part"))
	if err != nil {
		t.Fatal(err)
	}
	opening, err := owner.ReadPartOpening(d.file(commitDir, "north.opening"), file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := opening.Recipe.Read(within(dir, d.Config.Data[0].File), "")
	if err != nil {
		t.Fatal(err)
	}
	part, err := owner.OpenPart(setup, file, opening, rows)
	if err != nil || part.Mode != mode.Validity {
		t.Fatalf("opened part: %v", err)
	}
	if _, err := part.Certify(context.Background(), mode.ZKPLONK, d.prover(setup), nil); !errors.Is(err, fault.ErrUsage) {
		t.Errorf("a certificate of another mode: %v", err)
	}
}

// save writes a part file and returns its path.
func save(t *testing.T, f *bundle.PartFile) string {
	t.Helper()
	encoded, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.part")
	write(t, path, string(encoded))
	return path
}

func TestEncodingsThatDiffer(t *testing.T) {
	column := func(name, scale string, categories ...string) data.Column {
		return data.Column{Name: name, Index: 1, Offset: "0", Scale: scale, Categories: categories}
	}
	base := &data.Encoding{FractionBits: 8, Features: []data.Column{column("a", "2"), column("b", "1", "x", "y")}}
	same := &data.Encoding{FractionBits: 8, Features: []data.Column{column("a", "2"), column("b", "1", "x", "y")}}
	same.Features[0].Index = 7
	if what := otherwise(base, same); what != "" {
		t.Errorf("the same encoding differs in %s", what)
	}
	for name, other := range map[string]*data.Encoding{
		"scale":    {FractionBits: 8, Features: []data.Column{column("a", "3"), column("b", "1", "x", "y")}},
		"category": {FractionBits: 8, Features: []data.Column{column("a", "2"), column("b", "1", "y", "x")}},
		"columns":  {FractionBits: 8, Features: []data.Column{column("a", "2")}},
		"format":   {FractionBits: 7, Features: base.Features},
	} {
		if otherwise(base, other) == "" {
			t.Errorf("%s: no difference found", name)
		}
	}
}
