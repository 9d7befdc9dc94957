"""The request queue: pending requests in order of arrival, grouped into batches, with a timeout."""

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
    """A committed prediction; `probabilities` has one value per class, or is None if not requested."""

    id: int
    result: Any
    probabilities: list[float] | None


@dataclass(slots=True, eq=False)
class PendingRequest:
    """A row that is queued for prediction.

    Only rows with the same batch key may be in one model call. A row whose key is None is predicted alone.
    `deadline` is in seconds of the event loop's clock; 0 means not set.
    """

    row: Sequence[Any]
    batch_key: BatchKey | None
    with_probabilities: bool
    answered: asyncio.Future[Prediction]
    deadline: float = 0.0
    is_committing: bool = False

    @property
    def is_rejected(self) -> bool:
        """Whether the request has failed already, so that its prediction must not be stored."""
        return self.answered.done() and not self.answered.cancelled() and self.answered.exception() is not None

    @property
    def kind(self) -> tuple[BatchKey | None, bool]:
        """The values that all requests of a batch have in common."""
        return self.batch_key, self.with_probabilities

    def answer(self, prediction: Prediction) -> None:
        """Set the prediction as the result, unless the request is already resolved, rejected or cancelled."""
        if not self.answered.done():
            self.answered.set_result(prediction)

    def refuse(self, error: Exception) -> None:
        """Set the error as the outcome, unless the request is already resolved, rejected or cancelled."""
        if not self.answered.done():
            self.answered.set_exception(error)


class RequestQueue:
    """Holds pending requests and returns them in batches; rejects a request when its deadline passes.

    Args:
        config: Settings.
        max_rows: Returns the maximum batch size for a batch key.
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
        """Add a request; reject it if the queue is closed. A request that has a deadline keeps it."""
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
        """Return the next requests that can share a model call; waits for a request and for the end of its burst."""
        while True:
            if not self._line:
                self._somebody_waits = self._loop.create_future()
                await self._somebody_waits
            await self._collect_burst()
            batch = self._take()
            if batch:
                return batch

    def close(self, error: WebSingleError) -> None:
        """Reject all pending and all future requests with this error."""
        self._error = error
        if self._timer is not None:
            self._timer.cancel()
        while self._line:
            self._line.popleft().refuse(error)

    async def _collect_burst(self) -> None:
        """Let requests that have already arrived enter the queue, without waiting for later ones.

        One pass of the event loop reads the sockets; the next one runs the tasks that this wakes. Clients that
        received their responses together send their next requests in one burst: it is over after `QUIET_PASSES`
        passes without a new request.
        """
        quiet, heard = 0, len(self._line)
        for _ in range(MOST_PASSES):
            await asyncio.sleep(0)
            quiet = quiet + 1 if len(self._line) == heard else 0
            heard = len(self._line)
            if quiet == QUIET_PASSES or heard >= self._max_batch:
                return

    def _take(self) -> list[PendingRequest]:
        """Remove and return the first request and those that can share its model call; others keep their order."""
        batch: list[PendingRequest] = []
        others: list[PendingRequest] = []
        limit = 1
        while self._line and len(batch) < limit:
            waiting = self._line.popleft()
            if waiting.answered.done():  # cancelled, or already rejected
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
