#!/usr/bin/env bash
# Fails when a generated file is not what its generator writes today, and says which
# file and what to run. It works on a copy: the tree stays as it is, whether or not
# it is committed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What each target writes. The files are taken away before it runs, so that one
# which nothing writes any more is found too.
generated_by() {
	case $1 in
	generate-schema) printf '%s\n' internal/shopify/schema/*.graphql internal/shopify/zz_generated.* \
		internal/shopify/simulator/events_topics.txt internal/shopify/simulator/testdata/payload_shapes.txt ;;
	generate) printf '%s\n' api/*/zz_generated.* internal/shopify/admin/zz_generated.* docs/openapi.yaml docs/reference.md ;;
	manifests) printf '%s\n' config/crd/bases/*.yaml config/rbac/role.yaml ;;
	esac
}

# make's own variables would reach the copy's make and ask it to share our jobs.
unset MAKEFLAGS MFLAGS MAKELEVEL

copies=$(mktemp -d "${TMPDIR:-/tmp}/shopkeeper-verify.XXXXXX")
trap 'rm -rf "$copies"' EXIT
mkdir "$copies/before"
# All that is or would be committed. A file that is removed but not yet committed as
# such is still listed, hence the test.
git ls-files -z --cached --others --exclude-standard |
	while IFS= read -r -d '' file; do
		[ ! -e "$file" ] || printf '%s\0' "$file"
	done |
	tar --null -T - -cf - | tar -xf - -C "$copies/before"
cp -R "$copies/before" "$copies/after"

stale=
for target in generate-schema generate manifests; do
	(
		cd "$copies/after"
		generated_by "$target" | xargs rm -f
		make -s "$target"
	)
	while IFS= read -r file; do
		stale=yes
		if [ -e "$copies/after/$file" ]; then
			printf 'stale: %s; run: make %s\n' "$file" "$target" >&2
		else
			printf 'stale: %s; nothing writes it any more, remove it\n' "$file" >&2
		fi
	done < <(diff -rqN "$copies/before" "$copies/after" |
		sed -e "s#$copies/##g" -e 's#^Files before/\(.*\) and after/.* differ$#\1#')
	# The next target answers for its own files only.
	rm -rf "$copies/before"
	cp -R "$copies/after" "$copies/before"
done
[ -z "$stale" ]
