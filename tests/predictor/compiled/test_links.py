"""What follows from scores and the bound of their error: which label, which number, and whether that is sure."""

import numpy as np
import pytest

from web_single.predictor.compiled.engine.links import RELATIVE, labels_of, numbers_of, probabilities_of
from web_single.predictor.compiled.engine.scores import Scores

ERROR = np.array([1e-3, 1e-3])


def test_a_label_is_sure_where_no_error_could_change_it() -> None:
    chosen, sure = labels_of(Scores(np.array([[0.5, 0.501], [0.5, 0.503]]), ERROR), "softmax", None)
    assert (chosen.tolist(), sure.tolist()) == ([1, 1], [False, True])


def test_of_exact_scores_the_first_of_the_largest_is_the_label() -> None:
    chosen, sure = labels_of(Scores(np.array([[0.5, 0.5], [0.2, 0.8]]), 0.0), "mean", None)
    assert (chosen.tolist(), sure.tolist()) == ([0, 1], [True, True])


def test_a_score_of_one_decides_by_its_sign_beyond_its_error() -> None:
    chosen, sure = labels_of(Scores(np.array([[-0.5], [0.0005], [0.5]]), 1e-3), "sigmoid", None)
    assert (chosen.tolist(), sure.tolist()) == ([0, 1, 1], [True, False, True])


def test_a_row_is_an_outlier_where_it_is_odder_than_the_offset_tells() -> None:
    chosen, sure = labels_of(Scores(np.array([[0.7], [0.4], [0.5]]), 1e-9), "isolation", -0.5)
    assert (chosen.tolist(), sure.tolist()) == ([0, 1, 1], [True, True, False])


def test_a_number_is_sure_where_its_error_is_in_its_last_bits_and_it_is_finite() -> None:
    numbers, sure = numbers_of(Scores(np.array([[1.0], [1.0], [np.inf]]), np.array([1e-13, 1e-11, 1e-13])))
    assert (numbers.tolist(), sure.tolist()) == ([1.0, 1.0, np.inf], [True, False, False])


@pytest.mark.parametrize(("error", "is_sure"), [(1e-13, True), (1e-11, False)])
def test_probabilities_are_sure_where_their_scores_are(error: float, is_sure: bool) -> None:  # noqa: FBT001 - what is expected
    probabilities, sure = probabilities_of(Scores(np.array([[0.0]]), error), "sigmoid")
    assert (probabilities.tolist(), sure.tolist()) == ([[0.5, 0.5]], [is_sure])


def test_a_number_without_an_error_is_sure_at_zero_too() -> None:
    numbers, sure = numbers_of(Scores(np.array([[0.0], [3.0]]), 0.0))
    assert (numbers.tolist(), sure.tolist()) == ([0.0, 3.0], [True, True])


def test_an_error_of_as_much_as_counts_as_equal_is_sure() -> None:
    _, sure = probabilities_of(Scores(np.array([[0.0], [0.0]]), np.array([RELATIVE, 2 * RELATIVE])), "sigmoid")
    assert sure.tolist() == [True, False]


def test_probabilities_of_sums_beyond_float64_are_those_of_scikit_learn() -> None:
    values = np.array([[-800.0, -900.0, -1000.0], [800.0, 0.0, 800.0]])
    with np.errstate(over="ignore"):  # as in an evaluation
        shares, _ = probabilities_of(Scores(values, 0.0), "sigmoids")
    assert shares.tolist() == [[1 / 3] * 3, [0.4, 0.2, 0.4]]
    shares, _ = probabilities_of(Scores(values, 0.0), "softmax")
    assert shares[1].tolist() == [0.5, 0.0, 0.5]
    assert shares.sum(axis=1) == pytest.approx([1.0, 1.0])
