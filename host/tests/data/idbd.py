"""IDBD and Autostep on a short linear regression, by the package `alberta-framework` 0.17.1 (PyPI, Apache-2.0). Writes idbd.json.

    pip download --no-deps --python-version 3.13 --only-binary=:all: alberta-framework==0.17.1
    python idbd.py alberta_framework-0.17.1-py3-none-any.whl

The package's own code computes every number; nothing of it is restated here. It asks for Python 3.13 and a tree of dependencies, of which its optimizers need
only JAX: so the two modules are read from the wheel, type annotations are stubbed, and class headers with type parameters are read as plain ones. All its state
is widened to double precision, so that no rounding of single precision is left. The package keeps a bias apart, which to the methods is the weight of an input that
is always 1: it comes last. It clips rates to at most 1 (Autostep) and e^2 (IDBD), which the papers do not; no rate comes near (asserted).
The example: six inputs that differ in size and a constant one, a target that flips the sign of two weights halfway.
"""
import dataclasses
import json
import math
import re
import sys
import types
import zipfile

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)


def load(wheel):
    """The modules `types` and `optimizers` of the package."""
    def dataclass(cls=None, **_):
        wrap = lambda c: dataclasses.dataclass(frozen=True)(c)
        return wrap if cls is None else wrap(cls)

    class Annotation:
        def __class_getitem__(cls, _):
            return cls

        def __or__(self, _):
            return self

    def module(name, **names):
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__dict__.update(names)
        return sys.modules[name]

    module("chex", dataclass=dataclass)
    module("jaxtyping", Float=Annotation, Int=Annotation, Bool=Annotation, PRNGKeyArray=object)
    module("alberta_framework")
    module("alberta_framework.core")
    module("alberta_framework.core.normalizers", AnyNormalizerState=object)
    for name in ("types", "optimizers"):
        path = f"alberta_framework/core/{name}.py"
        source = zipfile.ZipFile(wheel).read(path).decode()
        source = re.sub(r"^class (\w+)\[.*?\]\(ABC\):", r"class \1(ABC):", source, flags=re.M | re.S)
        source = re.sub(r"^class (\w+)\((\w+)\[\w+\]\):", r"class \1(\2):", source, flags=re.M)
        made = module(f"alberta_framework.core.{name}")
        exec(compile("from __future__ import annotations\n" + source, path, "exec"), made.__dict__)
    return sys.modules["alberta_framework.core.optimizers"]


N_STEPS, AT = 60, [1, 2, 3, 5, 10, 20, 30, 31, 40, 60]
SIZES = [1.5, 1.0, 0.75, 1.25, 0.5, 1.0]


def examples():
    """Inputs in sixteenths, exact in any precision, and targets; a linear congruential generator (Numerical Recipes)."""
    state, weights, out = 12345, [1.0, -1.0, 0.5, 0.0, 2.0, 0.0], []
    for t in range(N_STEPS):
        if t == N_STEPS // 2:
            weights[0], weights[1] = -weights[0], -weights[1]
        x = []
        for size in SIZES:
            state = (1664525 * state + 1013904223) % 2**32
            x.append(size * ((state >> 16) % 33 - 16) / 16)
        out.append((x, sum(w * xi for w, xi in zip(weights, x))))
    return out


def run(optimizer, first):
    state = optimizer.init(len(SIZES))
    wide = {f.name: jnp.asarray(getattr(state, f.name), jnp.float64) for f in dataclasses.fields(state)}
    if "log_step_sizes" in wide:
        wide["log_step_sizes"] = jnp.full(len(SIZES), math.log(first))
    wide["meta_step_size"] = jnp.asarray(optimizer.to_config()["meta_step_size"], jnp.float64)
    state, w, bias, seen = type(state)(**wide), jnp.zeros(len(SIZES)), jnp.asarray(0.0), []
    for x, y in examples():
        x = jnp.asarray(x)
        update = optimizer.update(state, jnp.asarray(y) - jnp.dot(w, x) - bias, x)
        assert 1e-6 < update.metrics["min_step_size"] and update.metrics["max_step_size"] < 0.99
        w, bias, state = w + update.weight_delta, bias + update.bias_delta, update.new_state
        assert 1e-5 < state.bias_step_size < 0.99
        seen.append([float(v) for v in w] + [float(bias)])
    return [seen[t - 1] for t in AT]


if __name__ == "__main__":
    o = load(sys.argv[1])
    cases = []
    for meta in (0.01, 0.1):
        cases.append({"kind": "idbd", "settings": {"first_rate": 0.125}, "first": meta,
                      "w": run(o.IDBD(initial_step_size=0.125, meta_step_size=meta), 0.125)})
    for meta, tau, first in ((0.01, 10000.0, 0.125), (0.05, 20.0, 0.25)):
        cases.append({"kind": "autostep", "settings": {"first_rate": first, "time_constant": tau}, "first": meta,
                      "w": run(o.Autostep(initial_step_size=first, meta_step_size=meta, tau=tau), first)})
    rows = [{"x": x + [1.0], "y": y} for x, y in examples()]
    json.dump({"at": AT, "examples": rows, "cases": cases}, open("idbd.json", "w"))
