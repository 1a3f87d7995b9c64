package architecture

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// changesDisk are the functions of package os that change a disk, or open files to
// do so.
var changesDisk = []string{
	"Chmod", "Chown", "Chtimes", "CopyFS", "Create", "CreateTemp", "Lchown", "Link", "Mkdir", "MkdirAll", "MkdirTemp",
	"OpenFile", "OpenInRoot", "OpenRoot", "Remove", "RemoveAll", "Rename", "Symlink", "Truncate", "WriteFile",
}

// ownFiles are packages that may change files by themselves: programs and helpers
// of development, none of which writes what users keep.
var ownFiles = []string{
	"internal/disk", "internal/everybyte", "internal/mutate", "internal/ptautest", "internal/rowtest", "web/build", "bench", "evm/evmtest",
	"evm/chain/bindings/generate", "evm/chain/chaintest", "evm/chain/marketplace",
}

// TestFilesAreChangedInOnePlace reads the sources: whatever the program writes goes
// through package disk, where tests let every operation fail, and only tests do.
func TestFilesAreChangedInOnePlace(t *testing.T) {
	changed := map[string]bool{}
	everySource(t, func(pkg string, file *ast.File) {
		names := map[string]string{} // of imported packages, by what the file calls them
		for _, i := range file.Imports {
			path := strings.Trim(i.Path.Value, `"`)
			name := path[strings.LastIndex(path, "/")+1:]
			if i.Name != nil {
				name = i.Name.Name
			}
			names[name] = path
			if path == "io/ioutil" || path == "os" && name == "." {
				t.Errorf("%s imports %s as %s: changes of files could not be seen", pkg, path, name)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := s.X.(*ast.Ident)
			switch {
			case !ok:
			case names[x.Name] == "os" && slices.Contains(changesDisk, s.Sel.Name):
				if changed[pkg] = true; !slices.Contains(ownFiles, pkg) {
					t.Errorf("%s uses os.%s: files are changed through internal/artefact", pkg, s.Sel.Name)
				}
			case names[x.Name] == module+"/internal/disk" && s.Sel.Name == "Intercept":
				t.Errorf("%s intercepts what is done to the disk: that is for tests", pkg)
			case names[x.Name] == module+"/internal/disk" && pkg != "internal/artefact":
				t.Errorf("%s uses internal/disk: files are changed through internal/artefact, which says whose fault it is when they cannot be", pkg)
			}
			return true
		})
	})
	for _, pkg := range ownFiles {
		if !changed[pkg] {
			t.Errorf("%s stands in the list and changes no file", pkg)
		}
	}
}
