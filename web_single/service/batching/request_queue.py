"""RequestQueue: the requests that wait for the model, first come, first served, and none of them for ever."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from web_single.config import Config
from web_single.errors import OverloadedError, WebSingleError
from web_single.predictor.batch_safety import BatchKey

QUIET_PASSES = 4
MOST_PASSES = 50


class Prediction(NamedTuple):
    """A prediction that is committed; the probability of each class where it was asked for."""

    id: int
    result: Any
    probabilities: list[float] | None


@dataclass(slots=True, eq=False)
class PendingRequest:
    """A row that waits for its prediction. Only rows with the same batch key share a call; None shares with none."""

    row: Sequence[Any]
    batch_key: BatchKey | None
    with_probabilities: bool
    answered: asyncio.Future[Prediction]
    deadline: float = 0.0
    is_committing: bool = False

    @property
    def is_rejected(self) -> bool:
        """Whether its response is an error already: it must not be stored any more."""
        return self.answered.done() and not self.answered.cancelled() and self.answered.exception() is not None

    @property
    def kind(self) -> tuple[BatchKey | None, bool]:
        """What all requests that leave together have in common."""
        return self.batch_key, self.with_probabilities

    def answer(self, prediction: Prediction) -> None:
        """Hand over the prediction, if somebody still waits."""
        if not self.answered.done():
            self.answered.set_result(prediction)

    def refuse(self, error: Exception) -> None:
        """Tell whoever waits what went wrong, if somebody still waits."""
        if not self.answered.done():
            self.answered.set_exception(error)


class RequestQueue:
    """Who has waited too long is refused.

    Args:
        config: Settings.
        max_rows: Returns how many requests may leave together with one that has this batch key.
    """

    def __init__(self, config: Config, max_rows: Callable[[BatchKey | None], int]) -> None:
        self._max_batch = config.max_batch_size
        self._max_rows = max_rows
        self._timeout_seconds = config.queue_timeout_seconds
        self._loop = asyncio.get_running_loop()
        self._line: deque[PendingRequest] = deque()
        self._somebody_waits: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._error: WebSingleError | None = None

    def add(self, waiting: PendingRequest) -> None:
        """Let somebody wait, unless the line is closed."""
        if self._error is not None:
            waiting.refuse(self._error)
            return
        waiting.deadline = waiting.deadline or self._loop.time() + self._timeout_seconds
        self._line.append(waiting)
        if self._somebody_waits is not None:
            self._somebody_waits.set_result(None)
            self._somebody_waits = None
        elif self._timer is None:
            self._timer = self._loop.call_at(waiting.deadline, self._refuse_late)

    async def next_batch(self) -> list[PendingRequest]:
        """Wait until somebody waits and what has arrived is read; return those whose rows can share a call."""
        while True:
            if not self._line:
                self._somebody_waits = self._loop.create_future()
                await self._somebody_waits
            await self._collect_burst()
            batch = self._take()
            if batch:
                return batch

    def close(self, error: WebSingleError) -> None:
        """Refuse all who wait, and all who come."""
        self._error = error
        if self._timer is not None:
            self._timer.cancel()
        while self._line:
            self._line.popleft().refuse(error)

    async def _collect_burst(self) -> None:
        """Read what has arrived, and wait for nobody else.

        A pass of the event loop reads what has arrived; the next one runs what that has woken. Clients that were
        answered together ask again together, one after the other: a few quiet passes tell that all have done so.
        """
        quiet, heard = 0, len(self._line)
        for _ in range(MOST_PASSES):
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._line) == heard else 0
            heard = len(self._line)
            if quiet == QUIET_PASSES or heard >= self._max_batch:
                return

    def _take(self) -> list[PendingRequest]:
        """Take the first and those behind it that can share a call; others keep their places."""
        batch: list[PendingRequest] = []
        others: list[PendingRequest] = []
        limit = 1
        while self._line and len(batch) < limit:
            waiting = self._line.popleft()
            if waiting.answered.done():  # nobody waits for it any more
                continue
            if not batch:
                limit = self._max_rows(waiting.batch_key)
            (batch if not batch or waiting.kind == batch[0].kind else others).append(waiting)
        self._line.extendleft(reversed(others))
        return batch

    def _refuse_late(self) -> None:
        self._timer = None
        now = self._loop.time()
        while self._line and self._line[0].deadline <= now:
            self._line.popleft().refuse(OverloadedError.after(self._timeout_seconds))
        if self._line:
            self._timer = self._loop.call_at(self._line[0].deadline, self._refuse_late)
