"""Writes schedules.json: 20 steps of each schedule with peak 0.5.

PyTorch's own schedulers where it has one; otherwise the published formula of Hugging Face Transformers' `optimization.py`, restated.
Run: python schedules.py > schedules.json   (torch 2.x)
"""
import json
import math
import warnings

import torch
from torch.optim import lr_scheduler as S

warnings.filterwarnings("ignore")
N, PEAK = 20, 0.5


def torch_series(make, key="lr"):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=PEAK, momentum=0.9)
    scheduler, out = make(optimizer), []
    for _ in range(N):
        out.append(float(optimizer.param_groups[0][key]))
        optimizer.step()
        scheduler.step()
    return out


def formula(factor):
    return [PEAK * factor(t) for t in range(N)]


def warm(t, w, rest):
    return t / w if t < w else rest(t)


def wsd(t, kind, w=4, d=6, m=0.1):
    if t < w:
        f = t / w
    elif t < N - d:
        f = 1.0
    else:
        u = (t - (N - d)) / d
        f = {"cosine": 0.5 * (1 + math.cos(math.pi * u)), "linear": 1 - u, "1-sqrt": 1 - math.sqrt(u)}[kind]
    return f * (1 - m) + m


def inverse_sqrt(t, w, scale):
    return warm(t, w, lambda t: 1 / math.sqrt((t + scale - w) / scale))


one = lambda **k: lambda o: S.OneCycleLR(o, max_lr=PEAK, total_steps=N, **k)
out = {
    "StepLR": torch_series(lambda o: S.StepLR(o, 3)),
    "ExponentialLR": torch_series(lambda o: S.ExponentialLR(o, 0.8)),
    "PolynomialLR": torch_series(lambda o: S.PolynomialLR(o, N, power=2.0)),
    "CosineAnnealingLR": torch_series(lambda o: S.CosineAnnealingLR(o, N, eta_min=0.01)),
    "CosineAnnealingWarmRestarts": torch_series(lambda o: S.CosineAnnealingWarmRestarts(o, 3, 2, 0.01)),
    "CosineAnnealingWarmRestarts_1": torch_series(lambda o: S.CosineAnnealingWarmRestarts(o, 5)),
    "OneCycleLR": torch_series(one()),
    "OneCycleLR_momentum": torch_series(one(), "momentum"),
    "OneCycleLR_three_phase": torch_series(one(three_phase=True, anneal_strategy="linear", pct_start=0.4)),
    "linear_with_warmup": formula(lambda t: warm(t, 4, lambda t: max(0.0, (N - t) / (N - 4)))),
    "cosine_with_warmup": formula(lambda t: warm(t, 4, lambda t: 0.5 * (1 + math.cos(math.pi * (t - 4) / (N - 4))))),
    "inverse_sqrt": formula(lambda t: inverse_sqrt(t, 4, 4)),
    "inverse_sqrt_10": formula(lambda t: inverse_sqrt(t, 4, 10)),
    **{f"wsd_{k}": formula(lambda t, k=k: wsd(t, k)) for k in ("cosine", "linear", "1-sqrt")},
    **{
        f"CyclicLR_{m}": torch_series(lambda o, m=m: S.CyclicLR(o, 0.05, PEAK, 3, mode=m, gamma=0.9, cycle_momentum=False))
        for m in ("triangular", "triangular2", "exp_range")
    },
}
out = {"source": f"schedules.py, torch {torch.__version__}", **out}
print("{" + ",\n".join(f"{json.dumps(name)}: {json.dumps(series)}" for name, series in out.items()) + "}")
