"""Preprocessing steps, computed in float64 with the same operations in the same order as scikit-learn."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Step = Callable[[Array], Array]


class UnsupportedRowsError(Exception):
    """Some rows have values that the steps do not support; `usual`, bool, shape (rows,), is true for the others."""

    def __init__(self, usual: Array) -> None:
        super().__init__("There are rows with values that are not compiled.")
        self.usual = usual


def steps_of(told: Sequence[dict[str, Any]]) -> list[Step]:
    """Return the functions that apply the converted steps to a table, shape (rows, columns)."""
    return [OPERATIONS[each["op"]](*each["values"]) for each in told]


def as_numbers(table: Array) -> Array:
    """Return a table of numbers as float64, with NaN for missing values."""
    return table if table.dtype == np.float64 else table.astype(np.float64)


def with_numbers(compute: Callable[..., Array]) -> Callable[..., Step]:
    """Return a factory of steps that call `compute` on float64 arrays."""

    def make(*values: Any) -> Step:  # noqa: ANN401 - numbers, or lists of them
        arrays = [np.array(value, dtype=np.float64) for value in values]
        return lambda table: compute(as_numbers(table), *arrays)

    return make


def are_none(table: Array) -> Array:
    """Return which values of a table of dtype object are missing, bool, of the table's shape."""
    return np.asarray(np.equal(table, np.array(None, dtype=object)), dtype=bool)


def take(columns: list[int]) -> Step:
    """Return a step that selects columns by index."""
    at = np.array(columns, dtype=np.intp)
    return lambda table: table[:, at]


def fill(statistics: list[Any]) -> Step:
    """Return a step that replaces missing values by the statistic of their column."""
    if all(isinstance(value, (int, float)) for value in statistics):
        numbers = np.array(statistics, dtype=np.float64)
        return lambda table: np.where(np.isnan(filled := as_numbers(table)), numbers, filled)
    others = np.array(statistics, dtype=object)
    return lambda table: np.where(are_none(table), others, table)


def one_hot(categories: list[list[Any]], dropped: list[int | None], allow_unknown: bool) -> Step:  # noqa: FBT001 - JSON
    """Return a step that encodes each column as one column of 0.0 and 1.0 per category.

    Args:
        categories: The categories of each column.
        dropped: For each column the index of the category without an output column, or None.
        allow_unknown: Whether an unknown category is encoded as zeros; otherwise it is unsupported.
    """
    kept = [
        [value for at, value in enumerate(each) if at != drop] for each, drop in zip(categories, dropped, strict=True)
    ]
    starts = np.cumsum([0, *map(len, kept)]).tolist()
    places = [
        {value: start + at for at, value in enumerate(each)} for each, start in zip(kept, starts[:-1], strict=True)
    ]
    known = [set(each) for each in categories]

    def encode(table: Array) -> Array:
        encoded = np.zeros((len(table), starts[-1] + 1))  # the last column is for values without an output column
        rows = np.arange(len(table))
        for column, (place, values) in enumerate(zip(places, known, strict=True)):
            found = table[:, column].tolist()
            check_known(found, values, allow_unknown=allow_unknown)
            encoded[rows, [place.get(value, -1) for value in found]] = 1.0
        return encoded[:, :-1]

    return encode


def ordinal(categories: list[list[Any]], unknown: float | None) -> Step:
    """Return a step that replaces each category by its index; `unknown` replaces unknown ones, None rejects them."""
    places = [{value: float(at) for at, value in enumerate(each)} for each in categories]

    def encode(table: Array) -> Array:
        encoded = np.empty(table.shape)
        for column, place in enumerate(places):
            found = table[:, column].tolist()
            check_known(found, place.keys(), allow_unknown=unknown is not None)
            encoded[:, column] = [place.get(value, unknown) for value in found]
        return encoded

    return encode


def check_known(values: list[Any], known: Any, *, allow_unknown: bool) -> None:  # noqa: ANN401 - a set of values
    """Raise UnsupportedRowsError if a value is missing, or unknown although unknown values are not allowed."""
    usual = [value is not None and (allow_unknown or value in known) for value in values]
    if not all(usual):
        raise UnsupportedRowsError(np.array(usual))


def columns(parts: list[dict[str, Any]]) -> Step:
    """Return a step that applies separate steps to each part of the columns and concatenates the results."""
    made = [(np.array(part["columns"], dtype=np.intp), steps_of(part["steps"])) for part in parts]

    def compute(table: Array) -> Array:
        found = []
        for at, steps in made:
            part = table[:, at]
            for step in steps:
                part = step(part)
            found.append(as_numbers(part))
        return np.hstack(found)

    return compute


OPERATIONS: dict[str, Callable[..., Step]] = {
    "subtract": with_numbers(lambda table, value: table - value),
    "divide": with_numbers(lambda table, value: table / value),
    "multiply": with_numbers(lambda table, value: table * value),
    "add": with_numbers(lambda table, value: table + value),
    "clip": with_numbers(np.clip),
    "take": take,
    "fill": fill,
    "one_hot": one_hot,
    "ordinal": ordinal,
    "columns": columns,
}
