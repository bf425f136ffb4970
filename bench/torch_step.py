"""Times training steps in PyTorch: what `anneal bench step` is held against, on the CPU or on CUDA.

    python3 bench/torch_step.py [--device cpu|cuda] [--compile] [--batch N] [--threads N] [--seconds S] [--json] [CASE ...]

The models are those of pipeline/Bench/StepCases.cs; "parameters" lets them be counted against each other. A step is forward, backward and Adam (1e-3, fused) on softmax
cross-entropy, all in float32 (no TF32), on twenty random batches in turn that lie on the device. Of the memory formats of convolutions the faster one counts; the mean of the fastest of
five slices is the time of a step. Compiling is not timed.
"""
import argparse
import itertools
import json
import math
import resource
import time

import torch
from torch import nn

BATCHES, SLICES, WARM_UP = 20, 5, 10


class Call(nn.Module):
    """A function of a value as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Residual(nn.Module):
    """Two normalised convolutions around which the input goes, projected where its sizes change."""

    def __init__(self, given, filters, stride):
        super().__init__()
        self.inner = nn.Sequential(*normed(given, filters, 3, stride), nn.ReLU(), *normed(filters, filters, 3, 1))
        self.around = nn.Identity() if (given, stride) == (filters, 1) else nn.Sequential(*normed(given, filters, 1, stride))

    def forward(self, x):
        return torch.relu(self.inner(x) + self.around(x))


def normed(given, filters, kernel, stride):
    return nn.Conv2d(given, filters, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(filters)


def perceptron(*units):
    layers = [nn.Linear(units[0], units[1])]
    for given, out in itertools.pairwise(units[1:]):
        layers += [nn.ReLU(), nn.Linear(given, out)]
    return nn.Sequential(*layers)


def cnn():
    layers, channels = [], 1
    for filters in (32, 64):
        layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        channels = filters
    return nn.Sequential(*layers, nn.Flatten(), *perceptron(channels * 7 * 7, 128, 10))


def resnet20():
    layers, channels = [*normed(3, 16, 3, 1), nn.ReLU()], 16
    for filters, block in itertools.product((16, 32, 64), range(3)):
        layers.append(Residual(channels, filters, 2 if block == 0 and filters > 16 else 1))
        channels = filters
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.steps = nn.LSTM(28, 128, batch_first=True)
        self.answer = nn.Linear(128, 10)

    def forward(self, x):
        states, _ = self.steps(x)
        return self.answer(states[:, -1])


def transformer():
    encoder = [nn.TransformerEncoderLayer(64, nhead=4, dim_feedforward=128, dropout=0, batch_first=True, norm_first=True) for _ in range(2)]
    return nn.Sequential(nn.Linear(28, 64), *encoder, Call(lambda x: x.mean(dim=1)), nn.Linear(64, 10))


# The model, the sizes of a row, the rows of a batch, and whether there are memory formats to choose from.
CASES = {
    "mlp": (lambda: perceptron(784, 500, 500, 10), (784,), 100, False),
    "mlp32": (lambda: perceptron(784, 500, 500, 10), (784,), 32, False),
    "tabular": (lambda: perceptron(30, 64, 32, 2), (30,), 32, False),
    "cnn": (cnn, (1, 28, 28), 64, True),
    "resnet20": (resnet20, (3, 32, 32), 64, True),
    "lstm": (Lstm, (28, 28), 64, False),
    "transformer": (transformer, (28, 28), 64, False),
}


def measure(name, options, form):
    """Seconds of a step."""
    torch.manual_seed(0)
    build, row, batch, _ = CASES[name]
    batch = options.batch or batch
    place = {"device": options.device, **({"memory_format": form} if form else {})}
    model = build().to(**place)
    count = sum(p.numel() for p in model.parameters())
    features = [torch.randn(batch, *row).to(**place) for _ in range(BATCHES)]
    targets = [torch.randint(2, (batch,), device=options.device) for _ in range(BATCHES)]
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    called = torch.compile(model, mode="max-autotune" if options.device == "cuda" else "default") if options.compile else model

    def run(number):
        adam.zero_grad(set_to_none=True)
        nn.functional.cross_entropy(called(features[number % BATCHES]), targets[number % BATCHES]).backward()
        adam.step()

    def settle():
        if options.device == "cuda":
            torch.cuda.synchronize()

    for number in range(WARM_UP):
        run(number)
    best = math.inf
    for _ in range(SLICES):
        settle()
        start, done = time.perf_counter(), 0
        # What the host has begun is not what the device has done: time is looked at once both are level.
        while done == 0 or time.perf_counter() - start < options.seconds / SLICES:
            for number in range(BATCHES if options.device == "cuda" else 1):
                run(done + number)
            done += number + 1
            settle()
        best = min(best, (time.perf_counter() - start) / done)
    return best, batch, count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"all of {', '.join(CASES)} where none is named")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--compile", action="store_true", help="through torch.compile")
    parser.add_argument("--batch", type=int, help="rows of a step in the place of the case's own")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", action="store_true", help="a line of JSON for each case")
    options = parser.parse_args()
    unknown = [name for name in options.cases if name not in CASES]
    if unknown:
        parser.error(f"there is no case {unknown[0]}; the cases are {', '.join(CASES)}")
    if options.device == "cuda" and not torch.cuda.is_available():
        parser.error("this PyTorch finds no CUDA device")
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    for name in options.cases or CASES:
        forms = (torch.contiguous_format, torch.channels_last) if CASES[name][3] else (None,)
        best, batch, parameters = min(measure(name, options, form) for form in forms)
        where = torch.cuda.get_device_name() if options.device == "cuda" else "cpu"
        row = {
            "case": name, "engine": f"torch {torch.__version__}{' compiled' if options.compile else ''}", "device": where, "batch": batch, "threads": options.threads,
            "ms_per_step": best * 1e3, "samples_per_s": batch / best, "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "parameters": parameters,
        }
        print(json.dumps(row) if options.json else f"{name:12} batch {batch:4} {best * 1e3:9.3f} ms/step {batch / best:10.0f} samples/s", flush=True)


if __name__ == "__main__":
    main()
