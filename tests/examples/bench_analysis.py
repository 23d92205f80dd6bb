"""The work of bench_analysis.rs in SciPy, arch, rliable, NumPy and baycomp: ratios of processor time in one run.

    cargo build --release -p oha-tests --example bench_analysis
    python tests/examples/bench_analysis.py [target/release/examples/bench_analysis]

Threads of the Rust program and of NumPy are held to one. A library that is not installed is named and left out.
"""

import os
import subprocess
import sys
import time
import warnings

os.environ.update(RAYON_NUM_THREADS="1", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from scipy import stats

warnings.filterwarnings("ignore")
RNG = np.random.default_rng(1)


def least(work, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append((time.process_time() - start) * 1e3)
    return min(times)


def scipy_bca(n, statistic):
    x = RNG.normal(size=n)
    return lambda: stats.bootstrap((x,), statistic, n_resamples=10_000, method="BCa", vectorized=True, rng=np.random.default_rng(2))


def arch_percentile():
    from arch.bootstrap import IIDBootstrap

    x = RNG.normal(size=100)
    return lambda: IIDBootstrap(x, seed=1).conf_int(np.mean, 10_000, method="percentile")


def rliable_iqm():
    from rliable import library, metrics

    scores = {name: RNG.normal(size=(10, 30)) for name in "ab"}
    return lambda: library.get_interval_estimates(scores, lambda s: np.array([metrics.aggregate_iqm(s)]), reps=50_000)


def numpy_iqm():
    scores = [RNG.normal(size=(10, 30)) for _ in range(2)]

    def work():
        rng = np.random.default_rng(3)
        for score in scores:
            for _ in range(50):  # Chunks of 1000 resamples stay in the cache.
                index = rng.integers(0, 10, size=(1000, 10, 30))
                drawn = np.take_along_axis(score[None], index, axis=1).reshape(1000, 300)
                drawn = np.partition(drawn, (75, 224), axis=1)
                drawn[:, 75:225].mean(axis=1)

    return work


def baycomp_signed_rank():
    from baycomp import SignedRankTest

    x = RNG.normal(size=30)
    return lambda: SignedRankTest.probs(x, np.zeros(30), rope=0.1, nsamples=50_000)


def scipy_wilcoxon(values, **options):
    return lambda: stats.wilcoxon(values, **options)


TIED = np.array([1.0, 1, -1, 0, 2, 2, -2, 3, 3, 0, 4, -5, 5])
CASES = [
    ("bca-mean", "SciPy", lambda: scipy_bca(100, np.mean), 10),
    ("bca-paired-median", "SciPy", lambda: scipy_bca(30, np.median), 10),
    ("percentile-mean", "arch", arch_percentile, 20),
    ("stratified-iqm", "NumPy, vectorised by hand", numpy_iqm, 10),
    ("stratified-iqm", "rliable", rliable_iqm, 10),
    ("wilcoxon-exact-30", "SciPy", lambda: scipy_wilcoxon(RNG.normal(size=30), method="exact"), 1),
    ("wilcoxon-exact-ties-13", "SciPy, permutations", lambda: scipy_wilcoxon(TIED, method=stats.PermutationMethod()), 1),
    ("bayes-signed-rank", "baycomp", baycomp_signed_rank, 1),
]


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else "target/release/examples/bench_analysis"
    ours = dict(line.split("\t") for line in subprocess.run([program], check=True, capture_output=True, text=True).stdout.splitlines())
    print(f"{'work':24} {'against':26} {'ms here':>10} {'ms there':>10} {'ratio':>8} {'aim':>5}")
    for name, library, make, aim in CASES:
        try:
            work = make()
        except ImportError as error:
            print(f"{name:24} {library:26} left out: {error}")
            continue
        mine, theirs = float(ours[name]), least(work, 1 if library == "rliable" else 3)
        print(f"{name:24} {library:26} {mine:10.3f} {theirs:10.2f} {theirs / mine:8.1f} {aim:5}")


if __name__ == "__main__":
    main()
