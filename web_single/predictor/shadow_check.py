"""Shadow check: a sample of fast-path results, recomputed by the model process in the background."""

import asyncio
import contextlib
import math
import random
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from web_single.errors import InvalidInputError, ModelCodeError, UnavailableError
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.tolerance import RELATIVE, all_close

MOST_WAITING = 256
PAUSE_SECONDS = 1.0

Row = Sequence[Any]
Predict = Callable[..., Awaitable[list[ModelOutput]]]
Refute = Callable[[str, Row], None]


class ShadowChecker:
    """Samples rows with their outputs, predicts them again in batches at most once a second, and reports mismatches.

    Args:
        predict: Predicts rows on the reference path.
        refute: Called with a reason and the row for each mismatch.
        share: The fraction of rows to sample, 0 to 1.
        relative: The relative tolerance for floats.
    """

    def __init__(self, predict: Predict, refute: Refute, *, share: float, relative: float = RELATIVE) -> None:
        self.verified = 0
        self.differing = 0
        self._predict = predict
        self._refute = refute
        self._share = share
        self._relative = relative
        self._taking = threading.Lock()  # the event loop and the commit thread both call `take`
        self._waiting: deque[tuple[Row, ModelOutput]] = deque(maxlen=MOST_WAITING)
        self._dice = random.Random()  # noqa: S311 - sampling needs no cryptographic randomness
        self._next = self._draw()
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def _draw(self) -> int:
        """Return how many rows to skip before the next sampled row (geometric distribution)."""
        if self._share in (0, 1):
            return 0
        return int(math.log1p(-self._dice.random()) / math.log1p(-self._share))

    def start(self) -> None:
        """Start the background task, unless the share is 0."""
        if self._share:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Cancel the background task and wait until it has ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def take(self, rows: Sequence[Row], answers: Sequence[ModelOutput | None]) -> None:
        """Sample from these rows and their outputs, without those that are None; thread-safe, does not block."""
        if not self._share or self._loop is None:
            return
        with self._taking:
            chosen = self._choose(len(rows))
        if not chosen:
            return
        self._waiting.extend((list(rows[index]), answer) for index in chosen if (answer := answers[index]) is not None)
        with contextlib.suppress(RuntimeError):  # the server has ended
            self._loop.call_soon_threadsafe(self._woken.set)

    def _choose(self, count: int) -> list[int]:
        """Return the indices of the sampled rows among the next `count` rows."""
        chosen = []
        while self._next < count:
            chosen.append(self._next)
            self._next += 1 + self._draw()
        self._next -= count
        return chosen

    async def _go_on(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            await self._compare()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _compare(self) -> None:
        """Compare all sampled rows; drop them if the model is unavailable."""
        taken = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for with_probabilities in (False, True):
            some = [(row, said) for row, said in taken if (said.probabilities is not None) is with_probabilities]
            with contextlib.suppress(UnavailableError):
                for (row, said), told in zip(some, await self._ask(some, with_probabilities), strict=True):
                    self._compare_outputs(row, said, told)

    async def _ask(self, some: Sequence[tuple[Row, ModelOutput]], with_probabilities: bool) -> list[ModelOutput | None]:  # noqa: FBT001 - passed on
        """Return the output for each row, None for a row that the model rejects; rows are retried alone on error."""
        if not some:
            return []
        try:
            return [*await self._predict([row for row, _ in some], with_probabilities=with_probabilities)]
        except (InvalidInputError, ModelCodeError):
            if len(some) == 1:
                return [None]
            return [answer for one in some for answer in await self._ask([one], with_probabilities)]

    def _compare_outputs(self, row: Row, said: ModelOutput, told: ModelOutput | None) -> None:
        self.verified += 1
        if told is not None and all_close(
            [said.result, said.probabilities], [told.result, told.probabilities], relative=self._relative
        ):
            return
        self.differing += 1
        self._refute(f"{said} was answered, and {told or 'nothing'} by the model itself.", row)
