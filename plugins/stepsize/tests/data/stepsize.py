"""Writes stepsize.json: learning rates of step-size rules on f(x, y) = (1 - x)^2 + 10 (y - x^2)^2 from (-1, 1), full gradients, plain descent.

DoG by its authors' package, ALI-G by pytorch-optimizer (which adds 1e-6 where the authors add 1e-5,
and sums in single precision: six steps, to 1e-5), the Polyak step and the Armijo search by Optax (25 steps of Polyak and 40 of AdGD: the game multiplies rounding); AdGD and L4 restated from the algorithms of the papers
(arXiv:1910.09529, algorithm 1 and its stochastic version with the same gradient as the batch; arXiv:1802.05074, with the gradient as direction).
Run: python stepsize.py > stepsize.json   (dog-optimizer 1.0.3, pytorch-optimizer 4.1.0, optax 0.2.8, torch 2.15, jax 0.10)
"""
import json
import math

import jax
import jax.numpy as jnp
import optax
import torch
from dog import DoG
from pytorch_optimizer import AliG

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)
N = 60


def f(p):
    return (1 - p[0]) ** 2 + 10 * (p[1] - p[0] ** 2) ** 2


def by_torch(make, rate, closure=False):
    p, out = torch.tensor([-1.0, 1.0], requires_grad=True), []
    optimizer = make([p])
    for _ in range(N):
        optimizer.zero_grad()
        loss = f(p)
        loss.backward()
        optimizer.step(lambda: loss) if closure else optimizer.step()
        out.append(float(rate(optimizer.param_groups[0])))
    return out


def by_optax(transform, rate):
    p, out = jnp.array([-1.0, 1.0]), []
    state = transform.init(p)
    for _ in range(N):
        value, g = jax.value_and_grad(f)(p)
        updates, state = transform.update(g, state, p, value=value, grad=g, value_fn=f)
        out.append(float(rate(updates, g, state)))
        p = optax.apply_updates(p, updates)
    return out


def restated(rule):
    p, out = [-1.0, 1.0], []
    for _ in range(N):
        d = p[1] - p[0] ** 2
        g = [-2 * (1 - p[0]) - 40 * p[0] * d, 20 * d]
        a = rule(f(p), g, p)
        out.append(a)
        p = [x - a * gi for x, gi in zip(p, g)]
    return out


def adgd(weight, safety, add, first):
    memory = {"a": first, "theta": math.inf}

    def rule(_, g, p):
        if "g" in memory:
            norm = lambda u, v: math.hypot(u[0] - v[0], u[1] - v[1])
            grown = math.sqrt(1 + weight * memory["theta"]) * memory["a"]
            a = min(grown, safety * norm(p, memory["p"]) / norm(g, memory["g"])) + add
            memory["theta"], memory["a"] = a / memory["a"], a
        memory["g"], memory["p"] = list(g), list(p)
        return memory["a"]

    return rule


def l4(fraction=0.15, gamma=0.9, gamma0=0.75, tau=1000.0, eps=1e-12):
    memory = {}

    def rule(loss, g, _):
        low = gamma0 * loss if "low" not in memory else min(memory["low"], loss)
        memory["low"] = (1 + 1 / tau) * low
        return fraction * (loss - gamma * low) / (g[0] ** 2 + g[1] ** 2 + eps)

    return rule


search = optax.chain(
    optax.sgd(1.0),
    optax.scale_by_backtracking_linesearch(
        max_backtracking_steps=100, slope_rtol=0.1, decrease_factor=0.9, increase_factor=2.0 ** 0.1, max_learning_rate=1.0
    ),
)
cases = [
    {"controller": "dog", "parameters": {"start": 1e-2}, "rates": by_torch(lambda p: DoG(p, reps_rel=1e-2), lambda g: g["eta"][0])},
    {"controller": "ali-g", "parameters": {"max": 1.0, "eps": 1e-6}, "tolerance": 1e-5,
     "rates": by_torch(lambda p: AliG(p, max_lr=1.0), lambda g: g["step_size"], True)[:6]},
    {"controller": "sps", "parameters": {"variant": "max", "c": 1.0, "max": 1.0, "eps": 1e-8},
     "rates": by_optax(optax.polyak_sgd(max_learning_rate=1.0, eps=1e-8), lambda u, g, s: -jnp.dot(u, g) / jnp.dot(g, g))[:25]},
    {"controller": "armijo", "parameters": {"initial": 1.0}, "rates": by_optax(search, lambda u, g, s: s[1].learning_rate)},
    {"controller": "adgd", "parameters": {}, "rates": restated(adgd(1.0, 0.5, 0.0, 1e-10))[:40]},
    {"controller": "adgd", "parameters": {"variant": "stochastic", "initial": 1e-3}, "rates": restated(adgd(0.02, 1.0, 1e-5, 1e-3))},
    {"controller": "l4", "parameters": {}, "rates": restated(l4())},
]
print(json.dumps({"cases": cases}))
