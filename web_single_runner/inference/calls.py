"""Asking the delivered code: the answers to some rows, or what to tell instead, and of which row."""

import math
import time

from web_single_runner.channel import explain, to_block
from web_single_runner.inference.results import as_rows, first_not_finite, probabilities_of
from web_single_runner.inference.rows import RowBatch, is_number

FLOAT32_MAX = 3.4028234663852886e38


class SearchBudget:
    """Permits calls that search for the row at fault, while they fit into the time limit of the whole request.

    A call with half of the rows is expected to take half of the limit, for the whole batch had to fit into it, or as
    long as the longest call before.
    """

    SHARE = 0.9  # of the limit: the reply takes time too

    def __init__(self, rows, timeout_seconds):
        self.rows = rows
        self.timeout_seconds = timeout_seconds
        self.start = self.last = time.monotonic()
        self.longest_seconds = 0.0

    def permits(self, rows):
        """Return whether a call with so many rows would end in time. Between two of these calls is one of the model."""
        now = time.monotonic()
        self.longest_seconds, self.last = max(self.longest_seconds, now - self.last), now
        # For the only row nothing is known but the last call.
        expected_seconds = self.timeout_seconds * rows / self.rows if rows < self.rows else 0
        expected = max(expected_seconds, self.longest_seconds)
        return now - self.start + expected <= self.timeout_seconds * self.SHARE


def answer(delivered, plan, rows, with_probabilities, *, is_shared=False, timeout_seconds=math.inf):
    """Return the reply to one request, head and block. Whatever the delivered code raises is told, not died of.

    In a call that several requests share nobody searches for the row that made it raise: each is then asked alone.
    Elsewhere the search ends in time for the request, and the reply names no row then.
    """
    budget = SearchBudget(rows.count, timeout_seconds)
    try:
        results = predict(delivered, plan, rows)
        bad_row = first_not_finite(results)
        if bad_row is not None:
            return {"not_finite": bad_row}, b""
        if not with_probabilities:
            return {"results": results}, b""
        probabilities = predict_proba(delivered, plan, rows)
        bad_row = first_not_finite(probabilities)
        if bad_row is not None:
            return {"not_finite": bad_row}, b""
        return {"results": results}, to_block(probabilities)
    except BaseException as error:  # noqa: BLE001 - `sys.exit()` in it too
        return ({"raised": None} if is_shared else failure(delivered, plan, rows, error, budget)), b""


def predict(delivered, plan, rows):
    """Return what the delivered `predict` answers, as plain values, one a row."""
    if plan.single_row_only and rows.count > 1:
        return [predict(delivered, plan, rows.part(at, at + 1))[0] for at in range(rows.count)]
    return as_rows("predict", delivered.predict(plan.X(rows)), rows.count, by_column=plan.by_column)


def predict_proba(delivered, plan, rows):
    """Return what the delivered `predict_proba` answers: as many numbers for each row."""
    if plan.single_row_only and rows.count > 1:
        return [predict_proba(delivered, plan, rows.part(at, at + 1))[0] for at in range(rows.count)]
    return probabilities_of(delivered.predict_proba(plan.X(rows)), rows.count)


def failure(delivered, plan, rows, error, budget):
    """Return what to tell of an exception: which row causes it, and whether a number too large for float32 does."""
    row = first_raising(delivered, plan, rows, budget)
    is_searched = row is not None and budget.permits(1)
    column = first_too_large(delivered, plan, rows.part(row, row + 1)) if is_searched else None
    if column is not None:
        return {"too_large": row, "column": column}
    return {"raised": explain(error), "row": row}


def first_too_large(delivered, plan, row):
    """Return a column whose number float32 cannot hold, where the row is taken without such numbers; else None."""
    values = row.as_lists()[0]
    beyond = [at for at, value in enumerate(values) if is_number(value) and abs(value) > FLOAT32_MAX]
    without = [0.0 if at in beyond else value for at, value in enumerate(values)]
    return beyond[0] if beyond and not raises(delivered, plan, RowBatch.of([without])) else None


def first_raising(delivered, plan, rows, budget):
    """Return a row that makes `predict` raise, found by bisection; None where it is no single one, or time is up."""
    first, end = 0, rows.count
    if end == 1:
        return 0
    while end - first > 1:
        middle = (first + end) // 2
        if not budget.permits(middle - first):
            return None
        first, end = (first, middle) if raises(delivered, plan, rows.part(first, middle)) else (middle, end)
    return first if budget.permits(1) and raises(delivered, plan, rows.part(first, end)) else None


def raises(delivered, plan, rows):
    try:
        first_not_finite(predict(delivered, plan, rows))
    except BaseException:  # noqa: BLE001 - which one is told with the whole request
        return True
    return False
