"""When two answers of a model are equal."""

from typing import Any

import pytest

from web_single.predictor.signature.tolerance import all_close


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, 1),
        ("a", "a"),
        (None, None),
        (0.1 + 0.2, 0.3),
        (1e300, 1e300 * (1 + 5e-13)),
        (5e-324, 2.5e-323),  # 4 ulp
        ([1.0, "a"], [1.0 + 1e-13, "a"]),
        ({"a": 1.0}, {"a": 1.0 + 1e-13}),
    ],
)
def test_answers_that_are_equal(first: Any, second: Any) -> None:  # noqa: ANN401 - what JSON has
    assert all_close(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, 2),
        (1, 1.0),
        (1, True),
        ("1", 1),
        (None, 0),
        (1.0, 1.0 + 2e-12),
        (5e-324, 3e-323),  # 5 ulp
        ([1.0], [1.0, 1.0]),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 2}),
    ],
)
def test_answers_that_differ(first: Any, second: Any) -> None:  # noqa: ANN401 - what JSON has
    assert not all_close(first, second)
