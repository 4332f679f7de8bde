#!/usr/bin/env bash
# archive.sh NAME:TAG PROGRAM OUT.tar writes the image of one static program, as a
# docker archive. It runs as nobody in particular: whoever runs it says as whom.
set -euo pipefail
name=$1 program=$2 out=$3

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
cd "$staging"
mkdir root
install -m 755 "$program" "root/$(basename "$program")"
pack() { tar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 "$@"; }
sum() { sha256sum "$1" | cut -d' ' -f1; }
pack -C root -cf layer.tar .
cat >config.json <<EOF
{"architecture": "$(go env GOARCH)", "os": "linux", "config": {"Entrypoint": ["/$(basename "$program")"]},
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$(sum layer.tar)"]}}
EOF
config=$(sum config.json).json
mv config.json "$config"
echo "[{\"Config\": \"$config\", \"RepoTags\": [\"$name\"], \"Layers\": [\"layer.tar\"]}]" >manifest.json
pack -cf "$out" "$config" layer.tar manifest.json
