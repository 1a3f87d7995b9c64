package run

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/zkaudit/zkaudit/internal/fault"
	"github.com/zkaudit/zkaudit/network"
)

// frozenLayers returns the layers that FrozenLayers names. Errors wrap
// fault.ErrUsage.
func (c *ModelConfig) frozenLayers() ([]int, error) {
	var layers []int
	for _, text := range c.FrozenLayers {
		from, to, ranged := strings.Cut(text, "-")
		first, err := strconv.Atoi(from)
		last := first
		if ranged && err == nil {
			last, err = strconv.Atoi(to)
		}
		if err != nil || first < 0 || last < first || last >= network.MaxLayers {
			return nil, fmt.Errorf("%q, want the number of a layer from 0, or a range such as 2-4: %w", text, fault.ErrUsage)
		}
		for i := first; i <= last; i++ {
			layers = append(layers, i)
		}
	}
	return layers, nil
}
