package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// postgresUser has the number that PostgreSQL's official image gives it, so that a
// manifest serves both.
const postgresUser = 999

// postgres is an image of the PostgreSQL that is installed here, for clusters that can
// pull none: its programs, a shell with what init.sh of config/overlays/kind calls, and
// what they are linked to. The official image has its programs in the same place.
func postgres() (contents, v1.Config, error) {
	programs, version, err := installed()
	if err != nil {
		return nil, v1.Config{}, err
	}
	pack := packer{files: map[string]file{}}
	for _, name := range []string{"initdb", "postgres", "psql", "pg_isready", "pg_dump", "pg_restore"} {
		pack.program(filepath.Join(programs, name))
	}
	for _, name := range []string{"sh", "mv", "rm"} {
		pack.program("/bin/" + name)
	}
	pack.directory("/usr/share/postgresql/" + version)
	pack.directory("/usr/share/zoneinfo/Etc")
	pack.directory(filepath.Join(filepath.Dir(programs), "lib"))
	pack.add("/etc/passwd", file{mode: 0o644, data: fmt.Appendf(nil, "root:x:0:0:root:/:/bin/sh\npostgres:x:%[1]d:%[1]d:PostgreSQL:/:/bin/sh\n", postgresUser)})
	pack.add("/tmp", file{mode: fs.ModeDir | fs.ModeSticky | 0o777})
	if pack.err != nil {
		return nil, v1.Config{}, pack.err
	}
	return pack.contents(), v1.Config{
		User: strconv.Itoa(postgresUser), WorkingDir: "/", Cmd: []string{"postgres"},
		Env: []string{"PATH=" + programs + ":/usr/bin:/bin", "PG_MAJOR=" + version},
	}, nil
}

// installed is the directory of the newest PostgreSQL's programs, and its version.
func installed() (programs, version string, err error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", "", errors.New("PostgreSQL is not installed: apt-get install postgresql")
	}
	number := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 for what is no number
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return cmp.Compare(number(a), number(b)) })
	return filepath.Dir(newest), strconv.Itoa(number(newest)), nil
}

// packer collects files of this machine under the paths that they have here.
type packer struct {
	files map[string]file
	err   error
}

func (p *packer) add(path string, f file) {
	f.path = path[1:]
	p.files[path] = f
}

// copy takes a file along, following links: who is linked to it asks by this path.
func (p *packer) copy(path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	info, err := os.Stat(path)
	if err != nil {
		p.err = errors.Join(p.err, err)
		return
	}
	p.add(path, file{mode: info.Mode().Perm(), data: data})
}

// library matches a library that ldd found, or the loader, in one of its lines.
var library = regexp.MustCompile(`(?m)(/\S+) \(0x`)

// program takes a program or a module along, with the libraries that it is linked to.
func (p *packer) program(path string) {
	if _, there := p.files[path]; there {
		return
	}
	p.copy(path)
	linked, err := exec.Command("ldd", path).CombinedOutput()
	if err != nil {
		p.err = errors.Join(p.err, fmt.Errorf("ldd %s: %w: %s", path, err, linked))
	}
	for _, found := range library.FindAllStringSubmatch(string(linked), -1) {
		if _, there := p.files[found[1]]; !there {
			p.copy(found[1])
		}
	}
}

// directory takes the files below a directory along, but for those of the just-in-time
// compiler: it is linked to 100 MB, and not needed.
func (p *packer) directory(root string) {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), "llvmjit") || d.Name() == "bitcode":
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir():
		case filepath.Ext(path) == ".so":
			p.program(path)
		default:
			p.copy(path)
		}
		return nil
	})
	p.err = errors.Join(p.err, err)
}

// contents are the files in the order of their paths.
func (p *packer) contents() contents {
	var all contents
	for _, path := range slices.Sorted(maps.Keys(p.files)) {
		all = append(all, p.files[path])
	}
	return all
}
