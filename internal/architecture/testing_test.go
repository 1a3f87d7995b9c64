package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestNamedTestsExist: each test that docs/testing.md names is one of the package that it
// names before it, each test that another document names is one of some package, and each
// script is there.
func TestNamedTestsExist(t *testing.T) {
	tests := testsOf(t)
	exists := func(name string) bool {
		for _, names := range tests {
			if slices.Contains(names, name) {
				return true
			}
		}
		return false
	}
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`\b(?:Test|Fuzz)[A-Z]\w*\b`)
	for _, path := range append(documents, "../../SECURITY.md") {
		for _, one := range name.FindAllString(read(t, path), -1) {
			if !exists(one) {
				t.Errorf("%s: no package has a test %s", path, one)
			}
		}
	}
	text := read(t, "../../docs/testing.md")
	held := 0
	for _, of := range regexp.MustCompile("`([a-z0-9_/]+)`: ((?:(?:Test|Fuzz)\\w+(?:, )?)+)").FindAllStringSubmatch(text, -1) {
		for _, one := range name.FindAllString(of[2], -1) {
			held++
			if !slices.Contains(tests[of[1]], one) {
				t.Errorf("docs/testing.md: package %s has no %s", of[1], one)
			}
		}
	}
	if all := len(name.FindAllString(text, -1)); held != all || all < 100 {
		t.Errorf("docs/testing.md: %d of %d tests stand after their package", held, all)
	}
	for _, script := range regexp.MustCompile(`[\w-]+\.txtar`).FindAllString(text, -1) {
		if _, err := os.Stat(filepath.Join("../../cmd/zkaudit/testdata/script", script)); err != nil {
			t.Errorf("docs/testing.md: %v", err)
		}
	}
}

// testsOf returns the tests and fuzz targets of each directory, from the root.
func testsOf(t *testing.T) map[string][]string {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	tests := map[string][]string{}
	for _, pattern := range []string{"../../*/*_test.go", "../../*/*/*_test.go", "../../*/*/*/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			dir := filepath.ToSlash(strings.TrimPrefix(filepath.Dir(file), filepath.Join("..", "..")+string(filepath.Separator)))
			for _, one := range declared.FindAllStringSubmatch(read(t, file), -1) {
				tests[dir] = append(tests[dir], one[1])
			}
		}
	}
	return tests
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
