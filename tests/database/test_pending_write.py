"""PendingWrite: a write is committed or abandoned, never both, and the model's time is not the database's."""

import threading

import pytest

from web_single.database.pending_write import AbandonedError, PendingWrite
from web_single.errors import DatabaseUnavailableError, ModelUnavailableError


def pending(*, write_timeout_seconds: float = 30, predict_timeout_seconds: float = 30) -> PendingWrite:
    return PendingWrite(write_timeout_seconds=write_timeout_seconds, predict_timeout_seconds=predict_timeout_seconds)


def test_an_abandoned_write_is_not_committed() -> None:
    write = pending()
    write.check_pending()
    assert write.abandon()
    for attempt in (write.check_pending, write.begin_commit):
        with pytest.raises(AbandonedError):
            attempt()


def test_a_write_whose_commit_has_begun_is_not_abandoned() -> None:
    write = pending()
    write.begin_commit()
    assert not write.abandon()


def test_of_both_sides_at_once_exactly_one_decides() -> None:
    for _ in range(200):
        write, start, won = pending(), threading.Barrier(2), []

        def commit() -> None:
            start.wait()  # noqa: B023 - joined in the same round
            try:
                write.begin_commit()  # noqa: B023 - joined in the same round
            except AbandonedError:
                return
            won.append("commit")  # noqa: B023 - joined in the same round

        thread = threading.Thread(target=commit)
        thread.start()
        start.wait()
        if write.abandon():
            won.append("abandon")
        thread.join()
        assert len(won) == 1


def test_the_time_of_a_prediction_is_the_models_and_the_databases_starts_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr("web_single.database.pending_write.time.monotonic", lambda: clock[0])
    write = pending(write_timeout_seconds=20, predict_timeout_seconds=5)
    assert isinstance(write.timeout_error(), DatabaseUnavailableError)
    with write.predicting():
        clock[0] = 6
        assert write.seconds_to_next_check() < 0
        assert isinstance(write.timeout_error(), ModelUnavailableError)
    clock[0] = 6 + 19
    assert write.seconds_to_next_check() == 1
    clock[0] = 6 + 21
    assert write.seconds_to_next_check() < 0


def test_a_prediction_that_begins_later_is_looked_at_within_its_own_time() -> None:
    assert pending(write_timeout_seconds=20, predict_timeout_seconds=5).seconds_to_next_check() == 5


def test_the_deadline_is_looked_at_before_a_prediction_that_ends_now_could_make_it_pass() -> None:
    write = pending(write_timeout_seconds=20, predict_timeout_seconds=1000)
    with write.predicting():
        assert write.seconds_to_next_check() == 20
