"""The bound of an error of scores holds against exact arithmetic, and is not so wide that it makes them useless."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web_single.predictor.compiled.engine.links import labels_of
from web_single.predictor.compiled.engine.scores import EPSILON, SLACK, linear_scores

COLUMNS = 5
numbers = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-6)
vectors = st.lists(numbers, min_size=COLUMNS, max_size=COLUMNS)


def exact(row: list[float], weights: list[float], intercept: float) -> Fraction:
    products = (Fraction(value) * Fraction(weight) for value, weight in zip(row, weights, strict=True))
    return sum(products, Fraction(intercept))


@given(vectors, vectors, numbers)
def test_the_bound_holds_for_a_linear_model(row: list[float], weights: list[float], intercept: float) -> None:
    scores = linear_scores({"coefficients": [weights], "intercepts": [intercept]})(np.array([row]))
    bound = float(np.asarray(scores.error)[0])
    assert abs(Fraction(float(scores.values[0, 0])) - exact(row, weights, intercept)) <= bound
    largest = COLUMNS * max(map(abs, row)) * max(map(abs, weights)) + abs(intercept)
    assert bound <= 2 * SLACK * EPSILON * largest


def test_a_bound_is_as_large_as_its_largest_parts() -> None:
    told: dict[str, Any] = {"coefficients": [[2.0, -3.0], [1.0, 0.5]], "intercepts": [4.0, -5.0]}
    scores = linear_scores(told)(np.array([[10.0, -1.0], [0.0, 0.0]]))
    assert scores.values.tolist() == [[27.0, 4.5], [4.0, -5.0]]
    assert np.asarray(scores.error) / (SLACK * EPSILON) == pytest.approx([2 * 10 + 3 * 1 + 5, 5])


def test_components_and_their_means_count_in_the_bound() -> None:
    told = {"coefficients": [[2.0]], "intercepts": [0.0], "components": [[3.0], [-1.0]], "means": [100.0, 7.0]}
    scores = linear_scores(told)(np.array([[1.0, -1.0]]))
    assert scores.values.tolist() == [[8.0]]
    sizes = np.array([2 * 3 * 2.0, 2 * 1 * 2.0])  # of each column in the score, twice
    assert np.asarray(scores.error) / (SLACK * EPSILON) == pytest.approx([sizes.sum() + 2 * (100 * 12 + 7 * 4)])


def test_a_label_that_rounding_decides_is_not_sure() -> None:
    weights = [0.1, 0.2, -0.3]
    scores = linear_scores({"coefficients": [weights], "intercepts": [0.0]})(
        np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 2.0]])
    )
    assert exact([1.0] * 3, weights, 0.0) != Fraction(float(scores.values[0, 0]))
    _, sure = labels_of(scores, "sigmoid", None)
    assert sure.tolist() == [False, True]
