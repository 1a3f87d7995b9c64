package scramble

import (
	"encoding/binary"
	"flag"
	"math/rand/v2"
	"testing"
)

var structures = flag.Int("structures", 0, "change each structure in `n` more ways, the same each time")

// Seeds gives a fuzz target its first inputs, and -structures more of them,
// which run as tests: faster than a fuzzer's, whose code counts what it reaches.
func Seeds(f *testing.F) {
	for i := range 16 {
		f.Add([]byte{byte(i), byte(i * 7), byte(i * 31)})
	}
	more := rand.New(rand.NewPCG(1, 2))
	for range *structures {
		f.Add(binary.LittleEndian.AppendUint64(nil, more.Uint64()))
	}
}
