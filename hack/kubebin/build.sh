#!/usr/bin/env bash
# build.sh OUT PACKAGE... builds commands of the module beside it into the directory
# OUT, static and stamped with the version that the module pins, and says every few
# seconds how far it is. Nothing is written to standard output.
set -euo pipefail
module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
shift

readonly progress_seconds=15 # between two signs of life

export GOTOOLCHAIN=auto GOWORK=off CGO_ENABLED=0
version=$(awk '$1 == "k8s.io/kubernetes" { print substr($2, 2); exit }' "$module/go.mod")
minor=${version#*.}
flags="-s -w"
# Without these stamps the programs call themselves v0.0.0-master, and clients that
# look at the server's version take the wrong turn.
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
	flags+=" -X $package.gitVersion=v$version -X $package.gitMajor=${version%%.*} -X $package.gitMinor=${minor%%.*}"
	flags+=" -X $package.gitCommit=unknown -X $package.gitTreeState=clean -X $package.buildDate=1970-01-01T00:00:00Z"
done

log=$(mktemp)
child=
cleanup() {
	[ -z "$child" ] || kill "$child" 2>/dev/null || true
	rm -f "$log"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

echo "building ${*##*/} of Kubernetes $version from Go modules" >&2
total=$(go -C "$module" list -deps "$@" | wc -l | tr -d ' ')
go -C "$module" build -v -mod=readonly -buildvcs=false -trimpath -ldflags "$flags" -o "$out/" "$@" 2>"$log" &
child=$!
said=0
while kill -0 "$child" 2>/dev/null; do
	sleep 1
	if ((SECONDS - said >= progress_seconds)); then
		said=$SECONDS
		echo "${said}s: compiled $(wc -l <"$log" | tr -d ' ') of at most $total packages" >&2
	fi
done
if ! wait "$child"; then
	child=
	tail -n 20 "$log" >&2
	echo "the build failed" >&2
	exit 1
fi
child=
echo "built in $SECONDS seconds" >&2
