#!/usr/bin/env bash
# Holds the simulated Shopify against Shopify's own clients for Node.js. Arguments
# go to Node's test runner: test/clients/run.sh --test-name-pattern=webhook
# The clients are installed once into ~/.cache/shopkeeper/clients; to install them
# anew, remove that directory.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"

readonly node_least=18     # what Debian 12 has
readonly start_seconds=60  # for the simulator to answer
readonly stop_seconds=10   # for it to end by itself

log() { printf 'clients: %s\n' "$*" >&2; }
fail() {
	log "$@"
	exit 1
}

scratch=
simulator=
cleanup() {
	local status=$? waited=0
	trap - EXIT
	if [ -n "$simulator" ]; then
		kill "$simulator" 2>/dev/null || true
		while kill -0 "$simulator" 2>/dev/null; do
			[ "$waited" -lt "$((stop_seconds * 10))" ] || { kill -9 "$simulator" 2>/dev/null || true; break; }
			sleep 0.1
			waited=$((waited + 1))
		done
		wait "$simulator" 2>/dev/null || true
	fi
	# After its first line, the simulator has nothing to say but that it panicked.
	[ "$status" = 0 ] || [ ! -s "$scratch/log" ] || sed '1d; 31q; s/^/simulator: /' "$scratch/log" >&2
	[ -z "$scratch" ] || rm -rf "$scratch"
	[ -z "${staging:-}" ] || rm -rf "$staging"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# install puts the clients into the cache, unless they are there, and links them
# to where Node.js looks for them.
install() {
	local hash modules
	hash=$(node -e '
		const hash = require("crypto").createHash("sha256");
		for (const name of ["package.json", "package-lock.json"]) hash.update(require("fs").readFileSync(name));
		console.log(hash.digest("hex").slice(0, 16));
	')
	modules=$cache/$hash/node_modules
	if [ ! -d "$modules" ]; then
		log "installing the clients"
		mkdir -p "$cache"
		staging=$(mktemp -d "$cache/.installing.XXXXXX")
		cp package.json package-lock.json .npmrc "$staging"
		(cd "$staging" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null)
		# Where another run was faster, its result is as good.
		[ -d "$modules" ] || mv "$staging" "$cache/$hash"
		[ -d "$modules" ] || fail "$cache/$hash is incomplete; remove it"
	fi
	# Outside of the tree, so that neither git nor the Go tools walk through it.
	[ -L node_modules ] || rm -rf node_modules
	ln -sfn "$modules" node_modules
}

# start builds the simulator and waits until it answers.
start() {
	scratch=$(mktemp -d)
	go -C ../.. build -o "$scratch/shopkeeper" ./cmd/shopkeeper
	: >"$scratch/log"
	"$scratch/shopkeeper" simulator --listen 127.0.0.1:0 >"$scratch/log" 2>&1 &
	simulator=$!
	local deadline=$((SECONDS + start_seconds))
	until SHOPKEEPER_SIMULATOR=$(sed -n 's|^Simulated Shopify at \(http://[0-9.:]*\) .*|\1|p' "$scratch/log") &&
		[ -n "$SHOPKEEPER_SIMULATOR" ] && answers; do
		kill -0 "$simulator" 2>/dev/null || fail "the simulator ended: $(cat "$scratch/log")"
		[ "$SECONDS" -lt "$deadline" ] || fail "the simulator does not answer after $start_seconds s: $(cat "$scratch/log")"
		sleep 0.1
	done
	export SHOPKEEPER_SIMULATOR
}

answers() {
	node -e '
		fetch(process.argv[1] + "/__sim/healthz", { signal: AbortSignal.timeout(2000) })
			.then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1));
	' "$SHOPKEEPER_SIMULATOR"
}

for tool in node npm; do
	command -v "$tool" >/dev/null || fail "$tool is missing; on Debian: apt-get install npm"
done
have=$(node -p 'process.versions.node.split(".")[0]')
[ "$have" -ge "$node_least" ] || fail "Node.js $have is too old, $node_least or newer is needed; on Debian 12 or newer: apt-get install npm"
command -v go >/dev/null || fail "go is missing; on Debian: apt-get install golang-go"

# As the Makefile has it.
export GOTOOLCHAIN=auto GOWORK=off GOFLAGS="${GOFLAGS:-} -buildvcs=false"

readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/shopkeeper/clients
install
start
node --test --test-reporter=spec "$@" ./*.test.mjs
