"""What follows from scores and the bound of their error: which label, which number, and whether that is sure."""

import numpy as np
import pytest

from web_single.predictor.compiled.outcome import labels_of, numbers_of, probabilities_of
from web_single.predictor.compiled.scores import Scores

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
