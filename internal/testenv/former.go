package testenv

import "path/filepath"

// FormerRelease is the tag of the last release before this one.
const FormerRelease = "v0.1.0-alpha.1"

// FormerManifests returns the directory that holds config of FormerRelease.
func FormerManifests() string {
	return filepath.Join(Root(), "test", "upgrade", "testdata", FormerRelease)
}
