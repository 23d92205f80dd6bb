"""Writes plateau.json with PyTorch's ReduceLROnPlateau. Run: python plateau.py > plateau.json"""
import json
import random

import torch

random.seed(3)
losses = [2.0 * 0.9**t + 0.3 * random.random() for t in range(60)] + [1.0 + 0.2 * random.random() for _ in range(60)]
cases = [
    {},
    {"patience": 3, "factor": 0.5, "cooldown": 2},
    {"patience": 2, "factor": 0.3, "threshold": 0.05, "min": 0.01},
    {"patience": 4, "factor": 0.5, "threshold": 0.1, "threshold_mode": "abs", "eps": 0.01},
]
out = []
for parameters in cases:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    keywords = {("min_lr" if k == "min" else k): v for k, v in parameters.items()}
    keywords.setdefault("min_lr", 1e-12)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **keywords)
    lr = []
    for loss in losses:
        optimizer.step()
        scheduler.step(loss)
        lr.append(optimizer.param_groups[0]["lr"])
    out.append({"parameters": parameters, "lr": lr})
print(json.dumps({"source": f"torch {torch.__version__}", "losses": losses, "cases": out}))
