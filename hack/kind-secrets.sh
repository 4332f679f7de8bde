#!/usr/bin/env bash
# Makes the Secrets that config/overlays/kind wants, in the cluster of the current
# context: random passwords, and certificates of a CA whose key is thrown away. What is
# there stays as it is. KUBECTL is another kubectl.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
kubectl=${KUBECTL:-kubectl}
system=shopkeeper-system ledger=shopkeeper-ledger simulator=shopkeeper-simulator

dir=$(mktemp -d "${TMPDIR:-/tmp}/shopkeeper-secrets.XXXXXX")
trap 'rm -rf "$dir"' EXIT
umask 077

exists() { "$kubectl" get -n "$1" "$2" "$3" >/dev/null 2>&1; }

# create NAMESPACE KIND NAME ARGS...: by files, for arguments are seen by all.
create() {
	local namespace=$1 kind name=$3
	read -ra kind <<<"$2"
	shift 3
	"$kubectl" create -n "$namespace" "${kind[@]}" "$name" "$@" --dry-run=client -o yaml |
		"$kubectl" label --local -f - app.kubernetes.io/name=shopkeeper -o yaml |
		"$kubectl" apply --server-side -f -
}

"$kubectl" apply --server-side -k config/overlays/kind -l app.kubernetes.io/component=namespace

if ! exists "$ledger" secret postgres-passwords; then
	host=postgres.$ledger.svc
	for process in migrate manager relay console; do
		user=$process
		[ "$process" != migrate ] || user=shopkeeper
		password=$(openssl rand -hex 24)
		printf '%s' "$password" >"$dir/$process"
		printf 'postgres://%s:%s@%s:5432/shopkeeper?sslmode=disable' "$user" "$password" "$host" >"$dir/$process.url"
		create "$system" "secret generic" "shopkeeper-$process-ledger" --from-file="url=$dir/$process.url"
	done
	# Last, for it says that all are there.
	create "$ledger" "secret generic" postgres-passwords --from-file="$dir/migrate" --from-file="$dir/manager" --from-file="$dir/relay" --from-file="$dir/console"
fi

if ! exists "$simulator" configmap shopkeeper-ca; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj "/CN=Shopkeeper, for trying out" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign \
		-keyout "$dir/ca.key" -out "$dir/ca.crt" 2>/dev/null
	for process in relay console; do
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=shopkeeper-$process" \
			-keyout "$dir/$process.key" -out "$dir/$process.csr" 2>/dev/null
		openssl x509 -req -in "$dir/$process.csr" -CA "$dir/ca.crt" -CAkey "$dir/ca.key" -CAcreateserial -days 365 -out "$dir/$process.crt" \
			-extfile <(printf 'basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:shopkeeper-%s.%s.svc,DNS:shopkeeper-%s.%s.svc.cluster.local,DNS:localhost,IP:127.0.0.1' \
				"$process" "$system" "$process" "$system") 2>/dev/null
		create "$system" "secret tls" "shopkeeper-$process-tls" --cert="$dir/$process.crt" --key="$dir/$process.key"
	done
	for namespace in "$system" "$simulator"; do
		create "$namespace" configmap shopkeeper-ca --from-file="$dir/ca.crt"
	done
fi
