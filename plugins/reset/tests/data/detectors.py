"""Writes detectors.json: alarms of River's detectors on a fixed stream; Kolmogorov-Smirnov tests of SciPy.

River resets a detector after an alarm; CUSUM, which River does not have, is restated from arXiv:1711.03539.
Run: python detectors.py > detectors.json   (river 0.26.1, scipy 1.17)
"""
import json
import random

import river
import scipy
from river import drift
from scipy import stats

rng = random.Random(11)
LEVELS = [(0.5, 0.1), (0.8, 0.1), (0.3, 0.1), (2.5, 0.3), (2.2, 0.3), (0.4, 0.05)]
stream = [round(rng.gauss(mean, sd), 6) for mean, sd in LEVELS for _ in range(500)]


def alarms(detector):
    found = []
    for i, x in enumerate(stream):
        detector.update(x)
        if detector.drift_detected:
            found.append(i)
    return found


def cusum(eps=0.1, h=8.0, first=50):
    found, head, up, down = [], [], 0.0, 0.0
    for i, x in enumerate(stream):
        if len(head) < first:
            head.append(x)
            continue
        mean = sum(head) / first
        up, down = max(0.0, up + x - mean - eps), max(0.0, down + mean - x - eps)
        if max(up, down) >= h:
            found.append(i)
            head, up, down = [], 0.0, 0.0
    return found


def windows():
    detector, out = drift.ADWIN(), []
    for i, x in enumerate(stream[:1000]):
        helper = detector._helper  # the wrapper would forget the window after an alarm
        helper.update(x)
        if (i + 1) % 100 == 0:
            out.append([helper.get_width(), helper.get_total(), helper.get_variance() / helper.get_width()])
    return out


a, b = stream[470:500], [x - 0.25 for x in stream[500:530]]
ks = []
for n in (5, 10, 30):
    for h in range(1, n + 1):
        # Samples whose statistic is h / n: the first sample precedes the second by h places.
        x, y = list(range(n)), [i + h - 0.5 for i in range(n)]
        result = stats.ks_2samp(x, y, method="exact")
        assert round(result.statistic * n) == h
        ks.append([n, h, result.pvalue])
print(json.dumps({
    "source": f"river {river.__version__}, scipy {scipy.__version__}",
    "stream": stream,
    "changes": [500.0, 1000.0, 1500.0, 2500.0],
    "page_hinkley": alarms(drift.PageHinkley()),
    "adwin": alarms(drift.ADWIN()),
    "adwin_windows": windows(),
    "kswin": alarms(drift.KSWIN(seed=1)),
    "cusum": cusum(),
    "ks": ks,
    "ks_a": a,
    "ks_b": b,
    "ks_statistic": [round(stats.ks_2samp(a, b).statistic * 30)],
}))
