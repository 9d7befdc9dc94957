"""Batch safety: which rows of several requests may be in one batch, decided for each batch key."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from web_single.config import Batching, Config
from web_single.errors import UnavailableError
from web_single.logging import Event, get_logger
from web_single.predictor.probation import Mismatch, Predict, Probation, compare_when_due, text_characters_in
from web_single.predictor.shadow_check import ShadowChecker
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.signature import Signature
from web_single.predictor.signature.tolerance import BATCH_RELATIVE

MAX_PROBATIONS = 64  # of different batch keys at the same time
MAX_TEXT_CHARACTERS = 64 * 2**20  # in rows on probation; with longer texts, rows are predicted alone

log = get_logger()


async def do_nothing() -> None:
    """Return at once."""


class BatchingState(StrEnum):
    """Whether rows of several requests are batched."""

    ON = "on"
    PROBATION = "probation"
    OFF = "off"


class BatchKey(NamedTuple):
    """The key that rows in one batch share; `types` are the types of the values in non-numeric columns."""

    types: Hashable
    with_probabilities: bool


class BatchSafetyMonitor:
    """Permits batches where results do not depend on the other rows of a call, by analysis or by comparison.

    Rows on probation are predicted alone. A sample of the batched rows is predicted alone again; the first mismatch
    ends batching for good.
    """

    def __init__(self, predict: Predict, config: Config) -> None:
        self.end_reason: str | None = None
        self.end_row: Sequence[Any] | None = None
        self.ids: tuple[int, int] | None = None  # of possibly batched predictions; set after batching ended
        self.before_batching: Callable[[], Awaitable[None]] = do_nothing
        self.after_end: Callable[[], None] = lambda: None
        self.shadow = ShadowChecker(
            self._predict_alone, self.end, share=config.shadow_sample_rate, relative=BATCH_RELATIVE
        )
        self._predict = predict
        self._max_batch_size = config.max_batch_size
        self._is_trusted = config.batching is Batching.ON
        self._signature = Signature()
        self._probations: dict[BatchKey, Probation] = {}
        self._passed: dict[BatchKey, int] = {}
        self._rows_passed = 0
        self._rows_arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def set_signature(self, signature: Signature) -> None:
        """Set the signature and drop all probations: rows of another signature are not comparable."""
        self._signature = signature
        self._probations.clear()
        self._passed.clear()

    @property
    def state(self) -> BatchingState:
        """The batching state; `on` as soon as one batch key has passed its probation."""
        if self.end_reason is not None or not self._signature.batchable:
            return BatchingState.OFF
        if self.is_proven or self._passed:
            return BatchingState.ON
        return BatchingState.PROBATION

    @property
    def reason(self) -> str | None:
        """The reason why not all rows are batched, or None if all are."""
        if self.end_reason is not None:
            return self.end_reason
        if not self._signature.batchable:
            return "The model is called with one row at a time, or the types of its features are not known."
        return None if self._is_trusted else self._signature.dependence_risk or self._signature.probabilities_risk

    @property
    def rows_compared(self) -> int:
        """The number of client rows received on probation, up to 1,000 for each batch key."""
        return self._rows_passed + sum(probation.rows_received for probation in self._probations.values())

    def key_of(self, row: Sequence[Any], *, with_probabilities: bool) -> BatchKey | None:
        """Return the batch key of a row, or None if it must be predicted alone."""
        types = self._signature.batch_key(row)
        return None if types is None else BatchKey(types, with_probabilities)

    def max_rows(self, key: BatchKey | None) -> int:
        """Return the maximum batch size for this key, in rows."""
        if key is None or self.end_reason is not None:
            return 1
        if self._is_proven(with_probabilities=key.with_probabilities):
            return self._max_batch_size
        return self._passed.get(key, 1)

    def record(self, key: BatchKey | None, rows: Sequence[Sequence[Any]], outputs: Sequence[ModelOutput]) -> None:
        """Record one call: a row alone is added to its probation, a batch is passed to the shadow check."""
        if len(rows) > 1:
            self.shadow.take(rows, outputs)
        elif key is not None and self.max_rows(key) == 1:
            self._add_to_probation(key, rows[0], outputs[0])

    def start(self) -> None:
        """Start the comparisons and the shadow check in the background."""
        self.shadow.start()
        self._task = asyncio.create_task(self._compare())

    async def stop(self) -> None:
        """Stop the shadow check and the comparisons."""
        await self.shadow.stop()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def end(self, reason: str, row: Sequence[Any]) -> None:
        """End batching for good, because the result of this row depended on the other rows of its call."""
        if self.end_reason is None:
            self.end_reason, self.end_row = reason, list(row)
            self._probations.clear()
            log.error(Event.BATCH_DEPENDENCE, reason=reason, row=list(row))
            self.after_end()

    @property
    def is_proven(self) -> bool:
        """Whether rows are batched from the start, without a probation."""
        return self._is_proven(with_probabilities=False)

    def _is_proven(self, *, with_probabilities: bool) -> bool:
        risks = (self._signature.dependence_risk, with_probabilities and self._signature.probabilities_risk)
        return self._is_trusted or not any(risks)

    def _add_to_probation(self, key: BatchKey, row: Sequence[Any], output: ModelOutput) -> None:
        if self.end_reason is not None or key in self._passed:
            return
        if key not in self._probations:
            if len(self._probations) >= MAX_PROBATIONS:  # evict the key with the fewest rows
                del self._probations[min(self._probations, key=lambda each: self._probations[each].rows_received)]
            self._probations[key] = Probation(
                self._predict,
                self._signature.features or (),
                max_batch_size=self._max_batch_size,
                with_probabilities=key.with_probabilities,
            )
        probation = self._probations[key]
        kept = sum(each.text_characters for each in self._probations.values())
        if kept + text_characters_in(row) <= MAX_TEXT_CHARACTERS:
            probation.add(row, output)
        if probation.is_due or probation.is_passed:
            self._rows_arrived.set()

    async def _compare(self) -> None:
        while True:
            await self._rows_arrived.wait()
            self._rows_arrived.clear()
            for key, probation in list(self._probations.items()):
                try:
                    mismatch = await compare_when_due(probation)
                except Exception as error:  # noqa: BLE001 - rows that cannot be compared must not be batched
                    mismatch = Mismatch([], f"The comparison failed: {type(error).__name__}: {error}")
                if mismatch is not None:
                    self.end(mismatch.reason, mismatch.row)
                    return
                if probation.is_passed and key not in self._passed:
                    await self._pass(key, probation)

    async def _pass(self, key: BatchKey, probation: Probation) -> None:
        """Run `before_batching`, then permit batches of this key; if that is unavailable, the next row retries it."""
        with contextlib.suppress(UnavailableError):
            await self.before_batching()
            if self._probations.get(key) is not probation:  # the signature changed
                return
            self._passed[key] = probation.largest_batch
            self._rows_passed += probation.rows_received
            del self._probations[key]
            log.info(Event.BATCHING_STARTED, max_rows=self._passed[key], with_probabilities=key.with_probabilities)

    async def _predict_alone(self, rows: Sequence[Sequence[Any]], *, with_probabilities: bool) -> list[ModelOutput]:
        return [(await self._predict([row], with_probabilities=with_probabilities))[0] for row in rows]
