"""Client of the model process for checks: calls the model directly, without request validation."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from web_single.config import Config
from web_single.errors import ModelUnavailableError, RunnerCrashedError
from web_single.predictor.predictor import Predictor
from web_single.predictor.runner.process import RunnerProcess
from web_single.predictor.runner.wire_format import FrameHeader, decode_rows, encode_rows
from web_single.predictor.signature.feature import is_number
from web_single.predictor.signature.signature import Signature
from web_single.service.check.sample_rows import Row

INQUIRY_SECONDS = 5
LOOK_SECONDS = 0.05
MOST_CHARACTERS = 120
NOT_FINITE = "the model gives no finite answer"
TOO_LARGE = "the model takes no number beyond 3.4e38 (float32)"


@dataclass(frozen=True)
class Reply:
    """The results for a batch of rows, or the error, and whether the model process crashed or timed out."""

    results: list[Any] | None = None
    probabilities: list[list[float]] | None = None
    error: str | None = None
    ended: bool = False

    def part(self, row: int) -> "Reply":
        """Return the reply for a single row of the batch.

        Args:
            row: The index of the row in the batch.
        """
        probabilities = self.probabilities[row : row + 1] if self.probabilities is not None else None
        return Reply(self.results[row : row + 1] if self.results is not None else None, probabilities)


class RunnerClient:
    """Calls the model with rows that the service would reject, and returns the errors of user code."""

    def __init__(self, predictor: Predictor, config: Config) -> None:
        self._predictor = predictor
        self._config = config

    @property
    def signature(self) -> Signature:
        """The inputs and outputs of the model."""
        return self._predictor.signature

    @property
    def answered(self) -> list[Row]:
        """The rows for which the model returned results when it was probed after loading."""
        rows: list[Row] = self._predictor.description["probe"]["rows"]
        return rows

    async def ask(self, rows: Sequence[Row]) -> Reply:
        """Return the reply to a batch of valid rows, with probabilities if the model has them."""
        with_probabilities = self.signature.probabilities
        head, block = encode_rows(rows, self.signature.non_numeric_columns(rows))
        return await self._ask(head, block, len(rows), with_probabilities=with_probabilities)

    async def ask_wrong(self, row: Row) -> Reply:
        """Return the reply to one row that the service would reject."""
        head, block = encode_rows([row], [at for at, value in enumerate(row) if not is_number(value)])
        return await self._ask(head, block, 1, with_probabilities=False)

    async def _ask(self, head: FrameHeader, block: bytes, rows: int, *, with_probabilities: bool) -> Reply:
        head["probabilities"] = with_probabilities
        try:
            reply, reply_block = await self._call(head, block, self._config.predict_timeout_seconds)
        except RunnerCrashedError as error:
            return Reply(error=error.message, ended=True)
        if "results" not in reply:
            return Reply(error=trouble_in(reply))
        probabilities = decode_rows(reply_block, rows=rows) if with_probabilities else None
        return Reply(reply["results"], probabilities)

    async def inquire(self, question: str) -> FrameHeader:
        """Return the reply of the model process to a query other than a prediction.

        Args:
            question: The name of the query, such as `dataset` or `classes`.

        Returns:
            The reply; its key `raised` describes an exception of user code, a crash or a timeout.
        """
        try:
            reply, _ = await self._call({"ask": question}, b"", INQUIRY_SECONDS)
        except RunnerCrashedError:
            return {"raised": {"type": "TimeoutError", "message": f"no answer in {INQUIRY_SECONDS} seconds"}}
        return reply

    async def _call(self, head: FrameHeader, block: bytes, timeout_seconds: float) -> tuple[FrameHeader, bytes]:
        runner = self._predictor.ready_runner()
        try:
            return await runner.call(head, block, timeout_seconds=timeout_seconds)
        except RunnerCrashedError:
            runner.kill()
            await self._wait_for_another(runner)
            raise

    async def _wait_for_another(self, runner: RunnerProcess) -> None:
        """Wait until the model is loaded in a new process; after the timeout, the next call raises the error."""
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * self._config.load_timeout_seconds):
                while self._asks(runner):  # noqa: ASYNC110 - the predictor has no event for a change of its state
                    await asyncio.sleep(LOOK_SECONDS)

    def _asks(self, runner: RunnerProcess) -> bool:
        """Return whether no other model process has replaced this one yet."""
        try:
            return self._predictor.ready_runner() is runner
        except ModelUnavailableError:
            return True

    async def median_milliseconds(self, rows: Sequence[Row], *, calls: int, at_most_seconds: float) -> float | None:
        """Return the median duration of a call with these rows, or None if a call fails.

        Args:
            rows: The batch of each call.
            calls: The maximum number of calls.
            at_most_seconds: The time after which no further call starts.
        """
        times: list[float] = []
        started = time.perf_counter()
        while len(times) < calls and (not times or time.perf_counter() - started < at_most_seconds):
            before = time.perf_counter()
            reply = await self.ask(rows)
            if reply.results is None:
                return None
            times.append((time.perf_counter() - before) * 1000)
        return round(sorted(times)[len(times) // 2], 3)

    def memory_bytes(self) -> int | None:
        """Return the memory of the model process in bytes, or None if the system does not report it."""
        return self._predictor.ready_runner().memory_bytes() or None


def trouble_in(reply: FrameHeader) -> str:
    """Return the error message for a reply without results."""
    if "raised" in reply:
        return told_by(reply["raised"])
    return TOO_LARGE if "too_large" in reply else NOT_FINITE


def told_by(raised: FrameHeader) -> str:
    """Return an exception of user code as text: its type and message, cut to `MOST_CHARACTERS`."""
    words = "{type}: {message}".format(**raised)
    return words if len(words) <= MOST_CHARACTERS else words[: MOST_CHARACTERS - 1] + "…"
