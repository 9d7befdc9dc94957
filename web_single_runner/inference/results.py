"""Result conversion: what `predict` and `predict_proba` return, as JSON-compatible values without loss."""

import datetime as dt
import decimal
import enum
import json
import math
from collections.abc import Iterator

MOST_LEVELS = 100
PLAIN = (int, float, str, bool, type(None))


class UnusableAnswerError(ValueError):
    """A result of user code cannot be represented as JSON, or there is not one result per row."""


def as_rows(name, answers, count, *, by_column=False):
    """Return the results of `predict` or `predict_proba` as JSON-compatible values, one per row.

    Args:
        name: The function's name, for error messages.
        answers: What it returned.
        count: The number of rows in X.
        by_column: Whether a tuple has one part per output, as in `labels, scores = predict(model, X)`.

    Raises:
        UnusableAnswerError: The number of results differs from `count`, or a result is not JSON-compatible.
    """
    if by_column and columns_of(answers, count) is not None:
        answers = list(zip(*columns_of(answers, count)))
    rows = listed(answers)
    if count == 1 and (rows is None or (isinstance(answers, tuple) and len(rows) != 1)):
        rows = [answers]
    if rows is None or len(rows) != count:
        found = len(rows) if rows is not None else type(answers).__name__
        raise UnusableAnswerError("{} must answer one result a row: {} for {} rows".format(name, found, count))
    if is_deeper(rows, MOST_LEVELS + 1):
        raise UnusableAnswerError("a result may hold at most {} lists in each other".format(MOST_LEVELS))
    return [plain(row) for row in rows]


def listed(answers):
    """Return a list, array, DataFrame, sparse matrix or iterator as a list of rows; None for any other type."""
    if hasattr(answers, "columns") and hasattr(answers, "itertuples"):  # a DataFrame
        names = column_names(answers)
        return [dict(zip(names, row)) for row in answers.itertuples(index=False, name=None)]
    if hasattr(answers, "toarray"):  # a sparse matrix
        answers = answers.toarray()
    if kind_of(answers) == "M" and not hasattr(answers, "to_list"):  # `tolist` converts dates to nanoseconds
        return list(answers) if getattr(answers, "ndim", 0) else None
    if hasattr(answers, "tolist"):
        answers = answers.tolist()
    if isinstance(answers, Iterator):
        answers = list(answers)
    return answers if isinstance(answers, (list, tuple)) else None


def column_names(frame):
    """Return the column names of a DataFrame as text; raise UnusableAnswerError if two are equal."""
    names = [str(name) for name in frame.columns]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise UnusableAnswerError("a DataFrame must not have several columns of one name: {}".format(doubled))
    return names


def columns_of(answers, count):
    """Return the parts of a tuple if each is a list with one value per row; else None."""
    if not isinstance(answers, tuple):
        return None
    columns = [listed(part) for part in answers]
    return columns if columns and all(column is not None and len(column) == count for column in columns) else None


def plain(value):
    """Return one result as JSON-compatible values, recursively."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, dict):
        return {as_key(key): plain(part) for key, part in value.items()}
    if isinstance(value, enum.Enum):
        return plain(value.value)
    return plain_scalar(value)


def plain_scalar(value):
    """Return a non-container value that JSON has no type for: dates in ISO 8601, decimals as text."""
    if isinstance(value, (str, decimal.Decimal)):
        return str(value)
    if is_missing(value):
        return math.nan
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return plain_of_numpy(value)


def plain_of_numpy(value):
    """Return a numpy or pandas object as JSON-compatible values; raise UnusableAnswerError for other types."""
    kind = kind_of(value)
    if kind == "M" and not getattr(value, "ndim", 0):
        return str(value)
    if kind in ("b", "i", "u", "f", "U") and hasattr(value, "tolist"):
        converted = value.tolist()
        if type(converted) in PLAIN or isinstance(converted, list):
            return converted
    rows = listed(value) if kind is not None or hasattr(value, "columns") else None
    if rows is None:
        raise UnusableAnswerError("a result may be what JSON has, not {}".format(type(value).__name__))
    return plain(rows)


def kind_of(value):
    """Return the kind code of the value's numpy dtype, or None without a dtype."""
    return getattr(getattr(value, "dtype", None), "kind", None)


def as_key(key):
    if not isinstance(key, str):
        raise UnusableAnswerError("the names in a result must be text, not {}".format(type(key).__name__))
    return str(key)


def is_missing(value):
    """Return whether the value is `NA` or `NaT` of pandas, or `NaT` of numpy."""
    return type(value).__name__ in ("NAType", "NaTType") or (kind_of(value) == "M" and str(value) == "NaT")


def is_deeper(value, levels):
    """Return whether lists and dictionaries are nested deeper than `levels`; also true for cyclic ones."""
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, (list, tuple, dict)) and (not levels or any(is_deeper(part, levels - 1) for part in parts))


def first_not_finite(values):
    """Return the first row whose result contains NaN or infinity, which JSON does not support; else None."""
    try:
        json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeError as error:
        raise UnusableAnswerError("a result may hold no text that is no Unicode ({})".format(error.reason)) from error
    except ValueError as error:
        if "Out of range float" not in str(error):
            raise UnusableAnswerError("a result must be what JSON has: {}".format(error)) from error
        return next(row for row, value in enumerate(values) if not is_finite(value))
    return None


def is_finite(value):
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def probabilities_of(answers, count):
    """Return the results of `predict_proba` as one list of numbers per row, all of equal length."""
    rows = as_rows("predict_proba", answers, count)
    rows = [row if isinstance(row, list) else [row] for row in rows]
    if len({len(row) for row in rows}) > 1:
        raise UnusableAnswerError("predict_proba must answer as many values for each row")
    if any(type(value) not in (int, float) for row in rows for value in row):
        raise UnusableAnswerError("predict_proba must answer numbers, a row of them for each row")
    return rows
