"""Shards through dask-jobqueue (https://jobqueue.dask.org): workers that Slurm starts take shards as they become free.

Usage: python shards_dask.py STUDY.toml OUT N WORKERS
"""
import os
import subprocess
import sys

from dask.distributed import Client, as_completed
from dask_jobqueue import SLURMCluster

study, out, n, n_workers = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
OHA = os.environ.get("OHA_HOST", "oha-host")


def shard(i: int) -> int:
    subprocess.run([OHA, "run", study, "--shard", f"{i}/{n}", "--out", f"{out}.shards/{i}-of-{n}", "--jobs", "1", "--quiet"], check=True)
    return i


if __name__ == "__main__":
    with SLURMCluster(cores=1, processes=1, memory="500MB", walltime="01:00:00") as cluster, Client(cluster) as client:
        cluster.scale(jobs=n_workers)
        # `retries`: a shard whose worker was lost is run by another one.
        for future in as_completed(client.map(shard, range(1, n + 1), retries=2, pure=False)):
            future.result()
    subprocess.run([OHA, "merge", *(f"{out}.shards/{i}-of-{n}" for i in range(1, n + 1)), "--out", out], check=True)
