"""Losses of the first 100 steps of small models in PyTorch (float32), and what scikit-learn reaches on the digits: `models.json`.

Weights, inputs and labels come from the integer formulas below, which the test restates. Needs numpy, torch, scikit-learn.
"""

import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
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


def convolution(image, channels, hidden, rows, rate, steps):
    """Inputs and weights are laid out with channels last, as the test has them; PyTorch's layout is a permutation of it."""
    h, w, c = image
    c1, c2 = channels
    flat = (h // 4) * (w // 4) * c2
    shapes = [(9 * c, c1), (c1,), (9 * c1, c2), (c2,), (flat, hidden), (hidden,), (hidden, 10), (10,)]
    n = sum(int(np.prod(s)) for s in shapes)
    theta = torch.tensor(spread(n, 613, 29) * np.float32(0.25), requires_grad=True)
    optimizer = torch.optim.SGD([theta], lr=rate)
    losses = []
    for t in range(steps):
        x = 2 * spread(rows * h * w * c, 337, 71 * t).reshape(rows, h * w * c)
        y = torch.tensor(x[:, :10].argmax(axis=1))
        z = torch.tensor(x).view(rows, h, w, c).permute(0, 3, 1, 2)
        at, parts = 0, []
        for s in shapes:
            size = int(np.prod(s))
            parts.append(theta[at : at + size].view(*s))
            at += size
        for k, source, to in ((0, c, c1), (2, c1, c2)):
            kernel = parts[k].view(3, 3, source, to).permute(3, 2, 0, 1)
            z = F.max_pool2d(F.relu(F.conv2d(z, kernel, parts[k + 1], padding=1)), 2)
        z = z.permute(0, 2, 3, 1).reshape(rows, flat)
        loss = F.cross_entropy(F.relu(z @ parts[4] + parts[5]) @ parts[6] + parts[7], y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return dict(image=image, channels=channels, hidden=hidden, rows=rows, learning_rate=rate, losses=losses)


def digits():
    """Accuracy on a random fifth after 20 passes of stochastic gradient descent over the others, for ten splits."""
    x, y = load_digits(return_X_y=True)
    found = []
    for seed in range(10):
        x0, x1, y0, y1 = train_test_split(x / 16.0, y, test_size=0.2, random_state=seed)
        model = MLPClassifier((128,), solver="sgd", learning_rate_init=0.05, momentum=0.9, nesterovs_momentum=False, alpha=0.0,
                              batch_size=32, max_iter=20, tol=0.0, n_iter_no_change=1000, random_state=seed)
        found.append(model.fit(x0, y0).score(x1, y1))
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
    convolutions=[convolution([8, 8, 1], [32, 64], 128, 8, 0.1, 30), convolution([6, 9, 2], [3, 5], 7, 5, 0.05, 30)],
    digits=digits(),
)
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
