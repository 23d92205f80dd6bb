"""First steps of every optimizer on a three-dimensional quadratic, from PyTorch and the authors' packages, in double precision.

torch 2.15, dadaptation 3.2, prodigyopt 1.1.2, schedulefree 1.4.1, mechanic-pytorch 0.0.1, parameterfree 0.0.1. Writes optimizers.json.
IDBD and Autostep, which need single examples, are in idbd.py.
The gradient at x is D (x - c) with D = diag(4, 1, 0.25), c = (1, -2, 0.5), from x = (0, 0, 3).
"""
import json
import torch
import dadaptation, parameterfree, prodigyopt
from mechanic_pytorch import mechanize
from schedulefree import SGDScheduleFreeReference

torch.set_default_dtype(torch.float64)
D, C, X0, N = torch.tensor([4.0, 1.0, 0.25]), torch.tensor([1.0, -2.0, 0.5]), [0.0, 0.0, 3.0], 40


def run(make, answer=False):
    x = torch.tensor(X0, requires_grad=True)
    opt = make([x])
    out = []
    for _ in range(N):
        if answer:
            opt.train()
        x.grad = (D * (x.detach() - C)).clone()
        opt.step()
        if answer:
            opt.eval()
        out.append(x.detach().tolist())
    return out


o = torch.optim
mechanic = lambda p: mechanize(o.SGD, store_delta=True)(p, lr=1.0)
cases = [
    ("sgd", {"momentum": 0.9, "weight_decay": 0.01}, 0.1, run(lambda p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01))),
    ("sgd", {"momentum": 0.9, "weight_decay": 0.01, "nesterov": True}, 0.1,
     run(lambda p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True))),
    ("rmsprop", {"alpha": 0.95, "momentum": 0.5, "weight_decay": 0.01}, 0.01,
     run(lambda p: o.RMSprop(p, lr=0.01, alpha=0.95, momentum=0.5, weight_decay=0.01))),
    ("adam", {"weight_decay": 0.01}, 0.1, run(lambda p: o.Adam(p, lr=0.1, weight_decay=0.01))),
    ("adamw", {"beta1": 0.8, "beta2": 0.99, "weight_decay": 0.1}, 0.1, run(lambda p: o.AdamW(p, lr=0.1, betas=(0.8, 0.99), weight_decay=0.1))),
    ("schedule-free", {"weight_decay": 0.01}, 0.2, run(lambda p: SGDScheduleFreeReference(p, lr=0.2, weight_decay=0.01), answer=True)),
    ("d-adaptation", {"weight_decay": 0.01}, 1.0, run(lambda p: dadaptation.DAdaptSGD(p, lr=1.0, weight_decay=0.01))),
    ("d-adaptation", {"momentum": 0.9, "growth_rate": 1.5}, 2.0, run(lambda p: dadaptation.DAdaptSGD(p, lr=2.0, momentum=0.9, growth_rate=1.5))),
    ("prodigy", {"weight_decay": 0.1}, 1.0, run(lambda p: prodigyopt.Prodigy(p, lr=1.0, weight_decay=0.1))),
    ("mechanic", {}, 1.0, run(mechanic)),
    ("cocob", {}, 100.0, run(lambda p: parameterfree.COCOB(p))),
]
rows = [{"kind": k, "settings": s, "first": f, "x": [x[i] for i in (0, 1, 2, 4, 9, 19, 39)]} for k, s, f, x in cases]
json.dump({"at": [1, 2, 3, 5, 10, 20, 40], "cases": rows}, open("optimizers.json", "w"))
