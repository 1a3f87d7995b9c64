package console

import (
	"os"
	"path/filepath"
)

// CacheDir returns where a program keeps what it can derive again: the directory
// asked for, else one in the user's cache, "" if the system names none.
func CacheDir(asked string) string {
	if asked != "" {
		return asked
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "zkaudit")
}
