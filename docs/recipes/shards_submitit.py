"""Shards through submitit (https://github.com/facebookincubator/submitit): a Slurm job array from Python.

Usage: python shards_submitit.py STUDY.toml OUT N [slurm|local]
"""
import os
import subprocess
import sys

import submitit

study, out, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
OHA = os.environ.get("OHA_HOST", "oha-host")


def shard(i: int) -> int:
    return subprocess.run([OHA, "run", study, "--shard", f"{i}/{n}", "--out", f"{out}.shards/{i}-of-{n}", "--jobs", "1", "--quiet"], check=True).returncode


if __name__ == "__main__":
    executor = submitit.AutoExecutor(folder=f"{out}.shards/submitit", cluster=sys.argv[4] if len(sys.argv) > 4 else None)
    # Shards are idempotent: a requeued or repeated job goes on with what is there.
    executor.update_parameters(timeout_min=60, cpus_per_task=1, slurm_array_parallelism=64)
    jobs = executor.map_array(shard, range(1, n + 1))
    for job in jobs:
        job.result()
    subprocess.run([OHA, "merge", *(f"{out}.shards/{i}-of-{n}" for i in range(1, n + 1)), "--out", out], check=True)
