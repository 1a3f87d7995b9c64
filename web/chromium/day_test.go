package chromium

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/rogpeppe/go-internal/testscript"
)

// TestDay is a day in the life of three people who share files alone, from a table
// without a model to an audit that is verified in the browser.
func TestDay(t *testing.T) {
	scripts(t, "testdata/script", func(e *testscript.Env) error {
		for path, rows := range map[string][]byte{
			"owner/people.csv": people(140, 1, "CC0-1.0"), "seller/rows.csv": people(80, 2, "CC-BY-4.0", "CC-BY-4.0", "CC0-1.0"),
		} {
			path = filepath.Join(e.WorkDir, path)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, rows, 0o600)); err != nil {
				return err
			}
		}
		return os.MkdirAll(filepath.Join(e.WorkDir, "mail", "sale"), 0o755)
	})
}

// TestRounds: rounds of federated training, given to the page as to the command.
func TestRounds(t *testing.T) { scripts(t, "testdata/rounds", atHome) }

// TestChains: so are runs that continue others.
func TestChains(t *testing.T) { scripts(t, "testdata/chains", atHome) }

// atHome lets a script keep what it caches.
func atHome(e *testscript.Env) error {
	e.Setenv("HOME", e.WorkDir)
	e.Setenv("XDG_CACHE_HOME", filepath.Join(e.WorkDir, ".cache"))
	return nil
}

// scripts runs the script of a folder: one, as scripts run side by side, and there is one
// tab.
func scripts(t *testing.T, dir string, setup func(*testscript.Env) error) {
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", given.dir+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return setup(e)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"as": as, "leave": leave, "send": send, "hand": hand, "receive": receive, "sent": sent,
			"zkaudit": zkaudit, "exit": exitCode, "pin": pin, "fill": fill, "change": change,
			"browse": func(ts *testscript.TestScript, neg bool, args []string) { browse(t, ts, neg, args) },
		},
	})
}

// people is a table of n people, in which income follows from the other columns but for
// some noise.
func people(n int, seed uint64, licences ...string) []byte {
	r := rand.New(rand.NewPCG(seed, 0))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	record := func(cells ...string) { w.Write(cells) } // to memory
	record("age", "education", "hours", "sex", "licence", "income")
	for i := range n {
		age, education, hours := 18+r.IntN(53), r.IntN(3), 100+r.IntN(500)
		income := "<=50K"
		if float64(age)/20+float64(education)+float64(hours)/200+r.NormFloat64()/4 > 5 {
			income = ">50K"
		}
		record(strconv.Itoa(age), []string{"school", "college", "university"}[education], fmt.Sprintf("%.1f", float64(hours)/10),
			[]string{"female", "male"}[r.IntN(2)], licences[i%len(licences)], income)
	}
	w.Flush()
	return b.Bytes()
}

// as goes on as one of the people, at home in a folder of her own: as NAME.
func as(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 1, "as NAME")
	home := filepath.Join(ts.Getenv("WORK"), args[0])
	for name, dir := range map[string]string{"HOME": home, "XDG_CACHE_HOME": filepath.Join(home, ".cache"), "TMPDIR": filepath.Join(home, ".tmp")} {
		ts.Check(os.MkdirAll(dir, 0o755))
		ts.Setenv(name, dir)
	}
	ts.Check(ts.Chdir(home))
}

// leave takes away what one of the people has: leave NAME.
func leave(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 1, "leave NAME")
	ts.Check(os.RemoveAll(filepath.Join(ts.Getenv("WORK"), args[0])))
}

// send copies files into the mail, of which none may be for its owner alone: send FILES.
func send(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 0, "send FILES")
	for _, name := range args {
		info, err := os.Stat(ts.MkAbs(name))
		ts.Check(err)
		if info.Mode().Perm()&0o077 == 0 {
			ts.Fatalf("%s is for its owner alone (%v)", name, info.Mode())
		}
		post(ts, name, ts.Getenv("WORK"), "mail")
	}
}

// hand copies what the seller gives to the owner, and to no one else: hand FILES.
func hand(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 0, "hand FILES")
	for _, name := range args {
		post(ts, name, ts.Getenv("WORK"), "mail", "sale")
	}
}

// receive copies mail to where one is: receive NAMES.
func receive(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 0, "receive NAMES")
	for _, name := range args {
		post(ts, filepath.Join(ts.Getenv("WORK"), "mail", name), ts.MkAbs("."))
	}
}

// post copies a file into a folder, and keeps who may read it.
func post(ts *testscript.TestScript, name string, folder ...string) {
	data, err := os.ReadFile(ts.MkAbs(name))
	ts.Check(err)
	info, err := os.Stat(ts.MkAbs(name))
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(filepath.Join(folder...), filepath.Base(name)), data, info.Mode().Perm()))
}

// sent looks that the mail holds nothing that its sender keeps: no opening, no file that
// only she may read, no row; and that the seller has handed over rows and opening.
func sent(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 0, "sent")
	work := ts.Getenv("WORK")
	secrets := map[string]string{} // contents to where they are
	for _, who := range []string{"owner", "seller"} {
		for path, file := range filesIn(ts, filepath.Join(work, who)) {
			if file.private && len(file.data) > 0 {
				secrets[file.data] = path
			}
		}
	}
	rows := strings.Split(ts.ReadFile(filepath.Join(work, "owner", "people.csv"))+ts.ReadFile(filepath.Join(work, "seller", "rows.csv")), "\n")
	rows = slices.DeleteFunc(rows, func(row string) bool { return row == "" || strings.HasPrefix(row, "age,") })
	if len(secrets) < 10 || len(rows) != 220 {
		ts.Fatalf("%d secrets and %d rows: there is nothing to look for", len(secrets), len(rows))
	}
	var handed []string
	for path, file := range filesIn(ts, filepath.Join(work, "mail")) {
		name := filepath.Base(path)
		if filepath.Base(filepath.Dir(path)) == "sale" {
			handed = append(handed, name)
			continue
		}
		if secret, is := secrets[file.data]; is || file.private || strings.Contains(name, "opening") {
			ts.Fatalf("%s is in the mail, private %v, the file %q", name, file.private, secret)
		}
		for _, row := range rows {
			if strings.Contains(file.data, row) {
				ts.Fatalf("%s has the row %s", name, row)
			}
		}
	}
	if slices.Sort(handed); !slices.Equal(handed, []string{"rows.csv", "seller.opening"}) {
		ts.Fatalf("handed over are %q", handed)
	}
}

// content is what a file holds, and whether others than its owner may read it.
type content struct {
	data    string
	private bool
}

func filesIn(ts *testscript.TestScript, dir string) map[string]content {
	found := map[string]content{}
	ts.Check(filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		found[path] = content{string(data), info.Mode().Perm()&0o077 == 0}
		return err
	}))
	return found
}

// zkaudit runs the program, which must succeed: zkaudit ARGS.
func zkaudit(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg, "zkaudit ARGS")
	ts.Check(ts.Exec("zkaudit", args...))
}

// exitCode runs a command and compares its exit code: exit CODE COMMAND ARGS.
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 1, "exit CODE COMMAND ARGS")
	err, got := ts.Exec(args[1], args[2:]...), 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != args[0] {
		ts.Fatalf("exit code %d, want %s", got, args[0])
	}
}

// pin keeps what an expression finds in a file: pin VARIABLE FILE EXPRESSION.
func pin(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 3, "pin VARIABLE FILE EXPRESSION")
	found := regexp.MustCompile("(?m)" + args[2]).FindStringSubmatch(ts.ReadFile(args[1]))
	if len(found) != 2 {
		ts.Fatalf("no %s in %s", args[2], args[1])
	}
	ts.Setenv(args[0], found[1])
}

// fill writes what was pinned into a file: fill FILE.
func fill(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 1, "fill FILE")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(os.Expand(ts.ReadFile(args[0]), ts.Getenv)), 0o644))
}

// change copies a file with one byte changed, in its middle: change FILE COPY.
func change(ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) == 2, "change FILE COPY")
	data := []byte(ts.ReadFile(args[0]))
	data[len(data)/2] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}

// browse has the page verify files, after marking some as what they are: it must end with
// a code, and say what the command before has said, line by line, and byte by byte in the
// text that it saves: browse CODE [ROLE=]FILES.
func browse(t *testing.T, ts *testscript.TestScript, neg bool, args []string) {
	usage(ts, !neg && len(args) > 1, "browse CODE [ROLE=]FILES")
	var files []string
	roles := map[string]string{} // by name of a file
	for _, name := range args[1:] {
		if role, file, marked := strings.Cut(name, "="); marked {
			name, roles[filepath.Base(file)] = file, role
		}
		files = append(files, ts.MkAbs(name))
	}
	ctx := open(t)
	give(t, ctx, files...)
	for name, role := range roles {
		mark(t, ctx, name, role)
	}
	code, heading, said := verdict(t, ctx)
	if code != args[0] {
		ts.Fatalf("%s, exit code %s, want %s:\n%s", heading, code, args[0], said)
	}
	for in, out := range map[string]string{"#report": "stdout", "#errors": "stderr"} {
		shown := get(t, ctx, chromedp.Evaluate[[]string](fmt.Sprintf(`[...document.querySelectorAll("%[1]s h3, %[1]s p, %[1]s li")].map((e) => e.textContent)`, in)))
		if want := linesOf(ts.ReadFile(out)); !slices.Equal(shown, want) {
			ts.Fatalf("the page says\n%s\nthe command\n%s", strings.Join(shown, "\n"), strings.Join(want, "\n"))
		}
	}
	kept := get(t, ctx, chromedp.Evaluate[string](`new Promise((text) => { URL.createObjectURL = (b) => { b.text().then(text); return "#" }; document.getElementById("save").click() })`, chromedp.EvalAwaitPromise))
	if want := ts.ReadFile("stdout") + ts.ReadFile("stderr"); kept != want {
		ts.Fatalf("the page saves\n%q\nthe command says\n%q", kept, want)
	}
}

// linesOf are the lines of a report without what marks items and headings.
func linesOf(report string) []string {
	lines := []string{}
	for line := range strings.Lines(report) {
		line = strings.TrimRight(line, "\n")
		if !strings.HasPrefix(line, " ") {
			line = strings.TrimSuffix(line, ":")
		}
		if line = strings.TrimPrefix(strings.TrimSpace(line), "- "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func usage(ts *testscript.TestScript, right bool, want string) {
	if !right {
		ts.Fatalf("usage: %s", want)
	}
}
