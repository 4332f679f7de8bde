// Command openapi writes the description of the intake API into a file.
package main

import (
	"fmt"
	"os"

	"github.com/shopkeeper-dev/shopkeeper/console/api"
)

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "openapi:", err)
		os.Exit(1)
	}
}

func write(file string) error {
	a, err := api.New(api.Options{})
	if err != nil {
		return err
	}
	text, err := a.Description()
	if err != nil {
		return err
	}
	return os.WriteFile(file, append([]byte("# Written by `make generate` from console/api.\n"), text...), 0o644)
}
