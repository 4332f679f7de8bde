package upgrade

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shopkeeper-dev/shopkeeper/internal/testenv"
)

// TestTheFormerReleaseIsTheLastTag holds what upgrades begin with to the tags of this
// clone. One that has no tags, or no history at all, has nothing to compare with.
func TestTheFormerReleaseIsTheLastTag(t *testing.T) {
	if _, err := os.Stat(filepath.Join(testenv.Root(), ".git")); err != nil {
		return
	}
	// The latest that came before: a commit that is a release itself is upgraded to.
	tags := strings.Fields(git(t, "-c", "versionsort.suffix=-", "tag", "--list", "v*", "--merged", "HEAD", "--no-contains", "HEAD", "--sort=-version:refname"))
	if len(tags) == 0 {
		return
	}
	if last := tags[0]; last != testenv.FormerRelease {
		t.Fatalf("upgrades are tested from %s, and the last release is %s. Set testenv.FormerRelease to it, and: "+
			"mkdir test/upgrade/testdata/%[2]s && git archive %[2]s config | tar -x -C test/upgrade/testdata/%[2]s", testenv.FormerRelease, last)
	}
	must(t, filepath.WalkDir(testenv.FormerManifests(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(testenv.FormerManifests(), path)
		must(t, err)
		text, err := os.ReadFile(path)
		must(t, err)
		if string(text) != git(t, "show", testenv.FormerRelease+":"+filepath.ToSlash(name)) {
			t.Errorf("%s is not what %s has", path, testenv.FormerRelease)
		}
		return nil
	}))
}

// git runs git on this clone, whoever it belongs to.
func git(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "safe.directory=*", "-C", testenv.Root()}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	must(t, err)
	return string(out)
}
