#!/usr/bin/env bash
# Kills `oha-host run` by SIGKILL at N random instants (default 100), each time followed by --resume, and compares the bytes with an undisturbed run.
# Usage: tests/scripts/kill-resume.sh [N] [PROGRAM] [STUDY.toml]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
n=${1:-100}
program=${2:-$root/target/debug/oha-host}
study=${3:-$root/tests/tests/it/cluster.toml}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$root"

start=$(date +%s%N)
"$program" run "$study" --out "$scratch/undisturbed" --quiet
span=$((($(date +%s%N) - start) / 1000))
echo "an undisturbed run takes $((span / 1000)) ms"

RANDOM=1
killed=0
began=0
while ((killed < n)); do
  "$program" run "$study" --out "$scratch/killed" --resume --quiet &
  pid=$!
  wait_us=$(((RANDOM * 32768 + RANDOM) % span))
  sleep "$(printf '%d.%06d' $((wait_us / 1000000)) $((wait_us % 1000000)))"
  if kill -KILL "$pid" 2>/dev/null; then killed=$((killed + 1)); fi
  wait "$pid" 2>/dev/null || true
  # Workers end with their supervisor.
  if pgrep -P "$pid" >/dev/null 2>&1; then echo "process $pid left children" >&2; exit 1; fi
  if [[ -e $scratch/killed/SHA256SUMS ]]; then
    diff -r "$scratch/undisturbed" "$scratch/killed"
    rm -rf "$scratch/killed"
    began=$((began + 1))
  fi
done
"$program" run "$study" --out "$scratch/killed" --resume --quiet
diff -r "$scratch/undisturbed" "$scratch/killed"
echo "$killed kills, $((began + 1)) studies completed: the same bytes as undisturbed"
