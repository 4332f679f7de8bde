#!/usr/bin/env bash
# Runs the scenarios of test/e2e in a cluster, with images that are built here. Its
# arguments are those of `go test`. The cluster is
#
#   1. the one of $E2E_KUBECONFIG, a path. The scenarios install Shopkeeper and remove it
#      again, so that nobody's KUBECONFIG is taken for that by itself. $E2E_LOAD is the
#      command that gives the cluster an image from a docker archive, whose path follows,
#      such as `kind load image-archive`; E2E_LOAD=true where the images are there;
#   2. kind's, where Docker runs: made for this run, unless it was there;
#   3. hack/localcluster.sh's: made for this run. Needs root.
#
# What was made for this run is removed at its end, unless E2E_KEEP is set.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

log() { printf 'e2e: %s\n' "$*" >&2; }

kind=(go tool -modfile=hack/tools/go.mod kind)
dir=$(mktemp -d) # what is this run's alone: images, and kind's kubeconfig
made=''          # set once it is there: who is refused one removes nobody else's
child=''
cleanup() {
	[ -z "$child" ] || kill -- "-$child" 2>/dev/null || true
	wait
	if [ -z "${E2E_KEEP:-}" ]; then
		case $made in
		kind) make -s kind-down ;;
		localcluster) hack/localcluster.sh down ;;
		esac
	fi
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 143' TERM HUP
trap 'exit 130' INT

# run runs a command in a process group of its own, which ends with this script.
run() {
	local status=0
	set -m
	"$@" </dev/null &
	child=$!
	set +m
	wait "$child" || status=$?
	child=''
	return "$status"
}

assets=$(hack/control-plane.sh)
export PATH=$assets:$PATH # kubectl
overlay=kind images=(image)
if [ -n "${E2E_KUBECONFIG:-}" ]; then
	[ -n "${E2E_LOAD:-}" ] || { log "how does this cluster get an image? Set E2E_LOAD, such as E2E_LOAD='kind load image-archive'"; exit 1; }
	KUBECONFIG=$(realpath "$E2E_KUBECONFIG")
	read -ra load <<<"$E2E_LOAD"
	overlay=${E2E_OVERLAY:-kind}
	[ "$overlay" != localcluster ] || images+=(image-postgres)
elif command -v docker >/dev/null && docker info >/dev/null 2>&1; then
	export KUBECONFIG=$dir/kubeconfig # or kind would change the context of the user's
	if "${kind[@]}" get clusters 2>/dev/null | grep -qx shopkeeper; then
		"${kind[@]}" export kubeconfig --name shopkeeper
	else
		run make -s kind-up
		made=kind
	fi
	load=("${kind[@]}" load image-archive --name shopkeeper)
else
	overlay=localcluster images+=(image-postgres)
	run hack/localcluster.sh up >"$dir/path"
	made=localcluster
	KUBECONFIG=$(cat "$dir/path")
	load=(hack/localcluster.sh load)
fi
export KUBECONFIG
run make -s DIST="$dir" "${images[@]}"
for archive in "$dir"/*.tar; do
	run "${load[@]}" "$archive"
done
log "in the cluster of $KUBECONFIG, with config/overlays/$overlay"
E2E_OVERLAY=config/overlays/$overlay run go test -tags e2e -count 1 -timeout 40m -v "$@" ./test/e2e/
