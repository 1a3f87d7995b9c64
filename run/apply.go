package run

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/zkaudit/zkaudit/internal/artefact"
	"github.com/zkaudit/zkaudit/internal/fault"
)

// Apply writes settings into run.toml. Everything else in it stays as it is, comments
// included. Errors wrap fault.ErrInput where a setting does not stand on a line of its own
// in its table.
func (d *Directory) Apply(s Settings) error {
	path := d.file(ConfigFile)
	bytes, err := artefact.ReadFile(path, maxConfig)
	if err != nil {
		return err
	}
	text := string(bytes)
	values := []struct{ table, key, value string }{
		{"formats", "feature", strconv.Itoa(s.Formats.Feature)},
		{"formats", "activation", strconv.Itoa(s.Formats.Activation)},
		{"formats", "error", strconv.Itoa(s.Formats.Error)},
	}
	if s.Rate != "" {
		values = append(values, struct{ table, key, value string }{"training", "rate", quote(s.Rate)})
	}
	for _, v := range values {
		changed, ok := setLine(text, v.table, v.key, v.value)
		if !ok {
			return fmt.Errorf("%s: %s.%s = %s: it is not on a line of its own there; write it by hand: %w", path, v.table, v.key, v.value, fault.ErrInput)
		}
		text = changed
	}
	if err := artefact.WriteFile(path, []byte(text), artefact.PublicMode); err != nil {
		return err
	}
	c, err := ReadConfig(path)
	if err != nil {
		return err
	}
	d.Config, d.model, d.rows = c, nil, nil
	return nil
}

// assignment is a line "key = value", with what stands around the value.
var assignment = regexp.MustCompile(`^(\s*([A-Za-z0-9_-]+)\s*=\s*)("[^"]*"|[^\s#]+)(.*)$`)

// setLine changes the value of a key in a table of a TOML text; false if there is no line
// for it.
func setLine(text, table, key, value string) (string, bool) {
	lines := strings.Split(text, "\n")
	in := ""
	for i, line := range lines {
		if name, _, ok := strings.Cut(strings.TrimSpace(line), "]"); ok && strings.HasPrefix(name, "[") {
			in = name[1:]
			continue
		}
		if m := assignment.FindStringSubmatch(line); m != nil && in == table && m[2] == key {
			lines[i] = m[1] + value + m[4]
			return strings.Join(lines, "\n"), true
		}
	}
	return text, false
}
