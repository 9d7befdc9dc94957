"""Verification: which rows are recomputed, what counts as a difference, and what does not."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.waiting import wait_until_async
from web_single.errors import InvalidFeaturesError, ModelCodeError, ModelUnavailableError
from web_single.predictor import shadow_check as verification_module
from web_single.predictor.shadow_check import MOST_WAITING, ShadowChecker
from web_single.predictor.signature.model_output import ModelOutput

pytestmark = pytest.mark.anyio

Row = Sequence[Any]


class Model:
    """A model that answers the first value of a row, or raises what it is told to."""

    def __init__(self) -> None:
        self.calls: list[list[Row]] = []
        self.raises: dict[float, Exception] = {}

    async def predict(self, rows: list[Row], *, with_probabilities: bool) -> list[ModelOutput]:
        self.calls.append(rows)
        for row in rows:
            if row[0] in self.raises:
                raise self.raises[row[0]]
        return [ModelOutput(row[0], [row[0]] if with_probabilities else None) for row in rows]


class Ledger(list[tuple[str, Row]]):
    def refute(self, reason: str, row: Row) -> None:
        self.append((reason, row))


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Model:
    monkeypatch.setattr(verification_module, "PAUSE_SECONDS", 0.0)
    return Model()


async def verify(model: Model, rows: list[Row], answers: list[ModelOutput | None]) -> tuple[ShadowChecker, Ledger]:
    """Take these rows, and return when they were compared."""
    ledger = Ledger()
    verification = ShadowChecker(model.predict, ledger.refute, share=1)
    verification.start()
    await asyncio.to_thread(verification.take, rows, answers)
    await wait_until_async(lambda: not verification._waiting and not verification._woken.is_set())
    await asyncio.sleep(0)
    await verification.stop()
    return verification, ledger


async def test_what_waits_is_compared_in_one_call_and_what_was_handed_back_is_not(model: Model) -> None:
    verification, refuted = await verify(model, [[1], [2], [3]], [ModelOutput(1, None), None, ModelOutput(3, None)])
    assert (model.calls, verification.verified, refuted) == ([[[1], [3]]], 2, [])


async def test_a_last_bit_is_no_difference_and_another_label_is_one(model: Model) -> None:
    near = ModelOutput(0.1 + 0.2, [0.1 + 0.2])
    verification, refuted = await verify(model, [[0.3], [5]], [near, ModelOutput(6, None)])
    assert [row for _, row in refuted] == [[5]]
    assert "6" in refuted[0][0]
    assert (verification.verified, verification.differing) == (2, 1)


@pytest.mark.parametrize("error", [InvalidFeaturesError("No."), ModelCodeError("1", {})])
async def test_a_row_that_the_model_does_not_answer_is_a_difference(model: Model, error: Exception) -> None:
    model.raises[2] = error
    _, refuted = await verify(model, [[1], [2], [3]], [ModelOutput(each, None) for each in (1, 2, 3)])
    assert [row for _, row in refuted] == [[2]]


async def test_while_the_model_is_away_nothing_is_concluded(model: Model) -> None:
    model.raises[1] = ModelUnavailableError("Away.")
    verification, refuted = await verify(model, [[1]], [ModelOutput(7, None)])
    assert (verification.verified, refuted) == (0, [])


async def test_a_share_is_kept_and_never_more_than_there_is_room_for(model: Model) -> None:
    verification = ShadowChecker(model.predict, Ledger().refute, share=0.1)
    verification._loop = asyncio.get_running_loop()
    for _ in range(100):
        verification.take([[1]] * 10, [ModelOutput(1, None)] * 10)
    assert 50 < len(verification._waiting) < 200
    for _ in range(100):
        verification.take([[1]] * 100, [ModelOutput(1, None)] * 100)
    assert len(verification._waiting) == MOST_WAITING


async def test_a_share_of_none_keeps_nothing(model: Model) -> None:
    verification = ShadowChecker(model.predict, Ledger().refute, share=0)
    verification.start()
    verification.take([[1]], [ModelOutput(1, None)])
    await verification.stop()
    assert (len(verification._waiting), model.calls) == (0, [])


async def test_a_share_beyond_the_precision_of_a_float_keeps_nothing(model: Model) -> None:
    verification = ShadowChecker(model.predict, Ledger().refute, share=1e-17)
    verification._loop = asyncio.get_running_loop()
    verification.take([[1]] * 1000, [ModelOutput(1, None)] * 1000)
    assert len(verification._waiting) == 0


async def test_two_threads_never_choose_rows_at_the_same_time(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    verification = ShadowChecker(model.predict, Ledger().refute, share=0.5)
    verification._loop = asyncio.get_running_loop()
    inside: list[int] = []
    overlaps: list[int] = []
    choose = verification._choose

    def observed(count: int) -> list[int]:
        inside.append(count)
        overlaps.extend(inside[1:])
        time.sleep(0.001)
        chosen = choose(count)
        inside.pop()
        return chosen

    monkeypatch.setattr(verification, "_choose", observed)
    takes = (asyncio.to_thread(verification.take, [[1]] * 3, [ModelOutput(1, None)] * 3) for _ in range(50))
    await asyncio.gather(*takes)
    assert overlaps == []
