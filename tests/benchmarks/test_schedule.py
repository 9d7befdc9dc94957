"""When requests are due in an open loop, and which value a share of values does not exceed."""

import math

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.throughput.schedule import Schedule, percentile


def test_the_first_request_is_due_at_once_and_the_others_at_even_distances() -> None:
    schedule = Schedule(rate=4, seconds=1)
    assert [schedule.due_at(index) for index in range(schedule.count)] == [0, 0.25, 0.5, 0.75]


def test_nothing_is_due_before_the_start_and_nothing_more_after_the_end() -> None:
    schedule = Schedule(rate=10, seconds=2)
    assert (schedule.due_by(-1), schedule.due_by(0), schedule.due_by(60)) == (0, 1, 20)


@given(st.floats(0.5, 50_000), st.floats(0.1, 10), st.floats(0, 10))
def test_what_is_due_by_a_moment_was_due_before_it(rate: float, seconds: float, elapsed: float) -> None:
    schedule = Schedule(rate, seconds)
    due = schedule.due_by(elapsed)
    assert 1 <= due <= schedule.count
    assert schedule.due_at(due - 1) <= elapsed * (1 + 1e-12)
    assert due == schedule.count or schedule.due_at(due) > elapsed * (1 - 1e-12)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.5, 0.99, 0.999]))
def test_a_percentile_is_the_least_value_that_enough_others_do_not_exceed(values: list[float], share: float) -> None:
    found = percentile(sorted(values), share)
    assert sum(value <= found for value in values) >= math.ceil(share * len(values))
    assert sum(value < found for value in values) < math.ceil(share * len(values))


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile([], 0.99) == 0
