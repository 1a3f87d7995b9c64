package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/aggregate"
	"github.com/zkaudit/zkaudit/bundle"
	"github.com/zkaudit/zkaudit/proof/mode"
	"github.com/zkaudit/zkaudit/proof/statement"
)

// version is what zkaudit version prints.
type version struct {
	Version  string      `json:"version"`
	Protocol string      `json:"protocol"`
	Bundle   int         `json:"bundle_format"`
	Round    int         `json:"round_format"`
	Modes    []mode.Name `json:"modes"`
	Go       string      `json:"go"`
}

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of the program and of its formats",
		Args:  arguments(0, 0, "nothing"),
		RunE: func(*cobra.Command, []string) error {
			v := version{Version: programVersion(), Protocol: statement.Domain, Bundle: bundle.Version, Round: aggregate.Version, Modes: mode.Names(), Go: runtime.Version()}
			return a.result(v, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "zkaudit %s, protocol %s, bundle format %d, round format %d, modes %s, %s\n", v.Version, v.Protocol, v.Bundle, v.Round, v.Modes, v.Go)
				return err
			})
		},
	}
}

// programVersion is that of the module, as far as the build tells.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
