"""Writes lbfgs.json beside this file: what PyTorch's L-BFGS with its strong-Wolfe line search computes in float64, for LbfgsGoldenTests to compare with.

    python3 make_lbfgs.py        (needs numpy and PyTorch, as in Debian's python3-torch)

A run holds, per step, the loss before it, how often the line search asked for a loss, and the weights after it. The
tolerances that end PyTorch's search early are zero. `rosenbrock` is the chain of valleys of Rosenbrock's function, bent everywhere, so that the search
brackets, zooms and shortens; `network` is a perceptron with tanh, whose numbers follow from the formula of ../make_golden.py.
"""
import functools
import json
import pathlib
import sys

import torch
from torch.optim import lbfgs

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from make_golden import FEATURE_STREAM, TARGET_STREAM, he, real, word  # noqa: E402

STEPS, HISTORY, EVALUATIONS = 12, 4, 25
ROWS, UNITS, SALT = 40, (5, 6, 3), 11


def rosenbrock():
    x = torch.tensor([-1.2, 1.0, -0.5, 0.8, 1.5], dtype=torch.float64, requires_grad=True)
    return [x], lambda: (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def network():
    """Weights are [inputs, units], as ours are."""
    shapes = [s for i, o in zip(UNITS, UNITS[1:]) for s in ((i, o), (o,))]
    weights = [real(SALT, k, s, 0.0, he(s[0]) if len(s) > 1 else 0.125).requires_grad_() for k, s in enumerate(shapes)]
    x = real(SALT, FEATURE_STREAM, (ROWS, UNITS[0]), 0.0, 1.0)
    y = torch.from_numpy((word(SALT, TARGET_STREAM, ROWS) % UNITS[-1]).astype("int64"))
    return weights, lambda: torch.nn.functional.cross_entropy(torch.tanh(x @ weights[0] + weights[1]) @ weights[2] + weights[3], y)


def run(problem, rate, curvature):
    lbfgs._strong_wolfe = functools.partial(SEARCH, c2=curvature)
    weights, objective = problem()
    rule = torch.optim.LBFGS(
        weights, lr=rate, max_iter=1, max_eval=EVALUATIONS + 1, tolerance_grad=0, tolerance_change=0, history_size=HISTORY, line_search_fn="strong_wolfe")
    steps, lengths = [], []

    def closure():
        rule.zero_grad()
        loss = objective()
        loss.backward()
        return loss

    first = torch.cat([w.detach().reshape(-1) for w in weights]).tolist()
    for _ in range(STEPS):
        before = rule.state[weights[0]].get("func_evals", 0)
        loss = rule.step(closure).item()
        state = rule.state[weights[0]]
        after = torch.cat([w.detach().reshape(-1) for w in weights]).tolist()
        lengths.append(float(state["t"]))
        steps.append({"loss": loss, "evaluations": state["func_evals"] - before - 1, "weights": after})
    print(problem.__name__, rate, curvature, [f"{s['loss']:.3g} by {t:.3g} in {s['evaluations']}" for s, t in zip(steps, lengths)])
    return {"name": problem.__name__, "rate": rate, "curvature": curvature, "first": first, "steps": steps}


# PyTorch's own curvature, first lengths that are too short and too long, and a curvature that asks for many places.
SEARCH = lbfgs._strong_wolfe
RUNS = [(rosenbrock, 1.0, 0.9), (rosenbrock, 0.02, 0.9), (rosenbrock, 30.0, 0.9), (rosenbrock, 1.0, 0.01), (network, 1.0, 0.9), (network, 5.0, 0.1)]


if __name__ == "__main__":
    runs = [run(*settings) for settings in RUNS]
    head = {"torch": torch.__version__.split("+")[0], "history": HISTORY, "evaluations": EVALUATIONS, "rows": ROWS, "units": UNITS, "salt": SALT}
    lines = ",\n".join(
        f'    {{"name": "{r["name"]}", "rate": {r["rate"]}, "curvature": {r["curvature"]}, "first": {json.dumps(r["first"])}, "steps": [\n'
        + ",\n".join("      " + json.dumps(s) for s in r["steps"]) + "\n    ]}" for r in runs)
    (HERE / "lbfgs.json").write_text(json.dumps(head)[:-1] + ', "runs": [\n' + lines + "\n]}\n", encoding="utf-8", newline="\n")
