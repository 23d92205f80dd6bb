#!/usr/bin/env bash
# Shards under GNU parallel: on this machine, or on those of --sshlogin (with a shared folder).
# Usage: docs/recipes/parallel.sh STUDY.toml OUT N [parallel's own arguments]
set -euo pipefail
study=$1 out=$2 n=$3
shift 3
oha=${OHA_HOST:-oha-host}
# --retries runs a failed shard again; a shard that is complete ends at once, so the whole line may be repeated after anything.
seq "$n" | parallel "$@" --retries 3 --halt soon,fail=1 "$oha" run "$study" --shard "{}/$n" --out "$out.shards/{}-of-$n" --jobs 1 --quiet
"$oha" merge "$out".shards/*-of-"$n" --out "$out"
