#!/usr/bin/env bash
# certificates.sh DIRECTORY NODE ADDRESS makes what a cluster of one node trusts: a CA,
# the certificates that it signs, the key of service accounts, and kubeconfigs for
# whoever runs beside the API server.
set -euo pipefail
cd "$1"
node=$2 address=$3

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

# certificate NAME SUBJECT USAGE [ALTERNATIVE NAMES]
certificate() {
	key "$1"
	openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
	printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=%s\n%s' "$3" "${4:+subjectAltName=$4$'\n'}" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -extfile "$1.ext" -out "$1.crt" 2>/dev/null
	rm "$1.csr" "$1.ext"
}

# kubeconfig NAME SERVER holds everything, so that the file alone is enough.
kubeconfig() {
	cat >"$1.kubeconfig" <<-EOF
		apiVersion: v1
		kind: Config
		clusters: [{name: localcluster, cluster: {server: "$2", certificate-authority-data: $(base64 -w0 ca.crt)}}]
		users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]
		contexts: [{name: localcluster, context: {cluster: localcluster, user: $1}}]
		current-context: localcluster
	EOF
}

key ca
openssl req -x509 -new -key ca.key -subj /CN=localcluster -days 365 -out ca.crt
names=kubernetes,kubernetes.default,kubernetes.default.svc,kubernetes.default.svc.cluster.local
certificate apiserver /CN=kube-apiserver serverAuth "DNS:localhost,DNS:${names//,/,DNS:},IP:127.0.0.1,IP:10.96.0.1,IP:$address"
certificate admin /O=system:masters/CN=admin clientAuth
certificate apiserver-kubelet /O=system:masters/CN=kube-apiserver clientAuth
certificate front-proxy /CN=front-proxy clientAuth
certificate kubelet "/O=system:nodes/CN=system:node:$node" clientAuth,serverAuth "DNS:$node,IP:$address"
openssl genrsa -out service-accounts.key 2048 2>/dev/null
openssl rsa -in service-accounts.key -pubout -out service-accounts.pub 2>/dev/null
kubeconfig admin "https://$address:6443"
kubeconfig kubelet "https://$address:6443"
