"""What `predict` may return, and what JSON makes of it: nothing is lost, or it is refused."""

import datetime as dt
import decimal
import enum
import json
import math
from collections import namedtuple
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from web_single_runner.inference.results import UnusableAnswerError, as_rows, first_not_finite, probabilities_of


class Colour(enum.Enum):
    RED = "red"


Pair = namedtuple("Pair", ["low", "high"])  # noqa: PYI024 - as data scientists write it
NOON = dt.datetime(2026, 1, 31, 12, 0, 0, 5, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("answers", "rows"),
    [
        ([1, 2], [1, 2]),
        ((1, 2), [1, 2]),
        (np.array([1, 2]), [1, 2]),
        (np.array([2**63 - 1, -1]), [2**63 - 1, -1]),
        (np.array([2**64 - 1, 0], dtype=np.uint64), [2**64 - 1, 0]),
        ([np.uint8(1), np.uint8(255)], [1, 255]),
        ([{"class": np.uint8(2)}, {"class": np.uint16(3)}], [{"class": 2}, {"class": 3}]),
        ([np.True_, np.float16(0.5)], [True, 0.5]),
        ([np.array([1, 2], dtype=np.uint8), np.array([3], dtype=np.uint8)], [[1, 2], [3]]),
        (np.array([0.1, 0.2], dtype=np.float32), [0.10000000149011612, 0.20000000298023224]),
        (np.array(["a", "b"]), ["a", "b"]),
        (np.array([True, False]), [True, False]),
        (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
        ([np.int64(1), np.str_("b")], [1, "b"]),
        ([np.array([1.5]), np.array([2.5])], [[1.5], [2.5]]),
        (pd.Series([1, 2], index=[7, 8]), [1, 2]),
        (pd.Series(["a", "b"], dtype="category"), ["a", "b"]),
        (pd.Index(["a", "b"]), ["a", "b"]),
        (pd.Categorical(["a", "b"]), ["a", "b"]),
        (pd.DataFrame({"y": [1, 2], "z": ["a", "b"]}), [{"y": 1, "z": "a"}, {"y": 2, "z": "b"}]),
        (csr_matrix([[0, 1], [1, 0]]), [[0, 1], [1, 0]]),
        (map(str, [1, 2]), ["1", "2"]),
        ([None, True], [None, True]),
        ([Colour.RED, Pair(1, 2)], ["red", [1, 2]]),
        ([decimal.Decimal("1.10"), decimal.Decimal(2)], ["1.10", "2"]),
        ([dt.date(2026, 1, 31), NOON], ["2026-01-31", "2026-01-31T12:00:00.000005+00:00"]),
        (pd.to_datetime(["2026-01-31", "2026-02-01T01:02:03.000000004"], format="ISO8601"), None),
        (np.array(["2026-01-31", "2026-02-01"], dtype="datetime64[D]"), ["2026-01-31", "2026-02-01"]),
        ([{"label": np.int8(1)}, {"label": 2}], [{"label": 1}, {"label": 2}]),
        ([pd.Timestamp("2026-01-31"), pd.Timestamp("2026-02-01")], ["2026-01-31T00:00:00", "2026-02-01T00:00:00"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_one_plain_answer_a_row(answers: Any, rows: list[Any] | None) -> None:  # noqa: ANN401 - anything
    found = as_rows("predict", answers, 2)
    expected = rows or ["2026-01-31T00:00:00", "2026-02-01T01:02:03.000000004"]
    assert found == expected
    assert json.loads(json.dumps(found)) == found
    assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize("answer", [7, "seven", np.float64(7), np.array(7), {"label": 7}, None])
def test_a_single_answer_to_a_single_row_is_taken(answer: Any) -> None:  # noqa: ANN401 - anything
    (found,) = as_rows("predict", answer, 1)
    assert found == answer


@pytest.mark.parametrize("answers", [[1], [1, 2, 3], 7, "ab", None, {"a": 1, "b": 2}, np.array(7)])
def test_another_number_of_answers_than_of_rows_is_refused(answers: Any) -> None:  # noqa: ANN401 - anything
    with pytest.raises(UnusableAnswerError, match=r"predict must answer one result a row: .* for 2 rows"):
        as_rows("predict", answers, 2)


@pytest.mark.parametrize(
    "answer", [{1, 2}, b"bytes", 1j, object(), {1: "a"}, np.longdouble(1), pd.Timedelta("1s"), np.timedelta64(1, "s")]
)
def test_what_json_has_not_is_refused(answer: Any) -> None:  # noqa: ANN401 - anything
    with pytest.raises(UnusableAnswerError):
        as_rows("predict", [answer], 1)


@pytest.mark.parametrize(("levels", "is_kept"), [(100, True), (101, False)])
def test_a_result_may_hold_a_hundred_lists_in_each_other(levels: int, *, is_kept: bool) -> None:
    nested: Any = 1
    for _ in range(levels):
        nested = [nested]
    if is_kept:
        assert as_rows("predict", [nested, 0], 2) == [nested, 0]
    else:
        with pytest.raises(UnusableAnswerError, match="at most 100 lists"):
            as_rows("predict", [nested, 0], 2)


@pytest.mark.parametrize("nothing", [pd.NA, pd.NaT, np.datetime64("NaT"), math.nan, np.float32("nan"), math.inf])
def test_the_many_nothings_are_not_finite(nothing: Any) -> None:  # noqa: ANN401 - anything
    assert first_not_finite(as_rows("predict", [0, nothing], 2)) == 1


def test_text_that_is_no_unicode_cannot_be_kept() -> None:
    with pytest.raises(UnusableAnswerError, match="surrogates not allowed"):
        first_not_finite(["\ud800"])


def test_probabilities_are_as_many_numbers_for_each_row() -> None:
    assert probabilities_of(np.array([[0.25, 0.75], [1, 0]]), 2) == [[0.25, 0.75], [1, 0]]
    assert probabilities_of(np.array([0.25, 0.75]), 2) == [[0.25], [0.75]]
    for wrong in ([[1.0], [0.5, 0.5]], [["a"], ["b"]], [np.eye(2), np.eye(2)]):
        with pytest.raises(UnusableAnswerError):
            probabilities_of(wrong, 2)


@pytest.mark.parametrize("names", [["y", "y"], [1, "1"], [("a", 1), ("a", 1)]], ids=str)
@pytest.mark.parametrize("count", [1, 2])
def test_two_columns_of_one_name_are_rejected_since_one_would_be_lost(names: list[Any], count: int) -> None:
    frame = pd.DataFrame(np.zeros((count, 2)))
    frame.columns = pd.Index(names)
    with pytest.raises(UnusableAnswerError, match="several columns of one name"):
        as_rows("predict", frame, count)
