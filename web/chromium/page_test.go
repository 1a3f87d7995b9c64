package chromium

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// patience is how long a verification may take on a slow machine before the test gives up.
const patience = 5 * time.Minute

var (
	given   *made
	browser context.Context
)

func TestMain(m *testing.M) { os.Exit(inBrowser(m)) }

// inBrowser makes the files and starts the browser that all tests share.
func inBrowser(m *testing.M) int {
	dir, err := os.MkdirTemp("", "chromium")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if given, err = makeFiles(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		fmt.Fprintln(os.Stderr, "these tests need chromium: install it (Debian: the package chromium):", err)
		return 1
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.ExecPath(path))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	ctx, quit := chromedp.NewContext(allocator)
	defer quit()
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		fmt.Fprintln(os.Stderr, "starting chromium:", err)
		return 1
	}
	browser = ctx
	return m.Run()
}

// open opens the page in the browser's only tab: others are not drawn, and what is not
// drawn cannot be clicked.
func open(t *testing.T, first ...chromedp.Action[chromedp.Void]) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(browser, patience)
	t.Cleanup(cancel)
	do(t, ctx, append(first, chromedp.Navigate("file://"+given.page))...)
	return ctx
}

// until waits for the page.
func until(condition string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](condition, chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience))
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func get[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// give hands files to the page.
func give(t *testing.T, ctx context.Context, files ...string) {
	t.Helper()
	do(t, ctx, chromedp.SetUploadFiles("#files", files, chromedp.NodeReady))
	do(t, ctx, until(fmt.Sprintf("document.querySelectorAll('#list li').length === %d", len(files))))
}

// mark says of a file that the page was given what it is.
func mark(t *testing.T, ctx context.Context, name, role string) {
	t.Helper()
	do(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => { const s = document.querySelector('[aria-label="What %s is"]'); s.value = %q; s.onchange() })()`, name, role)))
}

// verdict has the page verify what it was given: exit code, heading and all that it says.
func verdict(t *testing.T, ctx context.Context) (code, heading, said string) {
	t.Helper()
	do(t, ctx,
		until("!document.getElementById('verify').disabled"),
		chromedp.Evaluate[chromedp.Void]("document.getElementById('verify').click()"),
		until("!document.getElementById('result').hidden"))
	code = get(t, ctx, chromedp.Evaluate[string]("document.getElementById('result').dataset.code"))
	return code, get(t, ctx, chromedp.Text("#verdict")), get(t, ctx, chromedp.Text("#result"))
}

func TestVerdicts(t *testing.T) {
	for name, test := range map[string]struct {
		files   []string
		code    string
		heading string
		says    []string
	}{
		"a bundle and what is expected": {
			[]string{given.file("run/bundle.zka"), given.file("run/expect.toml")}, "0", "VALID",
			[]string{"VERIFIED: 45 parameters in 3 layer(s), 4 steps in 1 segment(s)", "mode zk: the bundle reveals nothing"},
		},
		"a bundle alone": {
			[]string{given.file("run/bundle.zka")}, "7", "VALID AS FAR AS COMPARED",
			[]string{"VALID AS FAR AS IT WAS COMPARED: 45 parameters", "nobody has compared"},
		},
		"a bundle with its part": {
			[]string{given.file("run/bundle.zka"), given.file("run/expect.toml"), given.file("run/commit/part-000.part")}, "0", "VALID",
			[]string{`"a"`, `"b"`, `"c"`},
		},
		"beside them what is none of the verifier's": {
			[]string{given.file("run/bundle.zka"), given.file("run/expect.toml"), given.file("run/run.toml"), given.file("flowers.tflite")}, "0", "VALID",
			[]string{"VERIFIED: 45 parameters"},
		},
		"a bundle with one byte changed": {
			[]string{given.changed(t, "run/bundle.zka", "bundle.zka", 500), given.file("run/expect.toml")}, "1", "REJECTED",
			[]string{"REJECTED: "},
		},
		"another run is expected": {
			[]string{given.file("run/bundle.zka"), given.write(t, "expect.toml", "steps = 5\n")}, "1", "REJECTED",
			[]string{"REJECTED: ", "steps"},
		},
		"an expectation that is none": {
			[]string{given.file("run/bundle.zka"), given.write(t, "wrong.toml", "stepss = 5\n")}, "2", "NOT VERIFIED",
			[]string{"stepss"},
		},
		"an audit": {
			[]string{given.file("run/audit.zka"), given.file("run/audit-expect.toml"), given.file("claims.toml"), given.file("run/bundle.zka"), given.file("run/expect.toml")}, "0", "VALID",
			[]string{"garden", "was trained on exactly these committed parts"},
		},
		"an audit of a run that nobody pins": {
			[]string{given.file("run/audit.zka"), given.write(t, "claims only.toml", "claims = \"claims.toml\"\n"), given.file("claims.toml"), given.file("run/bundle.zka")}, "7", "VALID AS FAR AS COMPARED",
			[]string{"garden"},
		},
		"an audit of other claims": {
			[]string{given.file("run/audit.zka"), given.file("run/audit-expect.toml"), given.write(t, "claims.toml", strings.Replace(claims, "meadow", "wild", 1)), given.file("run/bundle.zka"), given.file("run/expect.toml")}, "1", "REJECTED",
			[]string{"REJECTED: "},
		},
		"a round without its participants": {
			[]string{vector("round/aggregate.zka")}, "7", "NOT VERIFIED",
			[]string{"participant 1 of 2", "A file is missing, or was set aside"},
		},
		"a round with them, and what is expected": {
			[]string{vector("round/aggregate.zka"), vector("first/bundle.zka"), vector("second/bundle.zka"), given.write(t, "round expect.toml", "mode = \"validity\"\n")}, "7", "VALID AS FAR AS COMPARED",
			[]string{"round 1 of 2 participants"},
		},
		"claims that are missing": {
			[]string{given.file("run/audit.zka"), given.file("run/audit-expect.toml")}, "3", "NOT VERIFIED",
			[]string{"claims.toml"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := open(t)
			give(t, ctx, test.files...)
			code, heading, said := verdict(t, ctx)
			if code != test.code || heading != test.heading {
				t.Errorf("%s, exit code %s; want %s, %s", heading, code, test.heading, test.code)
			}
			for _, words := range test.says {
				if !strings.Contains(said, words) {
					t.Errorf("no %q in:\n%s", words, said)
				}
			}
		})
	}
}

// TestUnclear: what a file could be expected of, or which one is meant, is asked for
// rather than guessed.
func TestUnclear(t *testing.T) {
	for name, test := range map[string]struct {
		files []string
		roles map[string]string
		says  string
	}{
		"an audit's expectation with a round": {[]string{given.file("run/bundle.zka"), given.file("run/audit.zka"), given.file("run/audit-expect.toml")}, map[string]string{"bundle.zka": "round"}, "what is expected of an audit goes with that audit"},
		"two runs and one before them":        {[]string{given.file("run/bundle.zka"), given.changed(t, "run/bundle.zka", "b.zka", 500), given.changed(t, "run/bundle.zka", "c.zka", 500)}, map[string]string{"c.zka": "from"}, "2 bundles and no audit: keep one"},
		"two audits":                          {[]string{given.file("run/audit.zka"), given.changed(t, "run/audit.zka", "other.zka", 500)}, nil, "2 audits: keep one"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := open(t)
			give(t, ctx, test.files...)
			for file, role := range test.roles {
				mark(t, ctx, file, role)
			}
			if code, heading, said := verdict(t, ctx); code != "2" || heading != "NOT VERIFIED" || !strings.Contains(said, test.says) {
				t.Errorf("%s, exit code %s; no %q in:\n%s", heading, code, test.says, said)
			}
		})
	}
}

// TestLessIsSaid: a verdict that options have made less of says so, whatever the exit code.
func TestLessIsSaid(t *testing.T) {
	for box, words := range map[string]string{"unpinned": "you asked for a verdict whatever is not compared", "insecure": "you accept the development setup"} {
		ctx := open(t)
		files := []string{given.file("run/bundle.zka")}
		if box == "insecure" {
			files = append(files, given.file("run/expect.toml"))
		}
		give(t, ctx, files...)
		do(t, ctx, chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.getElementById(%q).checked = true", box)))
		code, heading, said := verdict(t, ctx)
		if code != "0" || heading != "VALID, WITH WHAT YOU ASKED FOR" || !strings.Contains(said, words) {
			t.Errorf("%s: exit code %s, %s:\n%s", box, code, heading, said)
		}
	}
}

// TestSameReport: the page says, line by line, what the command says.
func TestSameReport(t *testing.T) {
	ctx := open(t)
	give(t, ctx, given.file("run/bundle.zka"), given.file("run/expect.toml"))
	_, _, said := verdict(t, ctx)
	c := exec.Command(given.file("zkaudit"), "verify", given.file("run/bundle.zka"), "--expect", given.file("run/expect.toml"))
	report, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for _, line := range strings.Split(string(report), "\n") {
		line = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "- "), ":"))
		if lines++; !strings.Contains(said, line) {
			t.Errorf("the page does not say %q", line)
		}
	}
	if lines < 20 {
		t.Errorf("a report of %d lines", lines)
	}
}

// TestNothingLeaves: from opening the page to its verdict nothing is requested but the
// page itself, and what a page's policy forbids is refused.
func TestNothingLeaves(t *testing.T) {
	ctx := open(t)
	asked := make(chan string, 100)
	if err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*network.EventRequestWillBeSent); ok {
			asked <- e.Request.URL
		}
	}); err != nil {
		t.Fatal(err)
	}
	do(t, ctx, chromedp.Reload())
	give(t, ctx, given.file("run/bundle.zka"), given.file("run/expect.toml"))
	if code, _, said := verdict(t, ctx); code != "0" {
		t.Errorf("exit code %s: %s", code, said)
	}
	pages := 0
	for len(asked) > 0 {
		switch url := <-asked; {
		case url == "file://"+given.page:
			pages++
		case !strings.HasPrefix(url, "data:,") && !strings.HasPrefix(url, "blob:"):
			t.Errorf("the page asks for %s", url)
		}
	}
	if pages != 1 {
		t.Errorf("the page was loaded %d times", pages)
	}
	do(t, ctx, chromedp.Evaluate[chromedp.Void](`addEventListener("securitypolicyviolation", (e) => { window.refused = e.effectiveDirective })`))
	if !get(t, ctx, chromedp.Evaluate[bool](`fetch("http://localhost:9/").then(() => false, () => new Promise((r) => setTimeout(() => r(window.refused === "connect-src"), 100)))`, chromedp.EvalAwaitPromise)) {
		t.Error("the policy lets the page fetch")
	}
}

// TestPhone: in a window of a phone's size nothing is wider than it.
func TestPhone(t *testing.T) {
	ctx := open(t, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
	give(t, ctx, given.file("run/audit.zka"), given.file("run/audit-expect.toml"), given.file("claims.toml"), given.file("run/bundle.zka"), given.file("run/expect.toml"))
	if code, _, said := verdict(t, ctx); code != "0" {
		t.Errorf("exit code %s: %s", code, said)
	}
	if width := get(t, ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth")); width > 360 {
		t.Errorf("the page is %d pixels wide", width)
	}
}

// TestReportsOnAPhone: neither are the pages that commands write.
func TestReportsOnAPhone(t *testing.T) {
	for name, title := range map[string]string{"audit.html": "Audit report", "run/report.html": "Training report"} {
		ctx := open(t, chromedp.EmulateViewport(360, 740, chromedp.EmulateMobile))
		do(t, ctx, chromedp.Navigate("file://"+given.file(name)))
		if said := get(t, ctx, chromedp.Text("h1")); said != title {
			t.Errorf("%s is called %q", name, said)
		}
		if width := get(t, ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth")); width > 360 {
			t.Errorf("%s is %d pixels wide", name, width)
		}
	}
}

// TestHostileNames: what a file is called is text.
func TestHostileNames(t *testing.T) {
	name := `<img src=x onerror="window.hacked=1">--expect.zka`
	data, err := os.ReadFile(given.file("run/bundle.zka"))
	if err != nil {
		t.Fatal(err)
	}
	ctx := open(t)
	give(t, ctx, given.write(t, name, string(data)))
	if code, _, said := verdict(t, ctx); code != "7" {
		t.Errorf("exit code %s: %s", code, said)
	}
	if !get(t, ctx, chromedp.Evaluate[bool](`window.hacked === undefined && document.images.length === 0 && document.querySelector("#list .name").textContent.startsWith("<img")`)) {
		t.Error("a file's name became more than text")
	}
}
