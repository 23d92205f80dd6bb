#!/usr/bin/env bash
# Episodes of a cheap scenario in two sizes (default 10 000 and 1 000 000) through `run` and `analyze`: peak memory, seconds and bytes an episode.
# Usage: tests/scripts/soak.sh [SMALL] [LARGE] [PROGRAM] [COMMANDS]   (a release build: cargo build --release; COMMANDS: "run analyze")
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
small=${1:-10000}
large=${2:-1000000}
program=${3:-$root/target/release/oha-host}
commands=${4:-run analyze}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
n_controllers=10

study() {
  local seeds=$(($1 / n_controllers)) i
  printf 'name = "soak"\nseeds = %d\n[record]\nevery = 0\n[oracle]\nenabled = false\n' "$seeds"
  printf '[[scenarios]]\nname = "cheap"\ntask = { kind = "tracking", dimension = 1 }\nn_steps = 20\n'
  for ((i = 0; i < n_controllers; i++)); do
    printf '[[controllers]]\nspec = "schedules:constant"\nlabel = "c%d"\nconfig = { learning_rate = %s }\n' "$i" "0.$((i + 1))"
  done
}

# Prints seconds and peak memory in kB of a command, as its parent sees them.
measure() {
  python3 - "$@" <<'PY'
import os, resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(f"{time.monotonic() - start:.1f} {usage.ru_utime + usage.ru_stime:.1f} {usage.ru_maxrss}")
sys.exit(code)
PY
}

printf '%10s  %-8s %9s %9s %12s %14s %12s\n' episodes command 'wall s' 'CPU s' 'VmHWM kB' 'CPU us/episode' 'B/episode'
for n in "$small" "$large"; do
  study "$n" > "$scratch/study.toml"
  dir=$scratch/$n
  read -r wall cpu peak <<< "$(measure "$program" run "$scratch/study.toml" --out "$dir" --isolation thread --quiet)"
  bytes=$(du -sb "$dir" | cut -f1)
  report() { awk -v n="$n" -v what="$1" -v wall="$wall" -v cpu="$cpu" -v peak="$peak" -v bytes="$2" 'BEGIN { printf "%10d  %-8s %9.1f %9.1f %12d %14.2f %12.1f\n", n, what, wall, cpu, peak, 1e6 * cpu / n, bytes / n }'; }
  report run "$bytes"
  declare "run_$n=$peak"
  if [[ $commands == *analyze* ]]; then
    read -r wall cpu peak <<< "$(measure "$program" analyze "$dir" --quiet)"
    report analyze "$(($(du -sb "$dir" | cut -f1) - bytes))"
    declare "analyze_$n=$peak"
  fi
  rm -rf "$dir"
done
for what in $commands; do
  a="${what}_$small" b="${what}_$large"
  awk -v what="$what" -v a="${!a}" -v b="${!b}" 'BEGIN { r = b / a; printf "%s: %.2f times the memory%s\n", what, r, (r <= 1.5) ? "" : " (more than 1.5)"; exit !(r <= 1.5) }'
done
