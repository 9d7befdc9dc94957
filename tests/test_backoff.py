"""How long to wait before the next try."""

import pytest

from web_single.backoff import Backoff


def test_it_doubles_up_to_ten_seconds_and_a_healthy_minute_starts_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    backoff = Backoff()
    assert [backoff.next_seconds() for _ in range(9)] == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10]
    clock[0] += 61
    assert [backoff.next_seconds() for _ in range(2)] == [0.1, 0.2]


def test_success_starts_it_again() -> None:
    backoff = Backoff()
    assert [backoff.next_seconds() for _ in range(3)] == [0.1, 0.2, 0.4]
    backoff.forget()
    assert backoff.next_seconds() == 0.1
