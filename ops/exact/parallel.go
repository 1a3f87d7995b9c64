package exact

import (
	"runtime"

	"github.com/zkaudit/zkaudit/internal/fault"
)

// span is a half-open range of rows.
type span struct{ from, to int }

// worthwhile is about how many multiplications it takes to pay for a thread.
const worthwhile = 1 << 15

// cut divides n rows among the processors in spans of at least `least` rows,
// where there are so many, and at most `most`.
func cut(n, least, most int) (count int, at func(i int) span) {
	size := (n + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	size = min(max(size, least), most)
	count = (n + size - 1) / size
	return count, func(i int) span { return span{i * size, min((i+1)*size, n)} }
}

// forEach calls do(worker, i) for every i in [0, n), on as many workers as
// there are processors. Worker numbers are below workers(). A panic of do's is
// the caller's.
func forEach(n int, do func(worker, i int)) {
	if w := min(n, workers()); w > 1 {
		var group fault.Group
		for worker := range w - 1 {
			group.Go(func() {
				for i := worker; i < n; i += w {
					do(worker, i)
				}
			})
		}
		for i := w - 1; i < n; i += w {
			do(w-1, i)
		}
		group.Wait()
		return
	}
	for i := range n {
		do(0, i)
	}
}

func workers() int { return runtime.GOMAXPROCS(0) }

// grow returns a slice of n cells, reusing the memory of s.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
