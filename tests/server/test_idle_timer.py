"""Deadline: its function is called once, when the time is up, unless it was lifted; one timer serves many deadlines."""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from web_single.server.idle_timer import IdleTimer


class Clock:
    """What a deadline needs of an event loop; its time passes only when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[Any] = []

    def time(self) -> float:
        return self.now

    def call_at(self, at: float, function: Callable[[], None]) -> Any:  # noqa: ANN401 - a stand-in
        timer = SimpleNamespace(when=lambda: at, function=function)
        timer.cancel = lambda: self.timers.remove(timer)
        self.timers.append(timer)
        return timer

    def pass_to(self, now: float) -> None:
        self.now = now
        for timer in [timer for timer in self.timers if timer.when() <= now]:
            self.timers.remove(timer)
            timer.function()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def calls() -> list[float]:
    return []


@pytest.fixture
def deadline(clock: Clock, calls: list[float]) -> Iterator[IdleTimer]:
    yield IdleTimer(clock, lambda: calls.append(clock.now))  # type: ignore[arg-type]
    assert len(clock.timers) <= 1


def test_the_function_is_called_once_when_the_time_is_up(deadline: IdleTimer, clock: Clock, calls: list[float]) -> None:
    deadline.set(5)
    assert deadline.is_set
    clock.pass_to(104.9)
    assert calls == []
    clock.pass_to(105)
    clock.pass_to(1_000)
    assert calls == [105]
    assert not deadline.is_set


def test_a_deadline_that_was_lifted_is_not_called(deadline: IdleTimer, clock: Clock, calls: list[float]) -> None:
    deadline.set(5)
    deadline.cancel()
    assert not deadline.is_set
    clock.pass_to(1_000)
    assert calls == []


def test_a_later_deadline_uses_the_timer_of_the_one_before(
    deadline: IdleTimer, clock: Clock, calls: list[float]
) -> None:
    deadline.set(5)
    clock.pass_to(103)
    deadline.cancel()
    deadline.set(5)
    assert [timer.when() for timer in clock.timers] == [105]
    clock.pass_to(105)
    assert calls == []
    assert [timer.when() for timer in clock.timers] == [108]
    clock.pass_to(108)
    assert calls == [108]


def test_an_earlier_deadline_gets_a_timer_of_its_own(deadline: IdleTimer, clock: Clock, calls: list[float]) -> None:
    deadline.set(50)
    deadline.set(5)
    assert [timer.when() for timer in clock.timers] == [105]
    clock.pass_to(105)
    assert calls == [105]


def test_it_can_be_set_again_after_it_was_called(deadline: IdleTimer, clock: Clock, calls: list[float]) -> None:
    for at in (105, 110):
        deadline.set(5)
        clock.pass_to(at)
    assert calls == [105, 110]


def test_the_end_cancels_the_timer(deadline: IdleTimer, clock: Clock) -> None:
    deadline.end()
    deadline.set(5)
    deadline.end()
    assert clock.timers == []
