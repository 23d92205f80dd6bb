"""Training steps a second of the same models in NumPy and JAX (`lax.scan` and a jitted call a step), beside this project's, on one core.

python tests/examples/bench_models.py target/release/examples/bench_models [MODEL ...]

Needs numpy, jax, scikit-learn. Every contestant trains in float32 with plain SGD, on the digits with batches of 32 rows or on text with the windows of
this project's defaults; none evaluates meanwhile.
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


def cross_entropy(logits, y):
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(logits), y[..., None], axis=-1))


def perceptron(theta, x):
    for l, (w, b) in enumerate(theta):
        x = x @ w + b
        x = jax.nn.relu(x) if l < len(theta) - 1 else x
    return x


def cnn(theta, x):
    *stages, hidden, last = theta
    x = x.reshape(-1, 8, 8, 1)
    for w, b in stages:
        x = jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")) + b
        x = jax.lax.reduce_window(jax.nn.relu(x), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return perceptron([hidden, last], x.reshape(len(x), -1))


def gru(theta, tokens):
    embedding, w_i, w_h, b_i, b_h, w_o, b_o = theta
    table = embedding @ w_i.T + b_i

    def unit(h, token):
        r_i, z_i, n_i = jnp.split(table[token], 3, axis=-1)
        r_h, z_h, n_h = jnp.split(h @ w_h.T + b_h, 3, axis=-1)
        r, z = jax.nn.sigmoid(r_i + r_h), jax.nn.sigmoid(z_i + z_h)
        n = jnp.tanh(n_i + r * n_h)
        h = (1 - z) * n + z * h
        return h, h

    states = jax.lax.scan(unit, jnp.zeros((len(tokens), w_h.shape[1])), tokens.T)[1]
    return jnp.swapaxes(states @ w_o.T + b_o, 0, 1)


def normalised(x, gain, bias):
    centred = x - x.mean(-1, keepdims=True)
    return gain * centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-5) + bias


def transformer(theta, tokens):
    token, place, blocks, (gain, bias) = theta
    n, length = tokens.shape
    x, heads = token[tokens] + place, 4
    hidden = jnp.where(jnp.tril(jnp.ones((length, length), bool)), 0.0, -jnp.inf)
    for g1, b1, w_qkv, b_qkv, w_o, b_o, g2, b2, w_1, b_1, w_2, b_2 in blocks:
        qkv = normalised(x, g1, b1) @ w_qkv.T + b_qkv
        q, k, v = (jnp.swapaxes(p.reshape(n, length, heads, -1), 1, 2) for p in jnp.split(qkv, 3, axis=-1))
        attention = jax.nn.softmax(q @ jnp.swapaxes(k, 2, 3) / q.shape[-1] ** 0.5 + hidden)
        x = x + jnp.swapaxes(attention @ v, 1, 2).reshape(x.shape) @ w_o.T + b_o
        x = x + jax.nn.gelu(normalised(x, g2, b2) @ w_1.T + b_1, approximate=True) @ w_2.T + b_2
    return normalised(x, gain, bias) @ token.T


def parameters(name):
    """Shapes as in this project; the values matter little for the time."""
    draws = np.random.default_rng(0)
    of = lambda *shape: (0.1 * draws.standard_normal(shape)).astype(np.float32)
    if name == "cnn":
        return [(of(3, 3, 1, 32), of(32)), (of(3, 3, 32, 64), of(64)), (of(256, 128), of(128)), (of(128, 10), of(10))]
    v, h = VOCABULARY, 64
    if name == "gru":
        e, h = GRU["embedding"], GRU["hidden"]
        return (of(v, e), of(3 * h, e), of(3 * h, h), of(3 * h), of(3 * h), of(v, h), of(v))
    block = lambda: (of(h), of(h), of(3 * h, h), of(3 * h), of(h, h), of(h), of(h), of(h), of(256, h), of(256), of(h, 256), of(h))
    return (of(v, h), of(32, h), [block(), block()], (of(h), of(h)))


def trainer(model):
    loss = lambda theta, x, y: cross_entropy(model(theta, x), y)

    def step(theta, batch):
        value, gradient = jax.value_and_grad(loss)(theta, *batch)
        return jax.tree.map(lambda p, g: p - RATE * g, theta, gradient), value

    return step


def epoch_orders(steps):
    draws = np.random.default_rng(1)
    orders = [draws.permutation(len(DATA))[: 44 * ROWS].reshape(44, ROWS) for _ in range(steps // 44 + 1)]
    return np.concatenate(orders)[:steps]


def batches(name, steps):
    """What a step looks up, and how: rows of the digits, or places in a text."""
    if name in ("gru", "transformer"):
        n, length = (GRU["batch_size"], GRU["length"]) if name == "gru" else (16, 32)
        text = jnp.asarray(np.random.default_rng(2).integers(0, VOCABULARY, 100_000, dtype=np.int32))
        starts = np.random.default_rng(1).integers(0, len(text) - length - 1, (steps, n))
        window = lambda i: text[i[:, None] + jnp.arange(length + 1)]
        return jnp.asarray(starts), lambda i: (window(i)[:, :-1], window(i)[:, 1:])
    data, labels = jnp.asarray(DATA), jnp.asarray(LABELS)
    return jnp.asarray(epoch_orders(steps)), lambda i: (data[i], labels[i])


def scan_steps(name, steps):
    order, look_up = batches(name, steps)
    step = trainer(MODELS[name])
    run = jax.jit(lambda theta: jax.lax.scan(lambda th, i: step(th, look_up(i)), theta, order))
    theta = weights(SHAPES[name]) if name in SHAPES else parameters(name)
    jax.block_until_ready(run(theta))
    start = time.perf_counter()
    jax.block_until_ready(run(theta))
    return steps / (time.perf_counter() - start)


def per_step_steps(name, steps):
    order, look_up = batches(name, steps)
    step = trainer(MODELS[name])
    run = jax.jit(lambda theta, i: step(theta, look_up(i)))
    theta = run(weights(SHAPES[name]) if name in SHAPES else parameters(name), order[0])[0]
    start = time.perf_counter()
    for t in range(steps):
        theta, _ = run(theta, order[t])
    jax.block_until_ready(theta)
    return steps / (time.perf_counter() - start)


MODELS = {"softmax": perceptron, "mlp": perceptron, "cnn": cnn, "gru": gru, "transformer": transformer}


ours = json.loads(subprocess.run([sys.argv[1]], check=True, capture_output=True).stdout)
GRU, VOCABULARY = ours["gru"], ours["vocabulary"]
print(json.dumps({k: v for k, v in ours.items() if k != "steps_per_second"}, indent=1))
print(f"{'steps a second':14} {'ours':>10} {'NumPy':>10} {'JAX scan':>10} {'JAX step':>10}   ours/NumPy  ours/scan")
for name in sys.argv[2:] or MODELS:
    steps = STEPS if name in SHAPES else STEPS // 20
    # The contestants take turns, so that a busy neighbour meets all of them.
    best = [0.0] * 4
    for _ in range(5):
        rates = [
            json.loads(subprocess.run([sys.argv[1], name], check=True, capture_output=True).stdout)["steps_per_second"][name],
            numpy_steps(SHAPES[name], steps) if name in SHAPES else float("nan"),
            scan_steps(name, steps),
            per_step_steps(name, steps),
        ]
        best = [max(a, b) if b == b else b for a, b in zip(best, rates)]
    print(f"{name:14} " + " ".join(f"{b:10.0f}" for b in best) + f"   {best[0] / best[1]:10.2f} {best[0] / best[2]:10.2f}")
