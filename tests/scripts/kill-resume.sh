#!/usr/bin/env bash
# Kills `oha-host run` by SIGKILL at N random instants (default 100), each time followed by --resume, and compares the bytes with an undisturbed run.
# Nothing may outlive a kill: the run is made with a copy of the program that nobody else has, by which orphans are found.
# Usage: tests/scripts/kill-resume.sh [N] [PROGRAM] [STUDY.toml]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
n=${1:-100}
program=${2:-$root/target/debug/oha-host}
study=${3:-$root/tests/scripts/kill-resume.toml}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$root"

cp "$program" "$scratch/oha-host"
for library in "$(dirname "$program")"/lib*.so; do ln -s "$library" "$scratch/"; done
program=$scratch/oha-host
running() { for exe in /proc/[0-9]*/exe; do [[ $(readlink "$exe" 2>/dev/null) == "$program"* ]] && echo "$exe" | cut -d/ -f3; done || true; }

start=$(date +%s%N)
"$program" run "$study" --out "$scratch/undisturbed" --quiet
span=$((($(date +%s%N) - start) / 1000))
echo "an undisturbed run takes $((span / 1000)) ms"

RANDOM=1
killed=0
completed=0
orphans_seen=0
parts_kept=0
check() {
  diff -r "$scratch/undisturbed" "$scratch/killed"
  completed=$((completed + 1))
  rm -rf "$scratch/killed" "$scratch/cache"
}
while ((killed < n)); do
  "$program" run "$study" --out "$scratch/killed" --oracle-cache "$scratch/cache" --resume --quiet 2>/dev/null &
  pid=$!
  wait_us=$(((RANDOM * 32768 + RANDOM) % span))
  sleep "$(printf '%d.%06d' $((wait_us / 1000000)) $((wait_us % 1000000)))"
  # Before the kill there must be something to orphan now and then, or the check below could not fail.
  if (($(running | wc -l) > 1)); then orphans_seen=$((orphans_seen + 1)); fi
  if kill -KILL "$pid" 2>/dev/null; then killed=$((killed + 1)); fi
  wait "$pid" 2>/dev/null || true
  for _ in $(seq 50); do
    left=$(running)
    [[ -z $left ]] && break
    sleep 0.1
  done
  if [[ -n $left ]]; then echo "processes $left outlived the run that was killed" >&2; exit 1; fi
  parts_kept=$((parts_kept + $({ find "$scratch/killed/parts" -name '*.sha256' 2>/dev/null || true; } | wc -l)))
  if [[ -e $scratch/killed/SHA256SUMS ]]; then
    "$program" run "$study" --out "$scratch/killed" --oracle-cache "$scratch/cache" --resume --quiet
    check
  fi
done
"$program" run "$study" --out "$scratch/killed" --oracle-cache "$scratch/cache" --resume --quiet
check
if ((orphans_seen == 0)); then echo "no kill met a worker process: the study is too short for this test" >&2; exit 1; fi
if ((parts_kept == 0)); then echo "no kill left a finished part: the study is too short for this test" >&2; exit 1; fi
echo "$killed kills ($orphans_seen of them with worker processes, $parts_kept finished parts taken over), $completed studies completed: the same bytes as undisturbed"
