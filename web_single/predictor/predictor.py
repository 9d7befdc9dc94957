"""Predictions on the reference path: calls to the model process, and its supervision and restarts."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from enum import StrEnum
from typing import Any

from web_single.backoff import Backoff
from web_single.config import Config
from web_single.environments.environment import Environment
from web_single.errors import (
    InvalidFeaturesError,
    ModelCodeError,
    ModelFolderError,
    ModelUnavailableError,
    OverloadedError,
    RunnerCrashedError,
)
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.watcher import ModelFolderWatcher
from web_single.predictor.batch_safety import BatchSafetyMonitor
from web_single.predictor.compiled.manager import CompiledModelManager, ended
from web_single.predictor.compiled.model import CompiledModel
from web_single.predictor.runner.process import RunnerProcess
from web_single.predictor.runner.wire_format import FrameHeader, encode_rows
from web_single.predictor.shadow_check import ShadowChecker
from web_single.predictor.signature.model_output import ModelOutput, raise_failure, read_answers
from web_single.predictor.signature.signature import Signature
from web_single.predictor.signature.tolerance import all_close

MORE_ATTEMPTS = 2

log = get_logger()


class RunnerState(StrEnum):
    """The state of the model process; only `READY` accepts calls."""

    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPED = "stopped"


class Predictor:
    """Returns what the `predict` of `model.py` returns, and keeps a model process running."""

    signature: Signature
    description: FrameHeader
    started: asyncio.Task[None]
    _runner: RunnerProcess

    def __init__(self, model_folder: ModelFolder, environment: Environment, config: Config) -> None:
        self.model_folder = model_folder
        self.environment = environment
        self.state = RunnerState.STARTING
        self.restarts = 0
        self.error: str | None = None
        self._config = config
        self._watch = ModelFolderWatcher(model_folder)
        self._turn = asyncio.Lock()
        self._ready = asyncio.Event()
        self._backoff = Backoff()
        self.compilation = CompiledModelManager(model_folder, environment, config)
        self.batch_safety = BatchSafetyMonitor(self.predict, config)
        self.verification = ShadowChecker(self.predict, self.compilation.refute, share=config.shadow_sample_rate)

    async def start(self) -> None:
        """Start the model process, and return when rows can be predicted.

        With a compiled model in the cache, this does not wait for the model process, which starts in the background.
        `started` is the task of that start; it raises the same errors as this method.

        Raises:
            ModelFolderError: The model cannot be loaded.
        """
        await self._watch.prepare()
        await self.compilation.find()
        self.started = asyncio.create_task(self._start_first())
        if self.compiled is None:
            try:
                await self.started
            except BaseException:  # a cancellation may arrive after the process has started
                await self._stop_process()
                raise
        else:
            self._take_description(self.compiled.manifest.description)
        self.compilation.start_building()
        self.verification.start()
        self.batch_safety.start()

    async def _start_first(self) -> None:
        self._runner = runner = await self._start_runner_beside_compiled()
        self._watch.start()
        self._keeper = asyncio.create_task(self._supervise(runner))
        if self.compiled is not None and not all_close(runner.description, self.compiled.manifest.description):
            self.compilation.turn_off("The model tells something else of itself than when it was compiled.")
        if self.compiled is None:
            self._take_description(runner.description)

    async def _start_runner_beside_compiled(self) -> RunnerProcess:
        """Start a model process; retry a failed start only while a compiled model serves the predictions."""
        for _ in range(MORE_ATTEMPTS if self.compiled is not None else 0):
            try:
                return await self._start_runner()
            except ModelFolderError as error:
                log.error(Event.RUNNER_NOT_STARTED, reason=str(error), kind=type(error).__name__)
                await asyncio.sleep(self._backoff.next_seconds())
        return await self._start_runner()

    def _take_description(self, description: FrameHeader) -> None:
        self.description = description
        self.signature = Signature.from_description(description)
        self.batch_safety.set_signature(self.signature)

    async def stop(self) -> None:
        """Stop the background tasks, and end the model process and its children."""
        self.state = RunnerState.STOPPED
        await self.compilation.stop()
        await self.verification.stop()
        await self.batch_safety.stop()
        await self._stop_process()

    async def _stop_process(self) -> None:
        await ended(self.started)
        if not self.started.cancelled() and self.started.exception() is None:
            await ended(self._keeper)
            await self._runner.end()
            await self._watch.stop()

    @property
    def warning(self) -> str | None:
        """A message if the files in the model folder are not those that are served, else None."""
        return self._watch.warning

    @property
    def compiled(self) -> CompiledModel | None:
        """The compiled model, or None if none may be used."""
        return self.compilation.model

    def compiled_for(self, rows: int, *, with_probabilities: bool) -> CompiledModel | None:
        """Return the compiled model if it is faster for this number of rows or no model process is ready, else None."""
        compiled = self.compiled
        if compiled is None or self.state is not RunnerState.READY:
            return compiled
        return compiled if compiled.is_faster(rows, with_probabilities=with_probabilities) else None

    def verify(self, rows: Sequence[Sequence[Any]], answers: Sequence[ModelOutput | None]) -> None:
        """Queue a sample of the compiled model's outputs for the shadow check; thread-safe, does not block."""
        self.verification.take(rows, answers)

    async def answer(self, rows: Sequence[Sequence[Any]], *, with_probabilities: bool = False) -> list[ModelOutput]:
        """Return one output for each row, from the compiled model if it is used, else from the model process.

        Rows for which the compiled model returns None fall back to the model process.
        """
        compiled = self.compiled_for(len(rows), with_probabilities=with_probabilities)
        if compiled is None:
            return await self.predict(rows, with_probabilities=with_probabilities)
        answers = await asyncio.to_thread(compiled.predict, rows, with_probabilities=with_probabilities)
        self.verify(rows, answers)
        back = [at for at, answer in enumerate(answers) if answer is None]
        if back:
            try:
                told = await self.predict([rows[at] for at in back], with_probabilities=with_probabilities)
            except (InvalidFeaturesError, ModelCodeError):  # called with all rows, its error names the right one
                return await self.predict(rows, with_probabilities=with_probabilities)
            for at, answer in zip(back, told, strict=True):
                answers[at] = answer
        return [answer for answer in answers if answer is not None]

    async def predict(
        self, rows: Sequence[Sequence[Any]], *, with_probabilities: bool = False, shared: bool = False
    ) -> list[ModelOutput]:
        """Return one output for each row, from the model process.

        Args:
            rows: Shape (rows, features), in the model's order.
            with_probabilities: Whether to return class probabilities too.
            shared: Whether the rows come from several requests.

        Raises:
            InvalidFeaturesError: The model has no finite result for a row, or does not accept a number.
            ModelCodeError: User code raised an exception.
            ModelUnavailableError: No model process is ready.
            OverloadedError: The model process stayed busy for `queue_timeout_seconds`.
            BatchCallError: A call with `shared` returned no results.
        """
        head, block = encode_rows(rows, self.signature.non_numeric_columns(rows))
        head |= {"probabilities": with_probabilities, "shared": shared}
        head["timeout_seconds"] = self._config.predict_timeout_seconds
        await self._wait_for_the_first()
        async with self._exclusive_access():
            runner = self.ready_runner()
            reply, reply_block = await self._call(runner, head, block)
            self._backoff.forget()
            self._end_beyond_memory_limit(runner)
        try:
            raise_failure(reply, len(rows), self.signature, shared=shared)
            return read_answers(reply, reply_block, rows=len(rows), with_probabilities=with_probabilities)
        except RunnerCrashedError:
            self._kill_runner(runner)
            raise

    async def _wait_for_the_first(self) -> None:
        """Wait for the first model process while it starts, at most `queue_timeout_seconds`."""
        if self.state is RunnerState.STARTING:
            await asyncio.wait({self.started}, timeout=self._config.queue_timeout_seconds)

    @contextlib.asynccontextmanager
    async def _exclusive_access(self) -> AsyncIterator[None]:
        """Hold the lock of the model process; raise OverloadedError after `queue_timeout_seconds`."""
        timeout_seconds = self._config.queue_timeout_seconds
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._turn.acquire()
        except TimeoutError as error:
            raise OverloadedError.after(timeout_seconds) from error
        try:
            yield
        finally:
            self._turn.release()

    async def wait_until_ready(self, timeout_seconds: float) -> None:
        """Wait until a model process is ready; raise ModelUnavailableError after `timeout_seconds`."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._ready.wait()
        except TimeoutError as error:
            raise ModelUnavailableError("The model is being started anew.") from error

    async def _call(self, runner: RunnerProcess, head: FrameHeader, block: bytes) -> tuple[FrameHeader, bytes]:
        try:
            return await runner.call(head, block, timeout_seconds=self._config.predict_timeout_seconds)
        except BaseException:  # a process with an unfinished call cannot be reused
            self._kill_runner(runner)
            raise

    def _kill_runner(self, runner: RunnerProcess) -> None:
        """Kill the process, and stop calls to it before the supervisor notices its end."""
        runner.kill()
        if runner is self._runner and self.state is RunnerState.READY:
            self._mark_unavailable("The model's process is being replaced.")

    def _mark_unavailable(self, trouble: str) -> None:
        self.state, self.error = RunnerState.RESTARTING, trouble
        self._ready.clear()

    def ready_runner(self) -> RunnerProcess:
        """Return the model process; raise ModelUnavailableError if none is ready."""
        if self.state is not RunnerState.READY:
            raise ModelUnavailableError("The model is being started anew.")
        return self._runner

    def _end_beyond_memory_limit(self, runner: RunnerProcess) -> None:
        limit = self._config.runner_memory_limit_bytes
        if limit is not None and (used := runner.memory_bytes()) > limit:
            log.warning(Event.RUNNER_OVER_MEMORY, used_bytes=used, limit_bytes=int(limit))
            self._kill_runner(runner)

    async def _start_runner(self) -> RunnerProcess:
        """Start a model process, and reject it if the model folder's files changed since they were opened."""
        await asyncio.to_thread(self.model_folder.check_unchanged)
        runner = await RunnerProcess.start(
            self.model_folder.artifact,
            python=self.environment.python,
            load_timeout_seconds=self._config.load_timeout_seconds,
            runners=self._config.workers,
        )
        try:
            await asyncio.to_thread(self.model_folder.check_unchanged, loaded=True)
        except BaseException:
            await runner.end()
            raise
        self.state, self.error = RunnerState.READY, runner.description["error"]
        self._ready.set()
        log.info(Event.RUNNER_STARTED, pid=runner.pid, model_version=self.model_folder.version)
        if self.error is not None:
            log.warning(Event.SIGNATURE_UNCLEAR, reason=self.error)
        return runner

    async def _supervise(self, runner: RunnerProcess) -> None:
        while True:
            await runner.ended()
            self._mark_unavailable(f"The model's process ended: {runner.exit}.")
            log.error(Event.RUNNER_ENDED, pid=runner.pid, exit=runner.exit)
            self._runner = runner = await self._start_until_it_works()
            self.restarts += 1

    async def _start_until_it_works(self) -> RunnerProcess:
        while True:
            await asyncio.sleep(self._backoff.next_seconds())
            try:
                return await self._start_runner()
            except Exception as error:  # noqa: BLE001 - without a retry there would be no model process
                self.error = str(error)
                log.error(Event.RUNNER_NOT_STARTED, reason=str(error), kind=type(error).__name__)
