"""Pace: the model waits for a commit only while commits are known to be the shorter of the two."""

from types import SimpleNamespace

import pytest

from web_single.service.batching import pacing as pace_module
from web_single.service.batching.pacing import BatchPacing


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=50.0)
    monkeypatch.setattr(pace_module, "time", SimpleNamespace(perf_counter=lambda: clock.now))
    return clock


def measure(pace: BatchPacing, clock: SimpleNamespace, *, predicting: float | None, answering: float | None) -> None:
    if predicting is not None:
        with pace.predicting():
            clock.now += predicting
    if answering is not None:
        with pace.answering():
            clock.now += answering


@pytest.mark.parametrize(
    ("predicting", "answering", "waits"),
    [(None, None, False), (60, None, False), (None, 0.5, False), (2, 1, True), (1, 2, False), (1, 1, False)],
)
def test_the_model_waits_for_a_commit_that_is_known_to_be_shorter_than_a_call(
    clock: SimpleNamespace, predicting: float | None, answering: float | None, *, waits: bool
) -> None:
    pace = BatchPacing()
    measure(pace, clock, predicting=predicting, answering=answering)
    assert pace.should_wait_for_commit() is waits


def test_the_latest_times_count(clock: SimpleNamespace) -> None:
    pace = BatchPacing()
    measure(pace, clock, predicting=1, answering=2)
    measure(pace, clock, predicting=3, answering=2)
    assert pace.should_wait_for_commit()
