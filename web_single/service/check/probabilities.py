"""Whether a model's probabilities are some, and go with its labels."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from web_single.predictor.signature.signature import Signature
from web_single.service.check.finding_types import Kind
from web_single.service.check.report import Finding
from web_single.service.check.results import Answers, shown

SUM_TOLERANCE = 1e-3  # some round them
TIE = 1e-9
# Their probabilities are made beside their labels, and documented as such.
OF_THEIR_OWN = {"SVC", "NuSVC"}
TWO = 2
DIGITS = 4


def check_probabilities(signature: Signature, answers: Answers, class_names: Sequence[str]) -> list[Finding]:
    """Return what is wrong with the probabilities of these answers; `class_names` is what the model is made of."""
    if signature.result == "multi_output":  # a probability for each of its values, of whatever form
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
    """Return a finding where labels are not the classes with the highest probability."""
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
    """Return why these are no probabilities, or None."""
    if count is not None and len(probabilities) != count:
        return f"{count} are expected, one for each class"
    if any(not -SUM_TOLERANCE <= value <= 1 + SUM_TOLERANCE for value in probabilities):
        return "each must be from 0 to 1"
    total = sum(probabilities)
    return f"their sum is {total:.6g}, not 1" if abs(total - 1) > SUM_TOLERANCE else None


def rounded(probabilities: Sequence[float]) -> str:
    """Return probabilities as people read them."""
    return shown([round(value, DIGITS) for value in probabilities])


def is_threshold(pairs: Sequence[tuple[int, float]]) -> bool:
    """Tell whether the second of two classes is answered exactly where its probability is beyond some value."""
    labels = [label for label, _ in sorted(pairs, key=lambda pair: (pair[1], pair[0]))]
    return all(first <= second for first, second in pairwise(labels))
