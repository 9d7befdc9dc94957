"""Check of probabilities: whether they are valid and consistent with the labels."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from web_single.predictor.signature.signature import Signature
from web_single.service.check.finding_types import Kind
from web_single.service.check.report import Finding
from web_single.service.check.results import Answers, shown

SUM_TOLERANCE = 1e-3  # some models round their probabilities
TIE = 1e-9
# Classes that compute probabilities independently of the labels, as scikit-learn documents.
OF_THEIR_OWN = {"SVC", "NuSVC"}
TWO = 2
DIGITS = 4


def check_probabilities(signature: Signature, answers: Answers, class_names: Sequence[str]) -> list[Finding]:
    """Return findings about the probabilities of single-row replies.

    Args:
        signature: The signature of the model.
        answers: The rows with their replies.
        class_names: The names of the Python classes that the model consists of.
    """
    if signature.result == "multi_output":  # a probability for each output, in different forms
        return []
    pairs = [
        (reply.results[0], reply.probabilities[0])
        for reply in answers.alone
        if reply.results is not None and reply.probabilities is not None
    ]
    classes = signature.classes
    for label, probabilities in pairs:
        fault = fault_of(probabilities, len(classes) if classes is not None else None)
        if fault is not None:
            return [Kind.PROBABILITIES_BROKEN.found(f"{rounded(probabilities)} for the result {label!r}: {fault}.")]
    return compare_labels(classes, pairs, class_names) if signature.result == "label" and classes is not None else []


def compare_labels(
    classes: Sequence[Any], pairs: Sequence[tuple[Any, list[float]]], class_names: Sequence[str]
) -> list[Finding]:
    """Return a finding if labels are not the classes with the highest probability."""
    others = [(label, p) for label, p in pairs if p[classes.index(label)] < max(p) - TIE]
    if not others:
        return []
    label, probabilities = others[0]
    message = (
        f"{len(others)} of {len(pairs)} rows: the label is {label!r}, and the probabilities {rounded(probabilities)}"
    )
    if OF_THEIR_OWN.intersection(class_names):
        return [Kind.PROBABILITIES_DIFFER.found(f"{message}; an SVC computes them apart from each other.")]
    if len(classes) == TWO and is_threshold([(classes.index(label), p[1]) for label, p in pairs]):
        return [Kind.PROBABILITIES_DIFFER.found(f"{message}, as if `predict` had another threshold than 0.5.")]
    return [Kind.PROBABILITIES_CONTRADICT.found(f"{message}, in the order {shown(list(classes))}.")]


def fault_of(probabilities: Sequence[float], count: int | None) -> str | None:
    """Return why the probabilities of a row are invalid, or None.

    Args:
        probabilities: One value for each class.
        count: The number of classes, or None if it is unknown.
    """
    if count is not None and len(probabilities) != count:
        return f"{count} are expected, one for each class"
    if any(not -SUM_TOLERANCE <= value <= 1 + SUM_TOLERANCE for value in probabilities):
        return "each must be from 0 to 1"
    total = sum(probabilities)
    return f"their sum is {total:.6g}, not 1" if abs(total - 1) > SUM_TOLERANCE else None


def rounded(probabilities: Sequence[float]) -> str:
    """Return probabilities as text, rounded to `DIGITS` digits."""
    return shown([round(value, DIGITS) for value in probabilities])


def is_threshold(pairs: Sequence[tuple[int, float]]) -> bool:
    """Return whether the second class is the label exactly where its probability exceeds some threshold.

    Args:
        pairs: For each row, the index of the label (0 or 1) and the probability of the second class.
    """
    labels = [label for label, _ in sorted(pairs, key=lambda pair: (pair[1], pair[0]))]
    return all(first <= second for first, second in pairwise(labels))
