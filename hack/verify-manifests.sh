#!/usr/bin/env bash
# Fails when a kustomization of config/ does not build with the pinned kustomize, and
# says which. Components are built by the overlays that use them. What the API server
# makes of the result, the tests in config/ ask it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kustomize=$(go tool -n -modfile=hack/tools/go.mod kustomize)

failed=
while IFS= read -r file; do
	if grep -q '^kind: Component$' "$file"; then continue; fi
	if ! problem=$("$kustomize" build "$(dirname "$file")" 2>&1 >/dev/null) || [ -n "$problem" ]; then
		printf 'does not build: %s\n%s\n' "$(dirname "$file")" "$problem" >&2
		failed=yes
	fi
done < <(find config -name kustomization.yaml | sort)
[ -z "$failed" ]
