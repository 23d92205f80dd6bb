"""Training steps a second of the same models in NumPy and JAX (`lax.scan` and a jitted call a step), beside this project's, on one core.

python tests/examples/bench_models.py target/release/examples/bench_models

Needs numpy, jax, scikit-learn. Every contestant trains on the digits with batches of 32 rows, float32, plain SGD; none evaluates meanwhile.
"""

import json
import os
import subprocess
import sys
import time

core = sorted(os.sched_getaffinity(0))[-1]
os.sched_setaffinity(0, {core})
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.datasets import load_digits

ROWS, RATE, STEPS = 32, np.float32(0.01), 2000
DATA, LABELS = load_digits(return_X_y=True)
DATA = (DATA / 16.0).astype(np.float32)[:1437]
LABELS = LABELS[:1437]
SHAPES = {"softmax": [64, 10], "mlp": [64, 128, 10]}


def weights(sizes):
    draws = np.random.default_rng(0)
    return [((draws.standard_normal((m, k)) * (2.0 / m) ** 0.5).astype(np.float32), np.zeros(k, np.float32)) for m, k in zip(sizes, sizes[1:])]


def numpy_steps(sizes, steps):
    theta, draws = weights(sizes), np.random.default_rng(1)
    rows = np.arange(ROWS)
    start = time.perf_counter()
    for t in range(steps):
        if t % 44 == 0:
            order = draws.permutation(len(DATA))
        i = order[t % 44 * ROWS : (t % 44 + 1) * ROWS]
        values = [DATA[i]]
        for l, (w, b) in enumerate(theta):
            z = values[-1] @ w
            z += b
            values.append(np.maximum(z, 0, out=z) if l < len(theta) - 1 else z)
        d = values.pop()
        d -= d.max(axis=1, keepdims=True)
        np.exp(d, out=d)
        d /= d.sum(axis=1, keepdims=True)
        d[rows, LABELS[i]] -= 1
        d /= ROWS
        for l in reversed(range(len(theta))):
            w, b = theta[l]
            below = values.pop()
            dw, db = below.T @ d, d.sum(axis=0)
            if l > 0:
                d = d @ w.T
                d *= below > 0
            dw *= RATE
            w -= dw
            b -= RATE * db
    return steps / (time.perf_counter() - start)


def jax_loss(theta, x, y):
    for l, (w, b) in enumerate(theta):
        x = x @ w + b
        x = jax.nn.relu(x) if l < len(theta) - 1 else x
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(x), y[:, None], axis=1))


def jax_step(theta, batch):
    loss, gradient = jax.value_and_grad(jax_loss)(theta, *batch)
    return jax.tree.map(lambda p, g: p - RATE * g, theta, gradient), loss


def epoch_orders(steps):
    draws = np.random.default_rng(1)
    orders = [draws.permutation(len(DATA))[: 44 * ROWS].reshape(44, ROWS) for _ in range(steps // 44 + 1)]
    return np.concatenate(orders)[:steps]


def scan_steps(sizes, steps):
    data, labels, order = jnp.asarray(DATA), jnp.asarray(LABELS), jnp.asarray(epoch_orders(steps))
    run = jax.jit(lambda theta: jax.lax.scan(lambda th, i: jax_step(th, (data[i], labels[i])), theta, order))
    theta = weights(sizes)
    jax.block_until_ready(run(theta))
    start = time.perf_counter()
    jax.block_until_ready(run(theta))
    return steps / (time.perf_counter() - start)


def per_step_steps(sizes, steps):
    data, labels, order = jnp.asarray(DATA), jnp.asarray(LABELS), jnp.asarray(epoch_orders(steps))
    run = jax.jit(lambda theta, i: jax_step(theta, (data[i], labels[i])))
    theta = run(weights(sizes), order[0])[0]
    start = time.perf_counter()
    for t in range(steps):
        theta, _ = run(theta, order[t])
    jax.block_until_ready(theta)
    return steps / (time.perf_counter() - start)


ours = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout)
print(json.dumps({k: v for k, v in ours.items() if k != "steps_per_second"}, indent=1))
print(f"{'steps a second':12} {'ours':>10} {'NumPy':>10} {'JAX scan':>10} {'JAX step':>10}   ours/NumPy  ours/scan")
for name, sizes in SHAPES.items():
    mine = ours["steps_per_second"][name]
    others = [max(f(sizes, STEPS) for _ in range(5)) for f in (numpy_steps, scan_steps, per_step_steps)]
    print(f"{name:14} {mine:10.0f} " + " ".join(f"{o:10.0f}" for o in others) + f"   {mine / others[0]:10.2f} {mine / others[1]:10.2f}")
