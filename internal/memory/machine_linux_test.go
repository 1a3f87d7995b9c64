package memory

import (
	"os"
	"slices"
	"testing"
)

func TestGroupLimits(t *testing.T) {
	files := map[string]string{
		"/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "9000000000\n", "/sys/fs/cgroup/memory.max": "garbage",
		"/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "5000000\n", "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		"/sys/fs/cgroup/cpu/memory.max": "1",
	}
	read := func(path string) ([]byte, error) {
		text, ok := files[path]
		if !ok {
			return nil, os.ErrNotExist
		}
		return []byte(text), nil
	}
	for groups, want := range map[string][]int64{
		"0::/a/b\n":              {9_000_000_000},
		"5:memory:/job\n3:cpu:/": {5_000_000},
		"0::/elsewhere":          nil,
		"":                       nil,
		"no group":               nil,
		"0::/../../a/b":          {9_000_000_000},
	} {
		if got := groupLimits([]byte(groups), read); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", groups, got, want)
		}
	}
}

func TestAvailable(t *testing.T) {
	for info, want := range map[string]int64{
		"MemTotal:  100 kB\nMemAvailable:   12345 kB\n": 12345 << 10,
		"MemAvailable: 12345 MB":                        0,
		"MemAvailable: x kB":                            0,
		"":                                              0,
	} {
		if got, ok := available([]byte(info)); got != want || ok != (want > 0) {
			t.Errorf("%q: %d, %v", info, got, ok)
		}
	}
	if limits := machine(); len(limits) == 0 {
		t.Error("this machine has no end of memory")
	}
}
