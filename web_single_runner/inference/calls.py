"""Inference: calls `predict` and `predict_proba` for a batch and reports results, or the error and its row."""

import math
import time

from web_single_runner.channel import explain, to_block
from web_single_runner.inference.results import as_rows, first_not_finite, probabilities_of
from web_single_runner.inference.rows import RowBatch, is_number

FLOAT32_MAX = 3.4028234663852886e38


class SearchBudget:
    """Limits the search for the invalid row to the timeout of the whole request, in seconds.

    A call with a fraction of the rows is expected to take that fraction of the timeout, because the whole batch has
    to fit into it, or as long as the longest call so far, whichever is more.
    """

    SHARE = 0.9  # of the timeout; the rest is for sending the reply

    def __init__(self, rows, timeout_seconds):
        self.rows = rows
        self.timeout_seconds = timeout_seconds
        self.start = self.last = time.monotonic()
        self.longest_seconds = 0.0

    def permits(self, rows):
        """Return whether a call with this number of rows should end in time; use once before each model call."""
        now = time.monotonic()
        self.longest_seconds, self.last = max(self.longest_seconds, now - self.last), now
        # For a single-row batch only the duration of the previous call is known.
        expected_seconds = self.timeout_seconds * rows / self.rows if rows < self.rows else 0
        expected = max(expected_seconds, self.longest_seconds)
        return now - self.start + expected <= self.timeout_seconds * self.SHARE


def answer(delivered, plan, rows, with_probabilities, *, is_shared=False, timeout_seconds=math.inf):
    """Run the model on one batch and return the reply, head and block; exceptions of user code become a reply.

    Args:
        delivered: The loaded model.
        plan: The InputAdapter that builds X.
        rows: The RowBatch.
        with_probabilities: Whether to call `predict_proba` too; the probabilities are the block.
        is_shared: Whether the batch combines several requests. An exception is then reported without details,
            because the server bisects the batch to isolate the request.
        timeout_seconds: Limit for the call and the search for the row that raises; past it no row is reported.
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
    """Return the results of `predict` as JSON-compatible values, one per row."""
    if plan.single_row_only and rows.count > 1:
        return [predict(delivered, plan, rows.part(at, at + 1))[0] for at in range(rows.count)]
    return as_rows("predict", delivered.predict(plan.X(rows)), rows.count, by_column=plan.by_column)


def predict_proba(delivered, plan, rows):
    """Return the results of `predict_proba`: one list of numbers per row, all of equal length."""
    if plan.single_row_only and rows.count > 1:
        return [predict_proba(delivered, plan, rows.part(at, at + 1))[0] for at in range(rows.count)]
    return probabilities_of(delivered.predict_proba(plan.X(rows)), rows.count)


def failure(delivered, plan, rows, error, budget):
    """Return the reply to an exception: the row that causes it, or the value in it that exceeds float32."""
    row = first_raising(delivered, plan, rows, budget)
    is_searched = row is not None and budget.permits(1)
    column = first_too_large(delivered, plan, rows.part(row, row + 1)) if is_searched else None
    if column is not None:
        return {"too_large": row, "column": column}
    return {"raised": explain(error), "row": row}


def first_too_large(delivered, plan, row):
    """Return the first column whose value exceeds float32, if the row is valid without such values; else None."""
    values = row.as_lists()[0]
    beyond = [at for at, value in enumerate(values) if is_number(value) and abs(value) > FLOAT32_MAX]
    without = [0.0 if at in beyond else value for at, value in enumerate(values)]
    return beyond[0] if beyond and not raises(delivered, plan, RowBatch.of([without])) else None


def first_raising(delivered, plan, rows, budget):
    """Return a row that makes `predict` raise, found by bisection; None if no single row does or the budget ends."""
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
    except BaseException:  # noqa: BLE001 - the exception of the whole request is reported
        return True
    return False
