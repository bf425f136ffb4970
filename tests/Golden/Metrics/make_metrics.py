"""Writes metrics.json: answers from a formula, with ties, and what scikit-learn says of them. Debian: apt-get install python3-sklearn."""
import json
import os

import numpy as np
from sklearn import metrics as m

ROWS, CLASSES, LABELS = 240, 4, 3


def number(i, salt):
    return ((i * 2654435761 + salt * 40503) % 1000003) / 1000003


def grid(columns, salt):
    # Steps of 1/64 are exact in float32 and make ties.
    return np.array([[round(number(r * columns + c, salt) * 64) / 64 for c in range(columns)] for r in range(ROWS)])


def figures(truth, decided, average):
    precision, recall, f1, _ = m.precision_recall_fscore_support(truth, decided, average=average, zero_division=0)
    return {"precision": precision, "recall": recall, "f1": f1}


def classification():
    raw = grid(CLASSES, 1) + 1 / 64
    truth = np.array([int(number(r, 2) * CLASSES) for r in range(ROWS)])
    raw[np.arange(ROWS), truth] += 0.25
    p = (raw / raw.sum(1, keepdims=True)).astype(np.float32)
    q = p.astype(np.float64) / p.astype(np.float64).sum(1, keepdims=True)
    decided = p.argmax(1)
    p = p.astype(np.float64)
    return {
        "scores": p.tolist(), "truth": truth.tolist(), "confusion": m.confusion_matrix(truth, decided).tolist(),
        "metrics": figures(truth, decided, "macro") | {
            "accuracy": m.accuracy_score(truth, decided),
            "auc": m.roc_auc_score(truth, p, multi_class="ovr", average="macro"),
            "log_loss": m.log_loss(truth, q),
            "top_k": m.top_k_accuracy_score(truth, p, k=2),
        },
    }


def binary():
    p = grid(1, 3)[:, 0] * 62 / 64 + 1 / 64
    truth = np.array([int(number(r, 4) < 0.3 + 0.4 * p[r]) for r in range(ROWS)])
    p = p.astype(np.float32).astype(np.float64)
    decided = (p >= 0.5).astype(int)
    return {
        "scores": p[:, None].tolist(), "truth": truth.tolist(), "confusion": m.confusion_matrix(truth, decided).tolist(),
        "metrics": figures(truth, decided, "binary") | {
            "accuracy": m.accuracy_score(truth, decided),
            "auc": m.roc_auc_score(truth, p),
            "log_loss": m.log_loss(truth, p),
        },
    }


def multilabel():
    p = (grid(LABELS, 5) * 62 / 64 + 1 / 64).astype(np.float32).astype(np.float64)
    truth = np.array([[int(number(r * LABELS + c, 6) < 0.2 + 0.5 * p[r, c]) for c in range(LABELS)] for r in range(ROWS)])
    decided = (p >= 0.5).astype(int)
    return {
        "scores": p.tolist(), "truth": truth.tolist(),
        "metrics": figures(truth, decided, "macro") | {
            "accuracy": m.accuracy_score(truth, decided),
            "auc": m.roc_auc_score(truth, p, average="macro"),
            "hamming_loss": m.hamming_loss(truth, decided),
            "log_loss": float(np.mean([m.log_loss(truth[:, c], p[:, c]) for c in range(LABELS)])),
        },
    }


def regression():
    truth = grid(2, 7) * [100, 3] + [0, 5]
    predicted = truth + (grid(2, 8) - 0.5) * [40, 2]
    truth, predicted = (a.astype(np.float32).astype(np.float64) for a in (truth, predicted))
    return {
        "scores": predicted.tolist(), "truth": truth.tolist(),
        "metrics": {
            "mae": m.mean_absolute_error(truth, predicted),
            "r2": m.r2_score(truth, predicted),
            "rmse": m.mean_squared_error(truth, predicted, squared=False),
        },
    }


cases = {f.__name__: f() for f in (classification, binary, multilabel, regression)}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "metrics.json")
with open(path, "w", encoding="utf-8", newline="\n") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
