"""Writes torch-cnn.json beside this file: a small convolutional network as PyTorch's exporter writes it to ONNX, and what PyTorch computes with it, for
ImportedGoldenTests to compare with.

    python3 make_import.py export FOLDER      (needs PyTorch, as in Debian's python3-torch)
    python3 make_import.py describe FOLDER    (needs onnx 1.12 or later, as in Debian's python3-onnx)

The first step exports the network to FOLDER/torch-cnn.onnx by torch.onnx.export and trains it for a few steps; the second one puts the file's nodes and names and
the losses into the JSON file. There are two, since a machine need not have both packages. The exporter's last step looks for functions of the package
onnxscript and needs onnx for that; the network has none, so the step is left out.

Weights and batches follow from the formula of ../make_golden.py, and the test computes them again: no weights are kept here. PyTorch computes in float64; the exported
file is float32.
"""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
STEPS, BATCHES, BATCH, CLASSES, SALT = 10, 4, 16, 4, 77
FEATURES, TARGETS = 1000, 2000
SHAPE = (1, 8, 8)
FILE = "torch-cnn.onnx"
RUNS = {
    "all-adam": {"optimizer": "adam", "rate": 1e-3, "frozen": [], "head": False},
    "all-sgd": {"optimizer": "sgd", "rate": 0.05, "frozen": [], "head": False},
    "frozen-adam": {"optimizer": "adam", "rate": 1e-2, "frozen": ["conv1", "norm1"], "head": False},
    "head-sgd": {"optimizer": "sgd", "rate": 0.05, "frozen": ["conv1", "norm1", "conv2", "fc1"], "head": True},
}


def export(folder):
    import torch
    import torch.nn as nn
    import torch.onnx._internal.torchscript_exporter.onnx_proto_utils as exporter
    from make_golden import he, real, word

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
            self.norm1 = nn.BatchNorm2d(4)
            self.conv2 = nn.Conv2d(4, 8, 3, padding=1)
            self.fc1 = nn.Linear(32, 16)
            self.fc2 = nn.Linear(16, 10)

        def forward(self, x):
            x = torch.max_pool2d(torch.relu(self.norm1(self.conv1(x))), 2)
            x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
            x = torch.relu(self.fc1(x.view(x.size(0), -1)))
            return self.fc2(x)

    def offset(name):
        return 1.0 if name in ("norm1.weight", "norm1.running_var") else 0.0

    def scale(name, shape):
        return he(int(torch.tensor(shape[1:]).prod())) if len(shape) > 1 else 0.125

    def build():
        net = Net().double()
        for i, (name, tensor) in enumerate(tensors(net)):
            tensor.data.copy_(real(SALT, i, tuple(tensor.shape), offset(name), scale(name, tuple(tensor.shape))))
        return net

    def tensors(net):
        return [(n, t) for n, t in net.state_dict().items() if not n.endswith("num_batches_tracked")]

    def batch(i):
        x = real(SALT, FEATURES + i, (BATCH, *SHAPE), 0, 1)
        return x, lambda classes: torch.from_numpy((word(SALT, TARGETS + i, BATCH) % classes).astype("int64"))

    def losses(run):
        net = build()
        classes = 10
        if run["head"]:
            net.fc2 = nn.Linear(16, CLASSES).double()
            net.fc2.weight.data.copy_(real(SALT, 100, (16, CLASSES), 0, he(16)).T)
            net.fc2.bias.data.copy_(real(SALT, 101, (CLASSES,), 0, 0.125))
            classes = CLASSES
        net.train()
        for name, module in net.named_children():
            if name in run["frozen"]:
                module.eval()
                for p in module.parameters():
                    p.requires_grad_(False)
        kind = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[run["optimizer"]]
        optimizer = kind([p for p in net.parameters() if p.requires_grad], lr=run["rate"])
        result = []
        for step in range(STEPS):
            x, y = batch(step % BATCHES)
            loss = nn.functional.cross_entropy(net(x), y(classes))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            result.append(loss.item())
        return result

    exporter._add_onnxscript_fn = lambda model_bytes, custom_opsets: model_bytes
    net = build().float().eval()
    torch.onnx.export(
        net, (torch.zeros(2, *SHAPE),), str(folder / FILE), dynamo=False, input_names=["image"], output_names=["scores"],
        dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}}, opset_version=17, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False)
    net = build().eval()
    (folder / "numbers.json").write_text(json.dumps({
        "torch": torch.__version__.split("+")[0],
        "salt": SALT, "batch": BATCH, "batches": BATCHES, "classes": CLASSES, "shape": SHAPE,
        "tensors": [{"name": n, "shape": list(t.shape), "offset": offset(n), "scale": scale(n, tuple(t.shape))} for n, t in tensors(net)],
        "scores": net(batch(0)[0])[0].tolist(),
        "runs": [{"name": name, **run, "losses": losses(run)} for name, run in RUNS.items()],
    }))


def describe(folder):
    import onnx
    from onnx import numpy_helper

    model = onnx.load(str(folder / FILE))
    numbers = json.loads((folder / "numbers.json").read_text())
    kinds = {onnx.AttributeProto.INT: lambda a: a.i, onnx.AttributeProto.INTS: lambda a: list(a.ints), onnx.AttributeProto.FLOAT: lambda a: {"float": a.f},
             onnx.AttributeProto.TENSOR: lambda a: {"type": str(numpy_helper.to_array(a.t).dtype), "shape": list(a.t.dims), "values": numpy_helper.to_array(a.t).reshape(-1).tolist()}}
    result = {
        **numbers,
        "producer": f"{model.producer_name} {model.producer_version}", "opset": model.opset_import[0].version,
        "input": model.graph.input[0].name, "output": model.graph.output[0].name,
        "initializers": [i.name for i in model.graph.initializer],
        "nodes": [{"name": n.name, "op": n.op_type, "inputs": list(n.input), "outputs": list(n.output), "attributes": {a.name: kinds[a.type](a) for a in n.attribute}} for n in model.graph.node],
    }
    text = json.dumps(result, indent=1)
    (HERE / "torch-cnn.json").write_text(text + "\n")


if __name__ == "__main__":
    {"export": export, "describe": describe}[sys.argv[1]](pathlib.Path(sys.argv[2]))
