"""Synchronizes between workers, and across restarts, which optimizations were ended because of a mismatch."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from web_single.database.optimization_record import OptimizationRecord
from web_single.database.optimization_store import OptimizationStore
from web_single.errors import DatabaseUnavailableError
from web_single.predictor.compiled.manager import CompiledState
from web_single.predictor.predictor import Predictor

POLL_SECONDS = 2.0
BATCHING = "batching"
WRITES_AFTER_END = 2  # the second one includes the ids of batches that were being committed at the first one


class OptimizationSync:
    """Applies the stored records of the model version every `POLL_SECONDS`, and records what this process ended."""

    def __init__(self, predictor: Predictor, store: OptimizationStore) -> None:
        self._predictor = predictor
        self._store = store
        self._version = predictor.model_folder.version
        self._compiled = f"compiled:{predictor.compilation.key}"
        self._writes: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._is_started = False  # the tables exist, and the records of earlier processes are applied

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Synchronize in the background until the context exits."""
        self._predictor.batch_safety.before_batching = self._record_start
        self._predictor.batch_safety.after_end = self._changed.set
        task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def refresh(self) -> None:
        """End the optimizations that other processes ended, and record those that this process ended.

        Raises:
            DatabaseUnavailableError: The database cannot be read or written now.
        """
        for record in await self._store.find(self._version):
            self._apply(record)
            if record.end_reason is not None and not self._is_started:
                self._writes[record.name] = WRITES_AFTER_END  # this process has predicted nothing with it
        self._is_started = True
        monitor, compilation = self._predictor.batch_safety, self._predictor.compilation
        if monitor.end_reason is not None:
            await self._record_end(BATCHING, monitor.end_reason, monitor.end_row or (), is_used=monitor.is_proven)
        if compilation.state is CompiledState.REFUTED:
            await self._record_end(
                self._compiled, compilation.reason or "", compilation.refuted_row or (), is_used=True
            )

    def _apply(self, record: OptimizationRecord) -> None:
        if record.end_reason is None:
            return
        if record.name == BATCHING:
            self._predictor.batch_safety.end(record.end_reason, record.row or ())
            if record.first_id is not None and record.last_id is not None and record.first_id <= record.last_id:
                self._predictor.batch_safety.ids = (record.first_id, record.last_id)
        elif record.name == self._compiled and self._predictor.compilation.state is not CompiledState.REFUTED:
            self._predictor.compilation.refute(record.end_reason, record.row or ())

    async def _record_start(self) -> None:
        await self._store.start(self._version, BATCHING)

    async def _record_end(self, name: str, reason: str, row: Sequence[Any], *, is_used: bool) -> None:
        if self._writes.get(name, 0) < WRITES_AFTER_END:
            await self._store.end(self._version, name, reason, row, is_used=is_used)
            self._writes[name] = self._writes.get(name, 0) + 1

    async def _run(self) -> None:
        while True:
            if self._is_started:
                with contextlib.suppress(DatabaseUnavailableError):
                    await self.refresh()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._changed.wait()
            self._changed.clear()
