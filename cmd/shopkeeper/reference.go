//go:build reference

// In this build, the program writes docs/reference.md: `make generate`.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/shopkeeper-dev/shopkeeper/hack/reference"
)

func main() {
	text, err := reference.Text(context.Background(), newCommand(), ".")
	if err == nil {
		err = os.WriteFile(os.Args[1], []byte(text), 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "reference:", err)
		os.Exit(1)
	}
}
