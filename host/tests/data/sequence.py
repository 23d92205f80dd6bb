"""Losses of gradient descent of the sequence models in PyTorch, for `host/src/sim/model/sequence_tests.rs`.

    python3 sequence.py > sequence.json        (PyTorch 2.15; host/data holds the text)
"""

import gzip, json, pathlib, torch
import torch.nn.functional as F
from torch import nn

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"
texts = [gzip.decompress((DATA / f).read_bytes()) for f in ("hamlet.txt.gz", "hamlet-folio.txt.gz")]
vocabulary = sorted(set(texts[0]) | set(texts[1]))
code = {c: i for i, c in enumerate(vocabulary)}
train = torch.tensor([code[c] for c in texts[0]][: 9 * len(texts[0]) // 10])
V, T, B, RATE = len(vocabulary), 12, 4, 0.1
torch.set_num_threads(1)


class Gru(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.gru, self.output = nn.Embedding(V, 10), nn.GRU(10, 21, batch_first=True), nn.Linear(21, V)

    def forward(self, x):
        return self.output(self.gru(self.embedding(x))[0])


class Block(nn.Module):
    def __init__(self, d, h, f):
        super().__init__()
        self.h, self.norm1, self.qkv, self.out = h, nn.LayerNorm(d), nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.norm2, self.fc1, self.fc2 = nn.LayerNorm(d), nn.Linear(d, f), nn.Linear(f, d)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (y.view(b, t, self.h, -1).transpose(1, 2) for y in self.qkv(self.norm1(x)).split(d, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(b, t, d)
        x = x + self.out(y)
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x)), approximate="tanh"))


class Transformer(nn.Module):
    def __init__(self, tied, d=24, h=3, f=40, layers=2):
        super().__init__()
        self.token, self.place = nn.Embedding(V, d), nn.Embedding(T, d)
        self.blocks, self.norm = nn.ModuleList(Block(d, h, f) for _ in range(layers)), nn.LayerNorm(d)
        self.head = None if tied else nn.Linear(d, V, bias=False)

    def forward(self, x):
        y = self.token(x) + self.place(torch.arange(x.shape[1]))
        for block in self.blocks:
            y = block(y)
        y = self.norm(y)
        return y @ self.token.weight.T if self.head is None else self.head(y)


def losses(model):
    i = 0
    with torch.no_grad():
        for name, p in model.named_parameters():
            k = torch.arange(i, i + p.numel(), dtype=torch.int64)
            value = ((k * 7919 + 13) % 1009).float() / 1009.0 - 0.5
            p.copy_((value * 0.5 + (1.0 if "norm" in name and name.endswith("weight") else 0.0)).view_as(p))
            i += p.numel()
    optimizer, out = torch.optim.SGD(model.parameters(), RATE), []
    for t in range(100):
        starts = [(t * 9973 + b * 31337) % 150000 for b in range(B)]
        x = torch.stack([train[s : s + T] for s in starts])
        y = torch.stack([train[s + 1 : s + T + 1] for s in starts])
        loss = F.cross_entropy(model(x).reshape(-1, V), y.reshape(-1))
        out.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return out


print(json.dumps({"vocabulary": V, "rate": RATE, "gru": losses(Gru()), "tied": losses(Transformer(True)), "untied": losses(Transformer(False))}))
