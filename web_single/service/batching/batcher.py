"""Dynamic batching, the fast path for concurrent requests: one model call and one commit for each batch."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self

from web_single.config import Config
from web_single.database.group_commit import NewPrediction
from web_single.database.prediction_store import PredictionStore
from web_single.errors import (
    BatchCallError,
    ModelUnavailableError,
    RunnerCrashedError,
    UnavailableError,
    WebSingleError,
)
from web_single.predictor.compiled.model import CompiledModel
from web_single.predictor.predictor import Predictor
from web_single.predictor.signature.model_output import ModelOutput
from web_single.service.batching.pacing import BatchPacing
from web_single.service.batching.request_queue import PendingRequest, Prediction, RequestQueue

MOST_DEATHS = 2
STOPPING = UnavailableError("The server stops.")


class Batcher:
    """Collects concurrent requests into batches, predicts and commits them.

    At most one batch is committed while the next one is predicted. A request that arrives at an empty queue does
    not wait for others. An error caused by one row is raised for that row only.
    A compiled model, if there is one, is called first, in the database's writer thread. Rows for which it returns no
    result (fallbacks) are queued for the model process.
    """

    def __init__(self, predictor: Predictor, store: PredictionStore, config: Config) -> None:
        self._predictor = predictor
        self._store = store
        self._batch_safety = predictor.batch_safety
        self._line = RequestQueue(config, self._batch_safety.max_rows)
        self._line_for_compiled = RequestQueue(config, lambda _: config.max_batch_size)
        self._loop = asyncio.get_running_loop()
        self._commit: asyncio.Task[None] | None = None
        self._pace = BatchPacing()
        self._serving = [asyncio.create_task(self._serve()), asyncio.create_task(self._serve_compiled())]

    @classmethod
    @asynccontextmanager
    async def of(cls, predictor: Predictor, store: PredictionStore, config: Config) -> AsyncIterator[Self | None]:
        """Yield a batcher that runs until the context exits, or None if batching is disabled in the settings."""
        queue = cls(predictor, store, config) if config.uses_batching else None
        try:
            yield queue
        finally:
            if queue is not None:
                await queue.close()

    async def predict(self, row: Sequence[Any], *, with_probabilities: bool = False) -> Prediction:
        """Return the prediction for one row after it is committed.

        Args:
            row: The feature values, as `Signature.validate_row` returns them.
            with_probabilities: Whether to compute class probabilities.

        Raises:
            WebSingleError: The prediction or its commit failed, the queue timed out or the server is stopping.
        """
        answered: asyncio.Future[Prediction] = self._loop.create_future()
        key = self._batch_safety.key_of(row, with_probabilities=with_probabilities)
        line = self._line if self._predictor.compiled is None else self._line_for_compiled
        line.add(PendingRequest(row, key, with_probabilities, answered))
        return await answered

    async def close(self) -> None:
        """Reject all pending requests and cancel the background tasks, including a running commit."""
        self._line.close(STOPPING)
        self._line_for_compiled.close(STOPPING)
        tasks = {*self._serving, *([self._commit] if self._commit is not None else [])}
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)

    async def _serve(self) -> None:
        while True:
            batch = await self._line.next_batch()
            with telling(batch):
                await self._serve_batch(batch)
                if self._commit is not None and self._pace.should_wait_for_commit():
                    await self._commit

    async def _serve_compiled(self) -> None:
        while True:
            batch = await self._line_for_compiled.next_batch()
            with telling(batch):
                await self._answer_compiled(batch)

    async def _answer_compiled(self, batch: list[PendingRequest]) -> None:
        """Predict a batch with the compiled model in short calls; queue it for the model process if that is faster."""
        with_probabilities = batch[0].with_probabilities
        compiled = self._predictor.compiled
        if self._batch_safety.max_rows(batch[0].batch_key) >= len(batch):  # else the reference path goes row by row
            compiled = self._predictor.compiled_for(len(batch), with_probabilities=with_probabilities)
        most = compiled.rows_per_call(with_probabilities=with_probabilities) if compiled is not None else 0
        while batch and compiled is not None and compiled is self._predictor.compiled:
            part, batch = batch[:most], batch[most:]
            await self._answer_part(compiled, part)
        for waiting in batch:
            self._line.add(waiting)

    async def _answer_part(self, compiled: CompiledModel, part: list[PendingRequest]) -> None:
        """Predict and commit in the writer thread; queue rows without a compiled result for the model process."""
        rows, with_probabilities = [waiting.row for waiting in part], part[0].with_probabilities
        answers: list[ModelOutput | None] = []

        def predict() -> list[NewPrediction]:
            answers.extend(compiled.predict(rows, with_probabilities=with_probabilities))
            self._predictor.verify(rows, answers)
            return [
                NewPrediction(answer.result, row, answer.probabilities)
                for row, answer in zip(rows, answers, strict=True)
                if answer is not None
            ]

        ids = iter(await self._store.add_group(predict, self._predictor.model_folder.version))
        for waiting, answer in zip(part, answers, strict=True):
            if answer is None:
                self._line.add(waiting)
            else:
                waiting.answer(Prediction(next(ids), answer.result, answer.probabilities))

    async def _serve_batch(self, batch: list[PendingRequest]) -> None:
        """Predict a batch in one call; on failure bisect it until the row that causes the error is isolated."""
        parts, deaths = [batch], 0
        while parts:
            part = parts.pop()
            if len(part) > 1 and self._batch_safety.max_rows(part[0].batch_key) < len(part):
                parts += bisect(part)
                continue
            try:
                answers = await self._ask(part)
            except BatchCallError:
                parts += bisect(part)
            except RunnerCrashedError as error:
                deaths += 1
                if len(part) > 1 and deaths <= MOST_DEATHS:
                    parts += bisect(part)
                else:
                    refuse(part, error)
                await self._wait_for_restart(parts, deaths)
            except WebSingleError as error:
                refuse(part, error)
            else:
                await self._start_commit(part, answers)

    async def _ask(self, part: list[PendingRequest]) -> list[ModelOutput]:
        rows = [waiting.row for waiting in part]
        key, is_batch = part[0].batch_key, len(part) > 1
        with self._pace.predicting():
            answers = await self._predictor.predict(
                rows, with_probabilities=part[0].with_probabilities, shared=is_batch
            )
        if is_batch and self._batch_safety.max_rows(key) < len(part):
            raise BatchCallError("Batching ended while this batch was predicted.")
        self._batch_safety.record(key, rows, answers)
        return answers

    async def _wait_for_restart(self, parts: list[list[PendingRequest]], deaths: int) -> None:
        """Wait for the restarted model process until the earliest deadline of the remaining requests.

        Rejects the remaining requests and clears `parts` on timeout or after more than `MOST_DEATHS` crashes.
        """
        if not parts:
            return
        waiting = [each for part in parts for each in part]
        seconds = min(each.deadline for each in waiting) - self._loop.time()
        try:
            if deaths > MOST_DEATHS:
                raise ModelUnavailableError("The model is being started anew.")
            await self._predictor.wait_until_ready(max(seconds, 0))
        except ModelUnavailableError as error:
            refuse(waiting, error)
            parts.clear()

    async def _start_commit(self, part: list[PendingRequest], answers: list[ModelOutput]) -> None:
        """Start a commit in the background after the previous one has finished; rejected requests are left out."""
        if self._commit is not None:
            await self._commit
        pairs = [(waiting, answer) for waiting, answer in zip(part, answers, strict=True) if not waiting.is_rejected]
        part, answers = [waiting for waiting, _ in pairs], [answer for _, answer in pairs]
        for waiting in part:
            waiting.is_committing = True
        self._commit = asyncio.create_task(self._store_all(part, answers))
        self._commit.add_done_callback(lambda _: refuse(part, STOPPING))  # if cancelled before it ran

    async def _store_all(self, part: list[PendingRequest], answers: list[ModelOutput]) -> None:
        predictions = [
            NewPrediction(answer.result, waiting.row, answer.probabilities)
            for waiting, answer in zip(part, answers, strict=True)
        ]
        with telling(part, committing=True), self._pace.answering():
            ids = await self._store.add_group(lambda: predictions, self._predictor.model_folder.version)
            for waiting, answer, prediction_id in zip(part, answers, ids, strict=True):
                waiting.answer(Prediction(prediction_id, answer.result, answer.probabilities))
            await asyncio.sleep(0)  # one event loop pass to write the responses
            await asyncio.sleep(0)  # and one to read the next requests


@contextmanager
def telling(batch: list[PendingRequest], *, committing: bool = False) -> Iterator[None]:
    """Reject the requests of a batch with any exception raised in the context, and suppress the exception.

    A cancellation rejects them too, and is raised again.

    Args:
        batch: The requests to reject on failure.
        committing: Whether the context is the commit itself. A request whose commit has started is rejected only by
            a failure of that commit.
    """
    try:
        yield
    except Exception as error:  # noqa: BLE001 - internal errors must reject the requests, too
        refuse([waiting for waiting in batch if waiting.is_committing == committing], error)
    except asyncio.CancelledError:
        refuse([waiting for waiting in batch if waiting.is_committing == committing], STOPPING)
        raise


def bisect(part: list[PendingRequest]) -> list[list[PendingRequest]]:
    """Return the second half and the first half, in this order: `pop` then takes the first half next."""
    middle = len(part) // 2
    return [part[middle:], part[:middle]]


def refuse(part: list[PendingRequest], error: Exception) -> None:
    """Reject all requests with the same error."""
    for waiting in part:
        waiting.refuse(error)
