package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/zkaudit/zkaudit/fault"
)

func demoCommand(a *app) *cobra.Command {
	return &cobra.Command{Use: "demo", RunE: func(*cobra.Command, []string) error { return fmt.Errorf("soon: %w", fault.ErrUsage) }}
}
