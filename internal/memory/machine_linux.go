package memory

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// machine lists what limits this process: its address space, its control
// groups, and what is available.
func machine() []Limit {
	var limits []Limit
	var as unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_AS, &as) == nil && as.Cur < 1<<62 {
		limits = append(limits, Limit{int64(as.Cur), "the limit of the address space (ulimit -v)"})
	}
	groups, _ := os.ReadFile("/proc/self/cgroup")
	for _, bytes := range groupLimits(groups, os.ReadFile) {
		limits = append(limits, Limit{bytes, "the memory limit of the control group"})
	}
	info, _ := os.ReadFile("/proc/meminfo")
	if bytes, ok := available(info); ok {
		limits = append(limits, Limit{bytes, "what is available on this machine"})
	}
	return limits
}

// available reads MemAvailable of /proc/meminfo.
func available(info []byte) (int64, bool) {
	lines := bufio.NewScanner(bytes.NewReader(info))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 3 && fields[0] == "MemAvailable:" && fields[2] == "kB" {
			kib, err := strconv.ParseInt(fields[1], 10, 53)
			return kib << 10, err == nil
		}
	}
	return 0, false
}

// groupLimits reads the limits of the control groups in /proc/self/cgroup, of
// version 2 and 1, and of those that they are in. What cannot be read sets none.
func groupLimits(groups []byte, read func(path string) ([]byte, error)) []int64 {
	var limits []int64
	for line := range strings.Lines(string(groups)) {
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		root, file := "/sys/fs/cgroup", "memory.max"
		if fields[1] == "memory" {
			root, file = "/sys/fs/cgroup/memory", "memory.limit_in_bytes"
		} else if fields[1] != "" {
			continue
		}
		for group := filepath.Clean("/" + fields[2]); ; group = filepath.Dir(group) {
			text, err := read(filepath.Join(root, group, file))
			if n, bad := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && bad == nil && n > 0 && n < 1<<60 {
				limits = append(limits, n)
			}
			if group == "/" {
				break
			}
		}
	}
	return limits
}
