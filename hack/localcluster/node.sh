#!/usr/bin/env bash
# node.sh is the first process of the cluster: it starts all the others and ends with
# the first of them that ends. It runs in namespaces of its own (network, mounts,
# processes): when it ends, the kernel ends the rest, and every mount is gone.
#
# The environment is that of localcluster.sh: state, assets, bin, node, address, cgroup.
set -euo pipefail
: "${state:?}" "${assets:?}" "${bin:?}" "${node:?}" "${address:?}" "${cgroup:?}"
pki=$state/pki
kubeconfig=$pki/admin.kubeconfig
socket=$state/containerd.sock

# The kubelet and containerd write to these places of the host, and the kubelet sets
# three settings of the kernel, panic on its list. They get copies.
instead() { mkdir -p "$1" "$state/instead$1" && mount --bind "$state/instead$1" "$1"; }
setting() {
	mkdir -p "$state/instead"
	echo "$2" >"$state/instead/$(basename "$1")"
	mount --bind "$state/instead/$(basename "$1")" "$1"
}
instead /var/log/containers
instead /var/lib/kubelet
instead /run/containerd
setting /proc/sys/kernel/panic 10
setting /proc/sys/kernel/panic_on_oops 1
setting /proc/sys/vm/overcommit_memory 1

start() { "$@" >"$state/logs/$(basename "$1").log" 2>&1 & }

until_true() {
	until "$@" >/dev/null 2>&1; do sleep 0.1; done
}

start "$assets/etcd" --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
	--listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380
start "$assets/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --advertise-address "$address" --secure-port 6443 \
	--tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" --client-ca-file "$pki/ca.crt" \
	--kubelet-client-certificate "$pki/apiserver-kubelet.crt" --kubelet-client-key "$pki/apiserver-kubelet.key" \
	--kubelet-certificate-authority "$pki/ca.crt" --kubelet-preferred-address-types InternalIP \
	--service-account-key-file "$pki/service-accounts.pub" --service-account-signing-key-file "$pki/service-accounts.key" \
	--service-account-issuer https://kubernetes.default.svc.cluster.local \
	--requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names front-proxy \
	--requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group --requestheader-extra-headers-prefix X-Remote-Extra- \
	--proxy-client-cert-file "$pki/front-proxy.crt" --proxy-client-key-file "$pki/front-proxy.key" \
	--service-cluster-ip-range 10.96.0.0/16 --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged
start /usr/bin/containerd --config "$state/containerd.toml"
until_true ctr -a "$socket" version
for image in "$bin"/*.tar; do
	ctr -a "$socket" -n k8s.io images import "$image" >>"$state/logs/images.log" 2>&1
done
until_true "$assets/kubectl" --kubeconfig "$kubeconfig" get --raw /readyz
start "$bin/kube-controller-manager" --kubeconfig "$kubeconfig" --authentication-kubeconfig "$kubeconfig" --authorization-kubeconfig "$kubeconfig" \
	--use-service-account-credentials --service-account-private-key-file "$pki/service-accounts.key" --root-ca-file "$pki/ca.crt" \
	--cluster-signing-cert-file "$pki/ca.crt" --cluster-signing-key-file "$pki/ca.key" --allocate-node-cidrs=false --leader-elect=false --bind-address 127.0.0.1
start "$bin/kube-scheduler" --kubeconfig "$kubeconfig" --authentication-kubeconfig "$kubeconfig" --authorization-kubeconfig "$kubeconfig" \
	--leader-elect=false --bind-address 127.0.0.1
start "$bin/kubelet" --config "$state/kubelet.yaml" --kubeconfig "$pki/kubelet.kubeconfig" --root-dir "$state/kubelet" \
	--hostname-override "$node" --node-ip "$address"
start "$bin/kube-proxy" --config "$state/kube-proxy.yaml"
until_true "$assets/kubectl" --kubeconfig "$kubeconfig" get node "$node" # or kube-router ends
start "$bin/kube-router" --kubeconfig "$kubeconfig" --hostname-override "$node" --run-firewall --run-router=false --run-service-proxy=false --enable-cni=false \
	--service-cluster-ip-range 10.96.0.0/16 --health-port 0
wait -n || true
echo "a process of the cluster ended: $(jobs -l | grep -v Running || true)" >"$state/logs/ended"
