"""Link functions: labels, probabilities or numbers from scores, and which of them are certain.

An output is certain if the error bound of the scores cannot change it beyond the tolerance.
"""

from collections.abc import Callable

import numpy as np

from web_single.predictor.compiled.engine.preprocessing import Array
from web_single.predictor.compiled.engine.scores import Scores

RELATIVE = 0.5e-12  # half of the tolerance of the equivalence check


def labels_of(scores: Scores, link: str, offset: float | None) -> tuple[Array, Array]:
    """Return the class index of each row, intp, and whether it is certain, bool; both of shape (rows,)."""
    values = scores.values
    if link == "isolation":
        distance = values[:, 0] + (offset or 0.0)
        return (distance <= 0).astype(np.intp), np.abs(distance) > scores.error
    if values.shape[1] == 1:
        return (values[:, 0] > 0).astype(np.intp), np.abs(values[:, 0]) > scores.error
    chosen = values.argmax(axis=1)
    if isinstance(scores.error, float) and scores.error == 0.0:
        return chosen, np.ones(len(values), dtype=bool)
    ordered = np.sort(values, axis=1)
    return chosen, ordered[:, -1] - ordered[:, -2] > 2 * scores.error


def probabilities_of(scores: Scores, link: str) -> tuple[Array, Array]:
    """Return the probabilities, float64, shape (rows, classes), and which rows are certain, bool, shape (rows,)."""
    sure = np.broadcast_to(np.asarray(scores.error) <= RELATIVE, len(scores.values))
    return LINKS[link](scores.values), sure


def numbers_of(scores: Scores) -> tuple[Array, Array]:
    """Return the number for each row, float64, and whether it is certain, bool; both of shape (rows,)."""
    numbers = scores.values[:, 0]
    return numbers, (scores.error <= RELATIVE * np.abs(numbers)) & np.isfinite(numbers)


def sigmoid(values: Array) -> Array:
    """Return 1 / (1 + exp(-x))."""
    return np.asarray(1.0 / (1.0 + np.exp(-values)))


def binary_probabilities(values: Array) -> Array:
    """Return the probabilities of two classes, shape (rows, 2), from that of the second, shape (rows, 1)."""
    return np.hstack([1.0 - values, values])


def softmax(values: Array) -> Array:
    """Return exp(x) / sum(exp(x)) for each row."""
    raised = np.exp(values - values.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def sigmoids(values: Array) -> Array:
    """Return the sigmoid of each class, each row divided by its sum; uniform if the sum is 0."""
    found = sigmoid(values)
    sums = found.sum(axis=1, keepdims=True)
    return np.where(sums == 0, 1.0 / values.shape[1], found / np.where(sums == 0, 1.0, sums))


LINKS: dict[str, Callable[[Array], Array]] = {
    "mean": lambda values: values,
    "sigmoid": lambda values: binary_probabilities(sigmoid(values)),
    "softmax_of_two": lambda values: softmax(np.hstack([-values, values])),
    "softmax": softmax,
    "sigmoids": sigmoids,
}
