#!/usr/bin/env bash
# Prints the path of promtool, which tests the alerts. Gets it first where there is
# none. Nothing but the path goes to standard output.
#
#   1. $PROMTOOL
#   2. the one on the PATH
#   3. Debian's, unpacked into the cache: 20 MB in seconds, no root, and no
#      Prometheus that starts by itself, as the package's installation would do
#
# Built from its Go module it would be the same everywhere, but it compiles for four
# minutes or more, longer than all that it tests.
set -euo pipefail

log() { printf 'promtool: %s\n' "$*" >&2; }

if [ -n "${PROMTOOL:-}" ]; then
	printf '%s\n' "$PROMTOOL"
	exit
fi
if command -v promtool; then
	exit
fi
target=${XDG_CACHE_HOME:-$HOME/.cache}/shopkeeper/promtool
if [ ! -x "$target/promtool" ]; then
	if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
		log "there is none: install Prometheus (brew install prometheus, or https://prometheus.io/download), or set PROMTOOL"
		exit 1
	fi
	mkdir -p "$target"
	staging=$(mktemp -d "$target/staging.XXXXXX")
	trap 'rm -rf "$staging"' EXIT
	log "unpacking Debian's"
	if ! (cd "$staging" && apt-get download -q prometheus >log 2>&1 && dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xf - ./usr/bin/promtool); then
		tail -n 3 "$staging/log" >&2
		log "could not get it: run \`apt-get update\`, or install promtool, or set PROMTOOL"
		exit 1
	fi
	mv "$staging/usr/bin/promtool" "$target/promtool" # one step, so what is there is whole
fi
printf '%s\n' "$target/promtool"
