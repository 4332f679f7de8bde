//go:build !reference

// Command shopkeeper is the operator: each subcommand is one of its processes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // for schedules: the image has no files of time zones

	_ "golang.org/x/crypto/x509roots/fallback" // to trust Shopify: nor has it any of roots
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := newCommand().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "shopkeeper:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}
