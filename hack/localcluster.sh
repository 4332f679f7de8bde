#!/usr/bin/env bash
# A Kubernetes cluster of one real node on this machine, without Docker: etcd,
# kube-apiserver, kube-controller-manager, kube-scheduler, kubelet, kube-proxy,
# kube-router for network policies, and containerd, in namespaces of its own. Nothing
# routes out of it, and it reaches nothing but itself. Needs root, and Debian's containerd.
#
#   localcluster.sh up              starts it, and prints the path of its kubeconfig; refuses where it is up
#   localcluster.sh load IMAGE.tar  gives it an image, from a docker archive
#   localcluster.sh down            ends it and removes all that it left, also after a crash
#   localcluster.sh missing         prints the Debian packages that it needs and does not find
#
# Its binaries are built from Go modules and kept, as hack/control-plane.sh has it: about
# five minutes more, once. Where two are to run at a time, $LOCALCLUSTER is the number of
# one, from 1 (the default) to 250.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

number=${LOCALCLUSTER:-1}
node=localcluster-$number
network=shopkeeper-$number # its network namespace
cgroup=shopkeeper-$number
link=shopkeeper$number # this machine's end of the line to it
address=10.210.$number.1
root=${XDG_CACHE_HOME:-$HOME/.cache}/shopkeeper/localcluster
state=$root/$number
bin=''
assets='' # both are set by binaries

readonly ready_seconds=180 # on a busy machine; else about 15
readonly end_seconds=60
readonly volumes=8

log() { printf 'localcluster: %s\n' "$*" >&2; }
fail() {
	log "$@"
	exit 1
}

inside() { nsenter --net="/run/netns/$network" "$@"; }

require_root() {
	[ "$(uname -s)" = Linux ] || fail "a node needs Linux; elsewhere use kind: make kind-up"
	[ "$(id -u)" = 0 ] || fail "a node needs root: sudo -E $0 $1"
	if ! [[ "$number" =~ ^[0-9]+$ ]] || ((number < 1 || number > 250)); then
		fail "LOCALCLUSTER=$number: give a number from 1 to 250"
	fi
}

# alone has one process at a time make or end a cluster: descriptor 9 is the lock.
alone() {
	mkdir -p "$root/bin"
	exec 9>"$root/$number.lock"
	flock -w 10 9 || fail "another process is starting or ending it"
}

# missing_packages prints the Debian packages that a node needs and are not installed.
missing_packages() {
	local missing=()
	command -v containerd >/dev/null && command -v ctr >/dev/null || missing+=(containerd)
	command -v runc >/dev/null || missing+=(runc)
	[ -x /usr/lib/cni/bridge ] || missing+=(containernetworking-plugins)
	command -v nft >/dev/null || missing+=(nftables)
	command -v iptables >/dev/null || missing+=(iptables) # for the plugins and kube-router
	command -v ipset >/dev/null || missing+=(ipset)       # for kube-router
	command -v conntrack >/dev/null || missing+=(conntrack)
	command -v ip >/dev/null || missing+=(iproute2)
	command -v sysctl >/dev/null || missing+=(procps)
	command -v openssl >/dev/null || missing+=(openssl)
	echo "${missing[*]}"
}

require_packages() {
	local missing
	missing=$(missing_packages)
	[ -z "$missing" ] || fail "install what is missing: apt-get install --no-install-recommends $missing"
}

# binaries makes what is not there yet, and sets assets and bin.
binaries() {
	assets=$("$repo/hack/control-plane.sh")
	# Anew whenever a pin changes.
	bin=$root/bin/$(cat "$repo"/hack/kubebin/go.mod "$repo"/hack/localcluster/{coredns/go.mod,coredns/main.go,kube-router/go.mod,pause/main.go,archive.sh} | sha256sum | cut -c1-16)
	exec 8>"$root/bin/lock"
	flock 8 # those of other numbers build the same
	if [ ! -d "$bin" ]; then build; fi
	exec 8>&-
}

build() {
	command -v go >/dev/null || fail "Go is needed to build the node: https://go.dev/dl"
	local staging name
	rm -rf "$root"/bin/staging.* # of builds that were killed
	staging=$(mktemp -d "$root/bin/staging.XXXXXX")
	trap 'rm -rf "'"$staging"'"' EXIT
	local commands=()
	for name in kube-controller-manager kube-scheduler kubelet kube-proxy; do commands+=("k8s.io/kubernetes/cmd/$name"); done
	"$repo/hack/kubebin/build.sh" "$staging" "${commands[@]}"
	export GOTOOLCHAIN=auto GOWORK=off CGO_ENABLED=0
	log "building what enforces network policies"
	go -C "$repo/hack/localcluster/kube-router" build -mod=readonly -buildvcs=false -trimpath -ldflags "-s -w" -o "$staging/" github.com/cloudnativelabs/kube-router/v2/cmd/kube-router
	log "building the images of the cluster's own pods"
	go -C "$repo/hack/localcluster/coredns" build -mod=readonly -buildvcs=false -trimpath -ldflags "-s -w" -o "$staging/" .
	go -C "$repo" build -buildvcs=false -trimpath -ldflags "-s -w" -o "$staging/" ./hack/localcluster/pause
	for name in pause coredns; do
		"$repo/hack/localcluster/archive.sh" "localhost/$name:localcluster" "$staging/$name" "$staging/$name.tar"
		rm "$staging/$name"
	done
	rm -rf "$bin"
	mv "$staging" "$bin"
}

# lines makes the network: a line to this machine, and no way out.
lines() {
	ip netns add "$network"
	ip link add "$link" type veth peer name eth0 netns "$network"
	ip addr add "10.210.$number.254/24" dev "$link"
	ip link set "$link" up
	inside ip link set lo up
	inside ip addr add "$address/24" dev eth0
	inside ip link set eth0 up
	# Services have no device; without a route, nobody would ask for them.
	inside ip route add 10.96.0.0/16 dev eth0
	inside sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.route_localnet=1
	[ ! -e /proc/sys/net/bridge ] || inside sysctl -qw net.bridge.bridge-nf-call-iptables=1
}

# limits makes the groups that hold all pods: one on version 2, one a controller on
# version 1.
limits() {
	if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
		mkdir "/sys/fs/cgroup/$cgroup"
		return
	fi
	local controller file
	for controller in cpu cpuacct cpuset memory devices freezer blkio pids systemd; do
		[ ! -d "/sys/fs/cgroup/$controller" ] || mkdir "/sys/fs/cgroup/$controller/$cgroup"
	done
	# A new group of these has none, and takes nobody.
	for file in cpuset.cpus cpuset.mems; do
		cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$cgroup/$file"
	done
}

configure() {
	mkdir -p "$state"/{pki,logs,net.d} "$state/pods"
	"$repo/hack/localcluster/certificates.sh" "$state/pki" "$node" "$address"
	cat >"$state/net.d/10-bridge.conflist" <<-EOF
		{"cniVersion": "1.0.0", "name": "localcluster", "plugins": [
		  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
		   "ipam": {"type": "host-local", "dataDir": "$state/addresses", "ranges": [[{"subnet": "10.244.0.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
		  {"type": "portmap", "capabilities": {"portMappings": true}}]}
	EOF
	# Some machines, containers among them, may neither lower an OOM score nor have a
	# controller of huge pages.
	cat >"$state/containerd.toml" <<-EOF
		version = 2
		root = "$state/containerd/root"
		state = "$state/containerd/state"
		disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
		[grpc]
		  address = "$state/containerd.sock"
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "localhost/pause:localcluster"
		  restrict_oom_score_adj = true
		  tolerate_missing_hugetlb_controller = true
		  disable_apparmor = true
		  netns_mounts_under_state_dir = true
		[plugins."io.containerd.grpc.v1.cri".cni]
		  bin_dir = "/usr/lib/cni"
		  conf_dir = "$state/net.d"
		[plugins."io.containerd.internal.v1.opt"]
		  path = "$state/containerd/opt"
	EOF
	cat >"$state/kubelet.yaml" <<-EOF
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: "$state/pki/ca.crt"}}
		authorization: {mode: Webhook}
		tlsCertFile: "$state/pki/kubelet.crt"
		tlsPrivateKeyFile: "$state/pki/kubelet.key"
		cgroupDriver: cgroupfs
		cgroupRoot: "/$cgroup"
		failCgroupV1: false
		failSwapOn: false
		oomScoreAdj: 0
		containerRuntimeEndpoint: "unix://$state/containerd.sock"
		# How long a changed Secret takes to reach a pod; a minute by default.
		syncFrequency: 5s
		clusterDNS: [10.96.0.10]
		clusterDomain: cluster.local
		resolvConf: ""
		podLogsDir: "$state/pods"
		volumePluginDir: "$state/volume-plugins"
		enforceNodeAllocatable: [pods]
		# No image can be fetched again.
		imageGCHighThresholdPercent: 100
		evictionHard: {nodefs.available: "1%", imagefs.available: "1%", memory.available: 100Mi}
	EOF
	cat >"$state/kube-proxy.yaml" <<-EOF
		apiVersion: kubeproxy.config.k8s.io/v1alpha1
		kind: KubeProxyConfiguration
		clientConnection: {kubeconfig: "$state/pki/admin.kubeconfig"}
		hostnameOverride: "$node"
		mode: nftables
		clusterCIDR: 10.244.0.0/16
		oomScoreAdj: 0
		conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
	EOF
}

# volumes_yaml prints the volumes that claims are bound to: directories that anybody may
# write to, as the pods of this cluster are all of one trust.
volumes_yaml() {
	local n
	mkdir "$state/volumes"
	for n in $(seq "$volumes"); do
		mkdir -m 777 "$state/volumes/$n"
		cat <<-EOF
			---
			apiVersion: v1
			kind: PersistentVolume
			metadata: {name: volume-$n}
			spec:
			  storageClassName: standard
			  capacity: {storage: 10Gi}
			  accessModes: [ReadWriteOnce]
			  hostPath: {path: "$state/volumes/$n", type: Directory}
		EOF
	done
}

kubectl() { "$assets/kubectl" --kubeconfig "$state/pki/admin.kubeconfig" "$@"; }

# until_ready COMMAND... waits until the command succeeds.
until_ready() {
	local until=$((SECONDS + ready_seconds))
	until "$@" >/dev/null 2>&1; do
		if [ -e "$state/logs/ended" ] || ((SECONDS > until)); then
			cat "$state/logs/ended" 2>/dev/null >&2 || true
			tail -n 5 "$state"/logs/*.log >&2
			rm -rf "$root/failed-$number"
			cp -r "$state/logs" "$root/failed-$number"
			fail "not ready after $SECONDS seconds: $*. See $root/failed-$number"
		fi
		sleep 0.2
	done
}

up() {
	require_root up
	require_packages
	alone
	[ -z "$(processes)" ] || fail "it is up: localcluster.sh down ends it"
	binaries
	trap down EXIT # what does not come up leaves nothing
	trap 'exit 143' TERM HUP
	trap 'exit 130' INT
	down # what a crash left
	lines
	limits
	configure
	export state assets bin node address cgroup
	setsid nice nsenter --net="/run/netns/$network" unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
		"$repo/hack/localcluster/node.sh" >"$state/logs/node.log" 2>&1 </dev/null 9>&- &
	until_ready kubectl get --raw /readyz
	log "API server ready in $SECONDS seconds"
	kubectl apply -f "$repo/hack/localcluster/addons.yaml" >/dev/null
	volumes_yaml | kubectl apply -f - >/dev/null
	until_ready kubectl wait --for condition=Ready "node/$node" --timeout 1s
	until_ready kubectl wait --for condition=Available deployment/coredns -n kube-system --timeout 1s
	log "node ready in $SECONDS seconds"
	trap - EXIT
	echo "$state/pki/admin.kubeconfig"
}

load() {
	local image
	[ $# -gt 0 ] || fail "which image? localcluster.sh load IMAGE.tar"
	[ -S "$state/containerd.sock" ] || fail "it is not up: localcluster.sh up"
	for image; do
		ctr -a "$state/containerd.sock" -n k8s.io images import "$image" >&2
	done
}

# processes prints the numbers of those that run in the cluster's network.
processes() { [ ! -e "/run/netns/$network" ] || ip netns pids "$network"; }

# down ends what runs in the cluster's network: its first process is among that, and
# takes all others and all mounts along.
down() {
	local directory until=$((SECONDS + end_seconds))
	processes | xargs -r kill -9 2>/dev/null || true
	while [ -n "$(processes)" ]; do pause "these do not end: $(processes | xargs)"; done
	for directory in /sys/fs/cgroup/"$cgroup" /sys/fs/cgroup/*/"$cgroup"; do
		# The last to be killed may take a moment.
		while [ -d "$directory" ] && ! find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null; do pause "somebody is in $directory"; done
	done
	ip link del "$link" 2>/dev/null || true
	[ ! -e "/run/netns/$network" ] || ip netns del "$network"
	rm -rf "$state"
}

# pause waits a moment, within down's time.
pause() {
	((SECONDS < until)) || fail "$1"
	sleep 0.1
}

case "${1:-}" in
up) up ;;
load)
	shift
	load "$@"
	;;
down)
	require_root down
	alone
	down
	;;
missing) missing_packages ;;
*) fail "say up, load IMAGE.tar, down or missing" ;;
esac
