"""Examples for the documentation: what the model itself answers, or none."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from web_single.errors import DeliveredCodeError, ModelUnavailableError, RunnerBrokenError
from web_single.predictor.predictor import Answer
from web_single.predictor.signature import Signature
from web_single.service.example import find_example

pytestmark = pytest.mark.anyio


class FakePredictor:
    """Answers rows by a function, and counts how often it is asked."""

    def __init__(self, answer: Callable[[Sequence[float]], Any], *, feature_count: int | None = 3) -> None:
        self.signature = Signature(feature_count, None, None, probabilities=False)
        self.asked = 0
        self._answer = answer

    async def predict(self, rows: Sequence[Sequence[float]], *, with_probabilities: bool = False) -> list[Answer]:
        self.asked += 1
        return [Answer(self._answer(row), None) for row in rows]


def raise_unless_zeros_and_ones(row: Sequence[float]) -> int:
    if set(row) <= {0, 1}:
        return 7
    raise DeliveredCodeError("0" * 12)


def die(_: Sequence[float]) -> None:
    raise RunnerBrokenError("It died.")


def be_away(_: Sequence[float]) -> None:
    raise ModelUnavailableError("It is away.")


async def test_rows_are_as_long_as_the_model_takes_them() -> None:
    example = await find_example(FakePredictor(sum, feature_count=5))  # type: ignore[arg-type]
    assert example.rows[0] == [5.1, 3.5, 1.4, 0.2, 5.1]
    assert example.results == [sum(row) for row in example.rows]


async def test_a_model_that_fails_on_these_is_asked_with_zeros_and_ones() -> None:
    example = await find_example(FakePredictor(raise_unless_zeros_and_ones))  # type: ignore[arg-type]
    assert (example.rows, example.results) == ([[0, 0, 0], [1, 1, 1]], [7, 7])


async def test_a_model_that_does_not_survive_it_is_asked_once() -> None:
    predictor = FakePredictor(die)
    example = await find_example(predictor)  # type: ignore[arg-type]
    assert (example.rows, predictor.asked) == ((), 1)


async def test_a_model_that_does_not_say_what_it_takes_is_not_asked() -> None:
    predictor = FakePredictor(sum, feature_count=None)
    example = await find_example(predictor)  # type: ignore[arg-type]
    assert (example.rows, predictor.asked) == ((), 0)
    assert example.refusal == "At least one feature is expected."


async def test_a_model_that_is_away_can_be_asked_later() -> None:
    with pytest.raises(ModelUnavailableError):
        await find_example(FakePredictor(be_away))  # type: ignore[arg-type]
