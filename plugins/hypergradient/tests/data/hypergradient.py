"""Writes hypergradient.json: learning rates of hypergradient descent on the Rosenbrock function, gradients by automatic differentiation.

Rules of Baydin et al. 2018 (arXiv:1703.04782). Run: python hypergradient.py > hypergradient.json   (torch 2.x)
"""
import json

import torch

torch.set_default_dtype(torch.float64)


def run(rule, beta, n=200, a=1e-4):
    p, previous, out = torch.tensor([-1.2, 1.0], requires_grad=True), torch.zeros(2), []
    for _ in range(n):
        loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
        (g,) = torch.autograd.grad(loss, p)
        h = torch.dot(g, previous)
        if rule == "additive":
            a = a + beta * h.item()
        elif previous.norm() > 0:
            a = a * (1 + beta * (h / (g.norm() * previous.norm())).item())
        out.append(a)
        p = (p - a * g).detach().requires_grad_()
        previous = g
    return out


print(json.dumps({"source": f"torch {torch.__version__}", "additive": run("additive", 1e-10), "multiplicative": run("multiplicative", 0.02)}))
