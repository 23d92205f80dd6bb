"""Values of outside.json: effect sizes, profiles and bands from SciPy and NumPy, by other routes than the crate's.

    pip install numpy==2.4.6 scipy==1.17.1
    python outside.py > outside.json

The interval of the Hodges-Lehmann shift is found by testing shifts with SciPy's exact Wilcoxon test; Cliff's variance is summed over the whole dominance
matrix (Cliff 1996, as in R's effsize); profiles are SciPy's empirical distribution functions, those of targets with censored hitting times.
"""

import json

import numpy as np
from scipy import stats

rng = np.random.default_rng(20261125)


def shift():
    x, y = np.round(rng.normal(0.6, 1, 14), 3), np.round(rng.normal(0, 1, 14), 3)
    d = x - y
    walsh = np.sort([(d[i] + d[j]) / 2 for i in range(len(d)) for j in range(i, len(d))])
    middles = (walsh[1:] + walsh[:-1]) / 2
    kept = [stats.wilcoxon(d - mu, method="exact").pvalue > 0.05 for mu in middles]
    first, last = np.flatnonzero(kept)[[0, -1]]
    ranks = stats.rankdata(np.abs(d))
    biserial = (ranks[d > 0].sum() - ranks[d < 0].sum()) / ranks.sum()
    expected = {"shift": float(np.median(walsh)), "lower": float(walsh[first]), "upper": float(walsh[last + 1]), "rank_biserial": float(biserial)}
    return {"x": x.tolist(), "y": y.tolist(), "expected": expected}


def dominance():
    x, y = np.round(rng.normal(0.5, 1, 12), 1), np.round(rng.normal(0, 1.5, 9), 1)
    matrix = np.sign(x[:, None] - y[None, :])
    n, m = matrix.shape
    d = matrix.mean()
    rows, columns = ((matrix.mean(1) - d) ** 2).sum(), ((matrix.mean(0) - d) ** 2).sum()
    variance = (m**2 * rows + n**2 * columns - ((matrix - d) ** 2).sum()) / (n * m * (n - 1) * (m - 1))
    z = stats.norm.ppf(0.975)
    root = z * np.sqrt(variance) * np.sqrt((1 - d**2) ** 2 + z**2 * variance)
    ends = [(d - d**3 + sign * root) / (1 - d**2 + z**2 * variance) for sign in (-1, 1)]
    return {"x": x.tolist(), "y": y.tolist(), "expected": {"delta": float(d), "lower": float(ends[0]), "upper": float(ends[1])}}


def profile():
    costs = [np.round(rng.exponential(1, n), 3).tolist() for n in (6, 9, 4)]
    taus = [0.0, 0.25, costs[0][0], 1.0, 2.5, 9.0]
    fractions = np.mean([stats.ecdf(group).cdf.evaluate(taus) for group in costs], axis=0)
    return {"costs": costs, "taus": taus, "expected": fractions.tolist()}


def targets():
    curves = np.round(np.exp(-np.cumsum(rng.exponential(0.15, (5, 12)), axis=1) + rng.normal(0, 0.05, (5, 12))), 4)
    levels = [0.9, 0.6, 0.4, 0.25, 0.05]
    times, censored = [], []
    for curve in curves:
        for level in levels:
            hits = np.flatnonzero(curve <= level)
            times.append(float(hits[0]) if hits.size else 12.0)
            censored.append(not hits.size)
    reached = stats.ecdf(stats.CensoredData.right_censored(times, censored)).cdf.evaluate(np.arange(12))
    return {"curves": curves.tolist(), "targets": levels, "expected": reached.tolist()}


def bands():
    rows = np.round(rng.normal(0, 1, (6, 4)) + np.arange(4), 3)
    mean, error = rows.mean(0), stats.sem(rows, axis=0)
    lower, upper = stats.t.interval(0.9, 5, mean, error)
    return {"rows": rows.tolist(), "level": 0.9, "expected": {"centre": mean.tolist(), "lower": lower.tolist(), "upper": upper.tolist()}}


print(json.dumps({"shift": shift(), "dominance": dominance(), "profile": profile(), "targets": targets(), "bands": bands()}, indent=1))
