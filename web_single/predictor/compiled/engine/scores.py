"""Scores of the last estimator (sums, means, anomaly scores), with a bound on their rounding error."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from web_single.predictor.compiled.engine.preprocessing import Array, as_numbers
from web_single.predictor.compiled.engine.treelite_native import TreeliteModel

EPSILON = float(np.finfo(np.float64).eps)
ODDNESS_ERROR = 1e-9  # absolute, for anomaly scores between 0 and 1
SLACK = 8  # factor for sums in another order and grouping; measured: at most 2


@dataclass(frozen=True)
class Scores:
    """Scores, float64, shape (rows, scores), and their absolute error bound, by row or for all (0.0: exact)."""

    values: Array
    error: Array | float


Score = Callable[[Array], Scores]


def linear_scores(told: dict[str, Any]) -> Score:
    """Return a function that computes the scores of a linear model, shape (rows, classes) or (rows, 1)."""
    components = np.array(told["components"], dtype=np.float64) if "components" in told else None
    weights = np.array(told["coefficients"], dtype=np.float64).T.copy()
    intercepts = np.array(told["intercepts"], dtype=np.float64)
    sizes, bases = np.abs(weights).max(axis=1), float(np.abs(intercepts).max())
    if components is not None:
        sizes = 2 * np.abs(components) @ sizes
        # scikit-learn may project first and center afterwards, so its rounding error grows with the means.
        bases += float(2 * np.abs(np.array(told["means"])) @ sizes)

    def compute(table: Array) -> Scores:
        numbers = as_numbers(table)
        values = numbers if components is None else numbers @ components
        return Scores(values @ weights + intercepts, SLACK * EPSILON * (np.abs(numbers) @ sizes + bases))

    return compute


def tree_scores(told: dict[str, Any], path: Path) -> Score:
    """Return a function that computes the sum or the mean of all trees in float64 with treelite.

    For isolation forests it returns the anomaly score 2 ** (-value / scale).
    """
    trees = TreeliteModel(path.read_bytes())
    error = SLACK * EPSILON * told["magnitude"]

    def compute(table: Array) -> Scores:
        return Scores(trees.sums(table), error)

    def compute_oddness(table: Array) -> Scores:
        return Scores(2.0 ** (-compute(table).values / told["scale"]), ODDNESS_ERROR)

    return compute_oddness if told["link"] == "isolation" else compute


def onnx_scores(path: Path) -> Callable[[Array], Array]:
    """Return a function that computes scores, float32, shape (rows, scores), with onnxruntime in one thread."""
    import onnxruntime  # noqa: PLC0415 - needed only if there is an ONNX graph

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])

    def compute(table: Array) -> Array:
        (found,) = session.run(None, {"X": table})
        return np.asarray(found)

    return compute
