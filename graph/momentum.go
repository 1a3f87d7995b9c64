package graph

// Momentum is the impulse response of the optimizer: the update of step u takes
//
//	n_u·Σ_d Response[d]·g(u−d)
//
// of the gradients g of its own step, d = 0, and of those before it back to the
// last multiple of Restart, where all is forgotten.
type Momentum struct {
	Response []int64
	Restart  int // steps
}

// Limits of a response. They bound what a verifier does for a step, and what a
// gradient can add to a weight.
const (
	MaxTaps     = 1 << 10
	MaxResponse = 1 << 17 // of a tap
	MaxRestart  = 1 << 16
)

// Gain is Σ Response, 1 for no momentum: what a gradient adds to a weight at most,
// in units of one that counts once.
func (m *Momentum) Gain() int64 {
	if m == nil {
		return 1
	}
	total := int64(0)
	for _, h := range m.Response {
		total += h
	}
	return total
}

func (m *Momentum) validate() error {
	if m == nil {
		return nil
	}
	if len(m.Response) < 1 || len(m.Response) > MaxTaps || m.Restart < 1 || m.Restart > MaxRestart {
		return invalid("response of %d taps, restarted every %d steps", len(m.Response), m.Restart)
	}
	for d, h := range m.Response {
		if h < 1 || h > MaxResponse {
			return invalid("tap %d of the response is %d, want 1 to %d", d, h, MaxResponse)
		}
	}
	return nil
}
