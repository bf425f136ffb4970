"""Writes the golden trajectories beside this file: what PyTorch computes for the bench cases, for GoldenTests to compare with.

    python3 make_golden.py [CASE ...]        (needs numpy and PyTorch, as in Debian's python3-torch; takes a few seconds)

A file holds, for one case, the losses of the first steps with SGD and with Adam, and of every gradient tensor of the first step
its sum, sum of squares, largest magnitude and some elements. Names and shapes are those of our graphs, not PyTorch's.

Weights, batches and the places of the sampled elements come from `word`, an integer hash that GoldenNumbers.cs computes too: a real
number is offset + scale * k / 32768 with k a whole number in [-32768, 32768) and scale a power of two, hence exact in float32.

PyTorch computes in float64, so that the files do not depend on its kernels or on the machine; how far its float32 is from that is
printed, and is what tolerances are to be judged by. At a kink of Relu float32 may fall on the other side: a case where an input of an
nn.ReLU comes too near to zero in the first step is refused and wants another salt.

A new case is an entry of CASES here: the model and, per parameter of ours in the order of our graph, a `Tensor`. Its partner is a line
in GoldenNetworks.cs.
"""
import json
import math
import pathlib
import sys
from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch
import torch.nn as nn

STEPS = 20
BATCHES = 4
FEATURE_STREAM, TARGET_STREAM, SAMPLE_STREAM = 1000, 2000, 3000
NEAREST_KINK = 4e-6
OPTIMIZERS = {"sgd": (torch.optim.SGD, 0.05), "adam": (torch.optim.Adam, 1e-3)}


def mix(x):
    """A bijection of 32-bit words, on an array of uint64 that hold them."""
    mask = np.uint64(0xFFFFFFFF)
    x = np.asarray(x, np.uint64) & mask
    for shift, factor in ((16, 0x45D9F3B5), (15, 0x2C1B3C6D), (13, 0x297A2D39)):
        x = ((x ^ (x >> np.uint64(shift))) * np.uint64(factor)) & mask
    return x ^ (x >> np.uint64(16))


def word(salt, stream, count):
    """The first words of a stream."""
    return mix(mix(mix(salt) + np.uint64(stream)) + np.arange(count, dtype=np.uint64))


def real(salt, stream, shape, offset, scale):
    k = (word(salt, stream, int(np.prod(shape))) >> np.uint64(16)).astype(np.int64) - 32768
    return torch.from_numpy((offset + scale * (k / 32768.0)).reshape(shape))


def he(fan_in):
    """The power of two in [sqrt(2 / fan_in), 2 sqrt(2 / fan_in)): near sqrt(6 / fan_in), the bound of He's uniform distribution."""
    scale = 1.0
    while scale / 2 * scale / 2 * fan_in >= 2:
        scale /= 2
    return scale


@dataclass
class Tensor:
    """A parameter of ours. `parts` takes a model and a function of a PyTorch parameter (its data, or its gradient) and gives views of
    what that function returns: flattened one after another they are the parameter in our layout."""

    name: str
    shape: tuple
    scale: float
    parts: Callable
    offset: float = 0.0

    def write(self, model, values):
        views, start = self.parts(model, lambda p: p.data), 0
        values = values.reshape(-1)
        for view in views:
            view.copy_(values[start:start + view.numel()].reshape(view.shape))
            start += view.numel()
        assert start == values.numel(), self.name

    def gradient(self, model):
        return torch.cat([view.reshape(-1) for view in self.parts(model, lambda p: p.grad)])


@dataclass
class Case:
    input: tuple
    classes: int
    batch: int
    model: Callable
    tensors: list
    salt: int = 0
    samples: int = 64


def dense(name, inputs, units, module):
    """Our dense layer: the weight is [inputs, units], PyTorch's the transpose."""
    return [
        Tensor(f"{name}.weight", (inputs, units), he(inputs), lambda m, of: [of(module(m).weight).T]),
        Tensor(f"{name}.bias", (units,), 0.125, lambda m, of: [of(module(m).bias)]),
    ]


def mlp(batch, *units, salt=0):
    def model():
        layers = [m for i, o in zip(units, units[1:]) for m in (nn.Linear(i, o), nn.ReLU())]
        return nn.Sequential(*layers[:-1])

    tensors = [t for n, (i, o) in enumerate(zip(units, units[1:])) for t in dense(f"dense{n + 1}", i, o, lambda m, n=n: m[2 * n])]
    return Case((units[0],), units[-1], batch, model, tensors, salt)


class Lstm(nn.Module):
    def __init__(self, inputs, units, classes):
        super().__init__()
        self.lstm, self.out = nn.LSTM(inputs, units, batch_first=True), nn.Linear(units, classes)

    def forward(self, x):
        return self.out(self.lstm(x)[0][:, -1])


def lstm(batch, steps, inputs, units, classes):
    """PyTorch's gates are i, f, g, o; ours are ONNX's i, o, f, c, and the two biases lie one after the other."""
    def gates(*names):
        def parts(m, of):
            return [of(getattr(m.lstm, name))[k * units:(k + 1) * units] for name in names for k in (0, 3, 1, 2)]
        return parts

    tensors = [
        Tensor("lstm.weight", (1, 4 * units, inputs), he(inputs) / 4, gates("weight_ih_l0")),
        Tensor("lstm.recurrent_weight", (1, 4 * units, units), he(units) / 2, gates("weight_hh_l0")),
        Tensor("lstm.bias", (1, 8 * units), 0.125, gates("bias_ih_l0", "bias_hh_l0")),
        *dense("dense", units, classes, lambda m: m.out),
    ]
    return Case((steps, inputs), classes, batch, lambda: Lstm(inputs, units, classes), tensors)


CASES = {
    "lstm": lstm(64, 28, 28, 128, 10),
    "mlp": mlp(100, 784, 500, 500, 10),
    "mlp32": mlp(32, 784, 500, 500, 10),
    "tabular": mlp(32, 30, 64, 32, 2),
}


def build(case, dtype):
    model = case.model().to(dtype)
    with torch.no_grad():
        for i, t in enumerate(case.tensors):
            t.write(model, real(case.salt, i, t.shape, t.offset, t.scale).to(dtype))
    covered = sum(int(np.prod(t.shape)) for t in case.tensors)
    assert covered == sum(p.numel() for p in model.parameters()), "the tensors are not all of the model's parameters"
    return model


def batch(case, b, dtype):
    x = real(case.salt, FEATURE_STREAM + b, (case.batch, *case.input), 0.0, 1.0).to(dtype)
    return x, torch.from_numpy((word(case.salt, TARGET_STREAM + b, case.batch) % np.uint64(case.classes)).astype(np.int64))


def train(case, optimizer, dtype):
    model = build(case, dtype)
    kind, rate = OPTIMIZERS[optimizer]
    rule = kind(model.parameters(), lr=rate)
    losses, gradients, kinks = [], None, []
    relus = [m for m in model.modules() if isinstance(m, nn.ReLU)]
    hooks = [m.register_forward_pre_hook(lambda _, x: kinks.append(x[0].abs().min().item())) for m in relus]
    for step in range(STEPS):
        x, target = batch(case, step % BATCHES, dtype)
        rule.zero_grad()
        loss = nn.functional.cross_entropy(model(x), target)
        loss.backward()
        if gradients is None:
            gradients = [t.gradient(model).double().clone() for t in case.tensors]
            for hook in hooks:
                hook.remove()
        rule.step()
        losses.append(loss.item())
    return losses, gradients, min(kinks, default=float("inf"))


def sampled(case, index, gradient):
    size = gradient.numel()
    if size <= case.samples:
        return gradient
    at = (word(case.salt, SAMPLE_STREAM + index, case.samples) * np.uint64(size)) >> np.uint64(32)
    return gradient[torch.from_numpy(at.astype(np.int64))]


def digits(x, of=None):
    """A number without the digits that the order of float64's sums changes: ten of its own, or of a larger one's."""
    return float(f"{x:.10g}") if of is None else round(x, 10 - math.ceil(math.log10(of))) + 0.0


def make(name, case):
    runs = {o: train(case, o, torch.float64) for o in OPTIMIZERS}
    _, gradients, kink = runs["sgd"]
    if kink < NEAREST_KINK:
        raise SystemExit(f"{name}: an input of Relu is {kink:.1e}: give the case another salt")
    for o, (losses, _, _) in runs.items():
        single, g, _ = train(case, o, torch.float32)
        apart = [abs(a - b) / abs(b) for a, b in zip(single, losses)]
        worst = max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(g, gradients))
        print(f"{name:12} {o:5} loss {losses[0]:.4f} to {losses[-1]:.4f}; float32 apart by {max(apart[:5]):.1e} in 5 steps, "
              f"{max(apart):.1e} in {STEPS}, gradients by {worst:.1e}; nearest kink {kink:.1e}")
    return {
        "case": name,
        "torch": torch.__version__,
        "batch": case.batch,
        "batches": BATCHES,
        "input": list(case.input),
        "classes": case.classes,
        "salt": case.salt,
        "runs": [{"optimizer": o, "rate": OPTIMIZERS[o][1], "losses": [digits(v) for v in losses]} for o, (losses, _, _) in runs.items()],
        "tensors": [
            {
                "name": t.name, "shape": list(t.shape), "offset": t.offset, "scale": t.scale,
                "sum": round(g.sum().item(), 12) + 0.0, "sumOfSquares": digits(g.square().sum().item()), "maxAbs": digits(g.abs().max().item()),
                "samples": [digits(v, g.abs().max().item()) for v in sampled(case, i, g).tolist()],
            }
            for i, (t, g) in enumerate(zip(case.tensors, gradients))
        ],
    }


def text(record):
    """JSON with a line per member, run and tensor."""
    def member(value):
        if not isinstance(value, list) or not isinstance(value[0], dict):
            return json.dumps(value)
        return "[\n" + ",\n".join("    " + json.dumps(v) for v in value) + "\n  ]"

    return "{\n" + ",\n".join(f"  {json.dumps(k)}: {member(v)}" for k, v in record.items()) + "\n}\n"


if __name__ == "__main__":
    for name in sys.argv[1:] or CASES:
        path = pathlib.Path(__file__).with_name(name + ".json")
        path.write_text(text(make(name, CASES[name])), encoding="utf-8", newline="\n")
