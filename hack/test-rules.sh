#!/usr/bin/env bash
# Tests the alerts of config/monitoring with promtool, which wants the rules without
# the Kubernetes object around them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../config/monitoring"
promtool=$(../../hack/promtool.sh)

dir=$(mktemp -d "${TMPDIR:-/tmp}/shopkeeper-rules.XXXXXX")
trap 'rm -rf "$dir"' EXIT
awk 'inside { sub(/^  /, ""); print } $0 == "spec:" { inside = 1 }' rules.yaml >"$dir/rules.yaml"
cp tests/*.yaml "$dir"
cd "$dir"
"$promtool" check rules --lint-fatal rules.yaml
for tests in *.yaml; do
	[ "$tests" = rules.yaml ] || "$promtool" test rules "$tests"
done
