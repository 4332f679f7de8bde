// Package version says which release this binary is.
package version

import "runtime/debug"

// Version is stamped by the build, such as v0.1.0.
var Version = ""

// String returns the release, or for an unstamped build what Go knows of it.
func String() string {
	if Version != "" {
		return Version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
