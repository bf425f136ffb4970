"""Writes the golden trajectories beside this file: what PyTorch computes for the bench cases, for GoldenTests to compare with.

    python3 make_golden.py [CASE ...]        (needs numpy and PyTorch, as in Debian's python3-torch; takes half a minute)

A file holds, for one case, the losses of the first steps with SGD and with Adam, and of every gradient tensor of the first step
its sum, sum of squares, largest magnitude and some elements. Names and shapes are those of our graphs, not PyTorch's.

Weights, batches and the places of the sampled elements come from `word`, an integer hash that GoldenNumbers.cs computes too: a real
number is offset + scale * k / 32768 with k a whole number in [-32768, 32768) and scale a power of two, hence exact in float32.

PyTorch computes in float64, so that the files do not depend on its kernels or on the machine; how far its float32 is from that is
printed, and is what tolerances are to be judged by. At a kink of Relu, or a tie in a window of a pool, float32 may fall on the other side: a
case where an input of an nn.ReLU or nn.MaxPool2d comes too near to one in the first step is refused and wants another salt.

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
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}


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
    rates: tuple = (0.05, 1e-3)
    tolerance: float = 1e-4

    def rate(self, optimizer):
        return self.rates[list(OPTIMIZERS).index(optimizer)]


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


def conv(name, inputs, filters, module, size=3):
    """A convolution's weight, [filters, inputs, size, size] on both sides."""
    return Tensor(f"{name}.weight", (filters, inputs, size, size), he(inputs * size * size), lambda m, of: [of(module(m).weight)])


def norm(name, width, module):
    """The scale, around 1, and the bias of a normalisation."""
    return [
        Tensor(f"{name}.scale", (width,), 0.25, lambda m, of: [of(module(m).weight)], offset=1.0),
        Tensor(f"{name}.bias", (width,), 0.125, lambda m, of: [of(module(m).bias)]),
    ]


def cnn(batch, salt=0):
    def model():
        stages = [m for i, o in ((1, 32), (32, 64)) for m in (nn.Conv2d(i, o, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))]
        return nn.Sequential(*stages, nn.Flatten(), nn.Linear(64 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10))

    tensors = []
    for n, (i, o) in enumerate(((1, 32), (32, 64))):
        tensors.append(conv(f"conv{n + 1}", i, o, lambda m, n=n: m[3 * n]))
        tensors.append(Tensor(f"conv{n + 1}.bias", (o,), 0.125, lambda m, of, n=n: [of(m[3 * n].bias)]))
    tensors += dense("dense1", 64 * 7 * 7, 128, lambda m: m[7]) + dense("dense2", 128, 10, lambda m: m[9])
    return Case((1, 28, 28), 10, batch, model, tensors, salt, samples=32)


class Residual(nn.Module):
    """relu(norm(conv(relu(norm(conv(x))))) + x), where x passes a convolution of window 1 and a norm if the block changes its shape."""

    def __init__(self, inputs, filters, stride):
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(inputs, filters, 3, stride, 1, bias=False), nn.BatchNorm2d(filters), nn.ReLU(),
            nn.Conv2d(filters, filters, 3, 1, 1, bias=False), nn.BatchNorm2d(filters))
        around = [] if stride == 1 else [nn.Conv2d(inputs, filters, 1, stride, bias=False), nn.BatchNorm2d(filters)]
        self.around, self.relu = nn.Sequential(*around), nn.ReLU()

    def forward(self, x):
        return self.relu(self.block(x) + self.around(x))


def resnet20(batch, salt=0):
    plan = [(16, 16, 1)] * 3 + [(16, 32, 2)] + [(32, 32, 1)] * 2 + [(32, 64, 2)] + [(64, 64, 1)] * 2

    def model():
        return nn.Sequential(
            nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), *(Residual(*p) for p in plan),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))

    tensors = [conv("conv0", 3, 16, lambda m: m[0]), *norm("norm0", 16, lambda m: m[1])]
    for n, (i, o, stride) in enumerate(plan):
        name = f"block{n + 1}"
        tensors += [conv(f"{name}.conv1", i, o, lambda m, n=n: m[3 + n].block[0]), *norm(f"{name}.norm1", o, lambda m, n=n: m[3 + n].block[1])]
        tensors += [conv(f"{name}.conv2", o, o, lambda m, n=n: m[3 + n].block[3]), *norm(f"{name}.norm2", o, lambda m, n=n: m[3 + n].block[4])]
        if stride > 1:
            tensors += [conv(f"{name}.conv", i, o, lambda m, n=n: m[3 + n].around[0], 1), *norm(f"{name}.norm", o, lambda m, n=n: m[3 + n].around[1])]
    tensors += dense("dense", 64, 10, lambda m: m[14])
    # Of so many Relus some input crosses zero in every step, and the side that float32 sees moves the losses that follow; in double none does.
    return Case((3, 32, 32), 10, batch, model, tensors, salt, samples=16, rates=(4e-3, 5e-5), tolerance=1e-2)


class Encoder(nn.Module):
    """A dense layer at every time, blocks of a transformer that normalise first, the mean over time, a dense layer."""

    def __init__(self, inputs, width, heads, hidden, blocks, classes):
        super().__init__()
        self.embedding, self.dense = nn.Linear(inputs, width), nn.Linear(width, classes)
        self.blocks = nn.Sequential(*(
            nn.TransformerEncoderLayer(width, heads, hidden, 0.0, activation=nn.ReLU(), batch_first=True, norm_first=True) for _ in range(blocks)))

    def forward(self, x):
        return self.dense(self.blocks(self.embedding(x)).mean(1))


def transformer(batch, salt=0):
    tensors = dense("embedding", 28, 64, lambda m: m.embedding)
    for n in range(2):
        name = f"encoder{n + 1}"
        tensors += norm(f"{name}.norm1", 64, lambda m, n=n: m.blocks[n].norm1)
        tensors += [
            Tensor(f"{name}.attention.in.weight", (64, 192), he(64), lambda m, of, n=n: [of(m.blocks[n].self_attn.in_proj_weight).T]),
            Tensor(f"{name}.attention.in.bias", (192,), 0.125, lambda m, of, n=n: [of(m.blocks[n].self_attn.in_proj_bias)]),
        ]
        tensors += dense(f"{name}.attention.out", 64, 64, lambda m, n=n: m.blocks[n].self_attn.out_proj)
        tensors += norm(f"{name}.norm2", 64, lambda m, n=n: m.blocks[n].norm2)
        tensors += dense(f"{name}.dense1", 64, 128, lambda m, n=n: m.blocks[n].linear1)
        tensors += dense(f"{name}.dense2", 128, 64, lambda m, n=n: m.blocks[n].linear2)
    tensors += dense("dense", 64, 10, lambda m: m.dense)
    return Case((28, 28), 10, batch, lambda: Encoder(28, 64, 4, 128, 2, 10), tensors, salt, samples=32)


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
    "cnn": cnn(8, salt=30),
    "lstm": lstm(64, 28, 28, 128, 10),
    "mlp": mlp(100, 784, 500, 500, 10),
    "mlp32": mlp(32, 784, 500, 500, 10),
    "resnet20": resnet20(4, salt=20),
    "tabular": mlp(32, 30, 64, 32, 2),
    "transformer": transformer(16, salt=34),
}


def kink(module, x):
    """How near an input comes to where the gradient jumps: to zero for Relu, to a tie of a window's largest, which Relu let pass, for a pool."""
    if isinstance(module, nn.ReLU):
        return x.abs().min().item()
    size = module.kernel_size
    windows = x.unfold(2, size, size).unfold(3, size, size).flatten(4)
    first, second = windows.topk(2).values.unbind(-1)
    return (first - second)[first > 0].min().item()


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
    rule = OPTIMIZERS[optimizer](model.parameters(), lr=case.rate(optimizer))
    losses, gradients, kinks = [], None, []
    bent = [m for m in model.modules() if isinstance(m, (nn.ReLU, nn.MaxPool2d))]
    hooks = [m.register_forward_pre_hook(lambda m, x: kinks.append(kink(m, x[0]))) for m in bent]
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
    _, gradients, nearest = runs["sgd"]
    if nearest < NEAREST_KINK:
        raise SystemExit(f"{name}: an input is {nearest:.1e} from a kink: give the case another salt")
    for o, (losses, _, _) in runs.items():
        single, g, _ = train(case, o, torch.float32)
        apart = [abs(a - b) / abs(b) for a, b in zip(single, losses)]
        worst = max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(g, gradients))
        print(f"{name:12} {o:5} loss {losses[0]:.4f} to {losses[-1]:.4f}; float32 apart by {max(apart[:5]):.1e} in 5 steps, "
              f"{max(apart):.1e} in {STEPS}, gradients by {worst:.1e}; nearest kink {nearest:.1e}")
    return {
        "case": name,
        "torch": torch.__version__,
        "batch": case.batch,
        "batches": BATCHES,
        "input": list(case.input),
        "classes": case.classes,
        "salt": case.salt,
        "tolerance": case.tolerance,
        "runs": [{"optimizer": o, "rate": case.rate(o), "losses": [digits(v) for v in losses]} for o, (losses, _, _) in runs.items()],
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
