"""Losses of the first 100 steps of small models in PyTorch (float32), and what scikit-learn reaches on the digits: `models.json`.

Weights, inputs and labels come from the integer formulas below, which the test restates. Needs numpy, torch, scikit-learn.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

torch.set_num_threads(1)
STEPS, ROWS = 100, 32


def spread(n, a, b):
    """Numbers in [-0.5, 0.5), exact in float32 after one rounding."""
    return (((np.arange(n, dtype=np.int64) * a + b) % 1009) / 1009.0 - 0.5).astype(np.float32)


def batch(t, m, classes):
    x = 2 * spread(ROWS * m, 337, 71 * t).reshape(ROWS, m)
    # The class is the largest of the first inputs, so there is something to learn.
    return torch.tensor(x), torch.tensor(x[:, :classes].argmax(axis=1))


def perceptron(sizes, activation, rate, momentum, smoothing, squared=False):
    n = sum((m + 1) * k for m, k in zip(sizes, sizes[1:]))
    theta = torch.tensor(spread(n, 613, 29), requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=rate, momentum=momentum)
    f = {"relu": F.relu, "tanh": torch.tanh, "gelu": lambda z: F.gelu(z, approximate="tanh")}[activation]
    losses = []
    for t in range(STEPS):
        x, y = batch(t, sizes[0], sizes[-1])
        at, h = 0, x
        for l, (m, k) in enumerate(zip(sizes, sizes[1:])):
            h = h @ theta[at : at + m * k].view(m, k) + theta[at + m * k : at + (m + 1) * k]
            at += (m + 1) * k
            h = f(h) if l < len(sizes) - 2 else h
        loss = 0.5 * F.mse_loss(h[:, 0], x.sum(dim=1)) if squared else F.cross_entropy(h, y, label_smoothing=smoothing)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return dict(sizes=sizes, activation=activation, learning_rate=rate, momentum=momentum, label_smoothing=smoothing, squared=squared, losses=losses)


def digits():
    """Accuracy on every fifth digit after 20 passes of stochastic gradient descent over the others."""
    x, y = load_digits(return_X_y=True)
    x = x / 16.0
    held = np.arange(len(y)) % 5 == 4
    found = []
    for seed in range(5):
        model = MLPClassifier((128,), solver="sgd", learning_rate_init=0.05, momentum=0.9, nesterovs_momentum=False, alpha=0.0,
                              batch_size=32, max_iter=20, tol=0.0, n_iter_no_change=1000, random_state=seed)
        found.append(model.fit(x[~held], y[~held]).score(x[held], y[held]))
    return dict(epochs=20, learning_rate=0.05, momentum=0.9, batch_size=32, hidden=[128], accuracy=found)


out = dict(
    rows=ROWS,
    perceptrons=[
        perceptron([12, 10], "relu", 0.2, 0.9, 0.0),
        perceptron([16, 24, 10], "relu", 0.1, 0.0, 0.0),
        perceptron([16, 24, 12, 10], "tanh", 0.05, 0.9, 0.1),
        perceptron([16, 24, 10], "gelu", 0.1, 0.9, 0.0),
        perceptron([12, 1], "relu", 0.1, 0.0, 0.0, squared=True),
    ],
    digits=digits(),
)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
