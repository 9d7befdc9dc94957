"""Probation: compares batches with the results of their rows alone, until rows with one batch key may be batched."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from web_single.errors import (
    BatchCallError,
    InvalidInputError,
    ModelCodeError,
    RunnerCrashedError,
    UnavailableError,
)
from web_single.predictor.signature.feature import Feature, Kind
from web_single.predictor.signature.model_output import ModelOutput
from web_single.predictor.signature.tolerance import BATCH_RELATIVE, all_close

MIN_ROWS = 1_000
ROWS_PER_COMPARISON = 12
SIZES = (2, 3, 5, 8, 16, 31, 64, 128, 256, 512, 1_000)
MAX_CALL_SECONDS = 0.5  # a comparison must not delay requests for longer
MAX_VARIANTS = 64

Row = Sequence[Any]
Predict = Callable[..., Awaitable[list[ModelOutput]]]


@dataclass(frozen=True)
class Mismatch:
    """A row whose result in a batch differs from its result alone."""

    row: list[Any]
    reason: str


class Probation:
    """Collects rows of one batch key with their results alone, and compares batches of them.

    Only rows with the same batch key may be in one model call: the values of their columns have the same types.
    Variants of client rows, with missing values and other known categories, are compared too.

    Args:
        predict: Predicts rows in one call, `Predictor.predict`.
        features: The model's features, in its order.
        max_batch_size: The largest batch to compare, in rows.
        with_probabilities: Whether to predict and compare probabilities too.
    """

    def __init__(
        self, predict: Predict, features: Sequence[Feature], *, max_batch_size: int, with_probabilities: bool
    ) -> None:
        self.rows_received = 0
        self.text_characters = 0  # in these rows
        self.largest_batch = 1
        self._predict = predict
        self._features = features
        self._max_batch_size = max_batch_size
        self._with_probabilities = with_probabilities
        self._rng = random.Random()  # noqa: S311 - sampling needs no cryptographic randomness
        self._rows: list[Row] = []
        self._outputs: list[ModelOutput] = []
        self._variants = 0
        self._comparisons = 0
        self._next = 0  # the first row that was not yet compared in order of arrival
        self._seconds_per_row = MAX_CALL_SECONDS / SIZES[0]

    @property
    def is_due(self) -> bool:
        """Whether enough rows were received for the next comparison."""
        return self.rows_received >= min((self._comparisons + 1) * ROWS_PER_COMPARISON, MIN_ROWS)

    @property
    def is_passed(self) -> bool:
        """Whether enough rows were compared; `compare` reports a mismatch before."""
        is_complete = self.rows_received >= MIN_ROWS and self._next >= len(self._rows)
        return is_complete and self._comparisons * ROWS_PER_COMPARISON >= MIN_ROWS

    def add(self, row: Row, output: ModelOutput) -> None:
        """Store a row and its result alone; rows after the first `MIN_ROWS` are dropped."""
        if self.rows_received < MIN_ROWS:
            self.rows_received += 1
            self.text_characters += text_characters_in(row)
            self._rows.append(list(row))
            self._outputs.append(output)

    async def compare(self) -> Mismatch | None:
        """Compare one batch and return the first mismatch, or None.

        Raises:
            UnavailableError: The model cannot be called now; there is no result.
        """
        await self._add_variant()
        chosen = self._compose()
        rows, expected = [self._rows[index] for index in chosen], [self._outputs[index] for index in chosen]
        start = time.perf_counter()
        try:
            outputs = await self._predict(rows, with_probabilities=self._with_probabilities, shared=len(rows) > 1)
        except BatchCallError as error:
            return Mismatch(
                list(rows[0]), f"A batch of {len(rows)} rows failed, and each of them alone did not: {error}"
            )
        except RunnerCrashedError:
            self._max_batch_size = max(len(rows) // 2, 1)  # this batch size may have caused the crash
            raise
        seconds = time.perf_counter() - start
        if seconds > MAX_CALL_SECONDS:
            self._max_batch_size = max(len(rows) // 2, 1)
        self._seconds_per_row = seconds / len(rows)
        self._comparisons += 1
        self.largest_batch = max(self.largest_batch, len(rows))
        return first_mismatch(rows, expected, outputs)

    def _compose(self) -> list[int]:
        """Return the indices of the rows of the next batch; sizes and compositions alternate."""
        affordable = max(int(MAX_CALL_SECONDS / self._seconds_per_row), SIZES[0])
        size = min(SIZES[self._comparisons % len(SIZES)], affordable, self._max_batch_size, 2 * self.largest_batch)
        compositions = (
            *(self._in_order, self._sorted, self._sorted_descending, self._duplicated),
            *(self._one_among_copies, self._incomplete_among_others, self._sample),
        )
        is_varied = self._comparisons * ROWS_PER_COMPARISON >= MIN_ROWS
        return compositions[0 if is_varied else self._comparisons % len(compositions)](size)

    def _in_order(self, size: int) -> list[int]:
        """Return the next rows in order of arrival; if there are too few, earlier rows fill the batch."""
        end = min(self._next + size, len(self._rows))
        self._next = end
        return list(range(max(end - size, 0), end))

    def _sample(self, size: int) -> list[int]:
        return self._rng.sample(range(len(self._rows)), min(size, len(self._rows)))

    def _sorted(self, size: int) -> list[int]:
        """Return a sample sorted by one column, missing values last."""
        column = self._rng.randrange(len(self._rows[0]))
        values = {index: self._rows[index][column] for index in self._sample(size)}
        return sorted(values, key=lambda index: (values[index] is None, 0 if values[index] is None else values[index]))

    def _sorted_descending(self, size: int) -> list[int]:
        return self._sorted(size)[::-1]

    def _duplicated(self, size: int) -> list[int]:
        return (self._sample(size // 3 + 1) * 3)[:size]

    def _one_among_copies(self, size: int) -> list[int]:
        one, other = self._rng.choices(range(len(self._rows)), k=2)
        return [one, *[other] * (size - 1)]

    def _incomplete_among_others(self, size: int) -> list[int]:
        incomplete = [index for index, row in enumerate(self._rows) if None in row]
        chosen = self._rng.sample(incomplete, min(len(incomplete), size // 2))
        return chosen + self._sample(size - len(chosen))

    async def _add_variant(self) -> None:
        """Add a variant of a client row with its result alone, if the model accepts it."""
        if self._variants >= MAX_VARIANTS:
            return
        self._variants += 1
        row = vary(self._rng.choice(self._rows), self._features, self._rng)
        start = time.perf_counter()
        try:
            (output,) = await self._predict([row], with_probabilities=self._with_probabilities)
        except (InvalidInputError, ModelCodeError):
            return
        except RunnerCrashedError:
            self._variants = MAX_VARIANTS  # unusual values may crash the model: add no more of them
            raise
        if not self._comparisons:
            self._seconds_per_row = min(self._seconds_per_row, time.perf_counter() - start)
        self._rows.append(row)
        self._outputs.append(output)


def text_characters_in(row: Row) -> int:
    """Return how many characters the texts of a row have."""
    return sum(len(value) for value in row if isinstance(value, str))


def vary(row: Row, features: Sequence[Feature], rng: random.Random) -> list[Any]:
    """Return a variant of the row with the same batch key: missing numbers, other known categories.

    No new numbers are generated: user code may run a loop for as many steps as a number, which delays clients.
    """
    varied = list(row)
    for index in rng.sample(range(len(row)), rng.randint(1, len(row))):
        options = list(values_like(row[index], features[index]))
        varied[index] = rng.choice(options) if options else row[index]
    return varied


def values_like(value: Any, feature: Feature) -> Iterator[Any]:  # noqa: ANN401 - any JSON value
    """Yield other values of one feature that keep the batch key of the row."""
    if feature.kind is Kind.NUMBER:
        if feature.nullable:
            yield None
    elif feature.kind is Kind.BOOLEAN and value is not None:
        yield not value
    else:
        yield from (other for other in feature.values or () if type(other) is type(value))


def first_mismatch(
    rows: Sequence[Row], expected: Sequence[ModelOutput], outputs: Sequence[ModelOutput]
) -> Mismatch | None:
    """Return the first row whose output in a batch differs from its output alone, or None."""
    for row, alone, output in zip(rows, expected, outputs, strict=True):
        values = ([alone.result, alone.probabilities], [output.result, output.probabilities])
        if not all_close(*values, relative=BATCH_RELATIVE):
            return Mismatch(list(row), f"In a batch of {len(rows)} rows the result was {output}, alone it was {alone}.")
    return None


async def compare_when_due(probation: Probation) -> Mismatch | None:
    """Compare all due batches and return the first mismatch, or None; stop early if the model is unavailable."""
    while probation.is_due and not probation.is_passed:
        try:
            mismatch = await probation.compare()
        except UnavailableError:
            return None
        if mismatch is not None:
            return mismatch
        await asyncio.sleep(0)
    return None
