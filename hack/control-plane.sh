#!/usr/bin/env bash
# Prints the directory that holds etcd, kube-apiserver and kubectl: the control
# plane that `make test` and `make demo` run. Makes it first where there is none.
# Nothing but the path goes to standard output.
#
#   1. $KUBEBUILDER_ASSETS, where it holds all three
#   2. the cache, <cache>/shopkeeper/control-plane/<version>
#   3. envtest's prebuilt binaries, where they can be downloaded
#   4. built from the Go modules that hack/kubebin pins: about five minutes on two
#      cores, once, with no network but a Go module proxy
#
# SHOPKEEPER_CONTROL_PLANE=download|build allows only that way in place of 3 and 4.
# To make it anew, remove the cached directory.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

readonly binaries="etcd kube-apiserver kubectl"
readonly index_seconds=20     # to find out that there is no way to the downloads
readonly download_seconds=300 # for about 100 MB

log() { printf 'control plane: %s\n' "$*" >&2; }
prefix() { while IFS= read -r line; do log "$line"; done; }
fail() {
	log "$@"
	exit 1
}

holds_all() {
	local binary
	for binary in $binaries; do
		[ -x "$1/$binary" ] || return 1
	done
}

# bounded SECONDS COMMAND...: macOS has no timeout(1), but it has perl.
bounded() {
	if command -v timeout >/dev/null; then
		timeout "$@"
	else
		perl -e 'alarm shift; exec @ARGV or die "$ARGV[0]: $!\n"' "$@"
	fi
}

# last_line of the tool's output, which ends in empty ones.
last_line() { grep . "$staging/log" | tail -n 1; }

# remove takes away what setup-envtest made read-only as well.
remove() {
	local path
	for path; do
		[ ! -e "$path" ] || chmod -R u+w "$path"
	done
	rm -rf "$@"
}

cleanup() {
	[ -z "${child:-}" ] || kill "$child" 2>/dev/null || true
	[ -z "${staging:-}" ] || remove "$staging"
	[ -z "${lock_dir:-}" ] || rm -rf "$lock_dir"
}

# lock lets one run at a time make the control plane; a second one waits, and then
# finds it made.
lock() {
	if command -v flock >/dev/null; then
		exec 9>"$root/lock"
		flock -n 9 && return
		log "waiting for another run that is making it"
		flock 9
		return
	fi
	local dir=$root/lock.d waiting=
	until mkdir "$dir" 2>/dev/null; do
		# flock dies with its process; a directory has to be told.
		if [ -s "$dir/pid" ] && ! kill -0 "$(cat "$dir/pid")" 2>/dev/null; then
			rm -rf "$dir"
			continue
		fi
		[ -n "$waiting" ] || log "waiting for another run that is making it"
		waiting=yes
		sleep 1
	done
	lock_dir=$dir
	echo $$ >"$dir/pid"
}

# download fills $staging/bin with envtest's prebuilt binaries. They come for some
# patch releases only, so any of the pinned minor version will do; setup-envtest
# checks their sums.
download() {
	local tool series=${version%.*}.x path
	log "looking for prebuilt binaries of Kubernetes $series"
	# Compiled first, so that the time limit counts the network alone. Run by its
	# path: a limit on `go tool` would stop go and leave the tool behind.
	tool=$(go -C "$repo" tool -n -modfile=hack/tools/go.mod setup-envtest) || return 1
	if ! bounded "$index_seconds" "$tool" list "$series" --bin-dir "$staging" >/dev/null 2>"$staging/log"; then
		log "no way to the prebuilt binaries: $(last_line)"
		return 1
	fi
	if ! path=$(bounded "$download_seconds" "$tool" use "$series" --bin-dir "$staging" -p path 2>"$staging/log"); then
		log "the download failed: $(last_line)"
		return 1
	fi
	chmod -R u+w "$staging" # setup-envtest leaves directories that only root could move
	mv "$path" "$staging/bin"
	log "downloaded $(basename "$path")"
}

# build fills $staging/bin from hack/kubebin.
build() {
	log "about 5 minutes and 4 GB of Go's build cache, once"
	# In the background, so that a signal reaches us while it runs.
	"$repo/hack/kubebin/build.sh" "$staging/bin" go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl 2> >(prefix) &
	child=$!
	wait "$child" || return 1
	child=
	# go build names it after its directory.
	mv "$staging/bin/server" "$staging/bin/etcd"
}

make_control_plane() {
	case ${SHOPKEEPER_CONTROL_PLANE:-} in
	"") download || build ;;
	download) download ;;
	build) build ;;
	*) fail "SHOPKEEPER_CONTROL_PLANE is \"$SHOPKEEPER_CONTROL_PLANE\"; it may be download or build" ;;
	esac
}

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
	if holds_all "$KUBEBUILDER_ASSETS"; then
		(cd "$KUBEBUILDER_ASSETS" && pwd) # absolute: a test runs in its package's directory
		exit
	fi
	log "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS does not hold all of $binaries; going on without it"
fi

# Pinned in one place: the module that builds it.
version=$(awk '$1 == "k8s.io/kubernetes" { print substr($2, 2); exit }' "$repo/hack/kubebin/go.mod")
[ -n "$version" ] || fail "hack/kubebin/go.mod requires no k8s.io/kubernetes"
root=${XDG_CACHE_HOME:-$HOME/.cache}/shopkeeper/control-plane
target=$root/$version

if ! holds_all "$target"; then
	command -v go >/dev/null || fail "Go is needed to make it: https://go.dev/dl"
	export GOTOOLCHAIN=auto GOWORK=off
	mkdir -p "$root"
	trap cleanup EXIT
	trap 'exit 130' INT TERM
	lock
	if ! holds_all "$target"; then
		remove "$root"/staging.* # left by a run that was killed; we hold the lock
		staging=$(mktemp -d "$root/staging.XXXXXX")
		if ! make_control_plane || ! holds_all "$staging/bin"; then
			fail "there is none, and none could be made. One of these is needed:
  - a Go module proxy within reach (see GOPROXY in \`go help environment\`), to build it;
  - the internet, to download it;
  - KUBEBUILDER_ASSETS set to a directory that holds $binaries of Kubernetes ${version%.*}."
		fi
		remove "$target"
		mv "$staging/bin" "$target" # one step, so what is there is whole
	fi
fi
printf '%s\n' "$target"
