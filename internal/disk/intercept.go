package disk

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Operation is something about to be done to a disk.
type Operation struct {
	Kind Kind
	Path string // absolute; of a file that is being renamed, its new name
}

// Fault is what a test makes of an operation; the zero Fault lets it be.
type Fault struct {
	Err error // what the operation fails with
	// Half of what is to be written or removed is, before it fails.
	Half bool
	// Done: all of it is done, and fails all the same, as over a network that
	// loses the reply.
	Done bool
	// Then is called, if it is set, when so much is done. It may panic.
	Then func()
}

// interception is what stands between this package and the system for one folder.
type interception struct {
	root   string
	decide func(Operation) Fault
	mutex  sync.Mutex
	files  []*os.File
}

// interceptions are replaced as a whole; nil while no test intercepts.
var interceptions atomic.Pointer[[]*interception]

// changing is held while interceptions are replaced.
var changing sync.Mutex

// Intercept has every operation in a folder decided upon, until end is called: for
// tests, each in folders of its own. decide is called before each operation. It may
// panic, which is how a process that is killed is played: end then closes the files
// that were left open, and so frees their locks, as the system would.
func Intercept(root string, decide func(Operation) Fault) (end func()) {
	i := &interception{root: absolute(root), decide: decide}
	change(func(list []*interception) []*interception { return append(list, i) })
	return func() {
		change(func(list []*interception) []*interception {
			return slices.DeleteFunc(list, func(other *interception) bool { return other == i })
		})
		i.mutex.Lock()
		defer i.mutex.Unlock()
		for _, f := range i.files {
			f.Close()
		}
	}
}

func change(to func([]*interception) []*interception) {
	changing.Lock()
	defer changing.Unlock()
	var list []*interception
	if now := interceptions.Load(); now != nil {
		list = slices.Clone(*now)
	}
	if list = to(list); len(list) == 0 {
		interceptions.Store(nil)
		return
	}
	interceptions.Store(&list)
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// of returns what intercepts operations on an absolute path, or nil.
func of(path string) *interception {
	list := interceptions.Load()
	if list == nil {
		return nil
	}
	for _, i := range *list {
		if path == i.root || strings.HasPrefix(path, strings.TrimSuffix(i.root, string(filepath.Separator))+string(filepath.Separator)) {
			return i
		}
	}
	return nil
}

// perform does something to the disk, unless a test has it fail. half, if there is
// such a thing, does it in part.
func perform(kind Kind, path string, do func() error, half func()) error {
	if interceptions.Load() == nil {
		return do()
	}
	i := of(absolute(path))
	if i == nil {
		return do()
	}
	f := i.decide(Operation{kind, absolute(path)})
	switch {
	case f.Err == nil:
		return do()
	case f.Done:
		_ = do()
	case f.Half && half != nil:
		half()
	}
	if f.Then != nil {
		f.Then()
	}
	return &fs.PathError{Op: string(kind), Path: path, Err: f.Err}
}

// held returns an open file, which is closed at the end of an interception.
func held(path string, f *os.File) *File {
	if interceptions.Load() != nil {
		if i := of(absolute(path)); i != nil {
			i.mutex.Lock()
			defer i.mutex.Unlock()
			i.files = append(i.files, f)
		}
	}
	return &File{f}
}
