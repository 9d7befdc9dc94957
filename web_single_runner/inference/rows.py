"""Input rows: decodes the rows received over the channel and builds X, the argument of `predict`."""

import math
import sys

from web_single_runner.channel import FLOAT64_BYTES, from_block, to_block

NAN = math.nan


class RowBatch:
    """Holds a batch of rows: numeric columns in one float64 block, other columns as lists.

    Each model call gets its own X, because user code may modify it.
    """

    def __init__(self, count, columns, block=b"", values=None):
        self.count = count
        self.columns = columns
        self.block = block
        self.values = values or {}

    @classmethod
    def of(cls, rows):
        """Return the batch for a list of rows, encoded as the server does: purely numeric columns in the block."""
        columns = len(rows[0])
        listed = {at: [row[at] for row in rows] for at in range(columns) if not all(is_number(row[at]) for row in rows)}
        block = to_block([[value for at, value in enumerate(row) if at not in listed] for row in rows])
        return cls(len(rows), columns, block, listed)

    def part(self, first, end):
        """Return the rows from `first` up to, but not including, `end`."""
        row_bytes = (self.columns - len(self.values)) * FLOAT64_BYTES
        block = self.block[first * row_bytes : end * row_bytes]
        return RowBatch(end - first, self.columns, block, {at: listed[first:end] for at, listed in self.values.items()})

    def as_lists(self):
        """Return the rows as lists of Python values."""
        rows = from_block(self.block, self.columns - len(self.values)) or [[] for _ in range(self.count)]
        for at in sorted(self.values):
            for row, value in zip(rows, self.values[at]):
                row.insert(at, value)
        return rows

    def as_array(self, plan):
        """Return X as an array, shape (rows, columns): float64, or as numpy infers from numbers, else object."""
        import numpy as np

        if not self.values:
            return np.frombuffer(self.block, dtype="<f8").reshape(self.count, self.columns).copy()
        columns = self.as_columns(plan)
        if all(is_number(value) for column in columns for value in column):
            return np.array(columns).T.copy()
        array = np.empty((self.count, self.columns), dtype=object)
        for at, column in enumerate(columns):
            array[:, at] = column
        return array

    def as_frame(self, plan):
        """Return X as a DataFrame with the column names and dtypes that the model was fitted on."""
        import pandas as pd

        if not self.values:
            return pd.DataFrame(self.as_array(plan), columns=plan.names)
        columns = enumerate(self.as_columns(plan))
        frame = pd.DataFrame({at: as_series(column, plan.features[at]) for at, column in columns})
        frame.columns = plan.names or frame.columns
        return frame

    def as_columns(self, plan):
        """Return the columns as lists of Python values, with None replaced by the column's missing value."""
        columns = enumerate(zip(*self.as_lists()))
        return [[plan.missing(at) if value is None else value for value in column] for at, column in columns]


def as_series(values, feature):
    """Return one column: numbers as float64, categories as categorical, other values as pandas infers them."""
    import pandas as pd

    if feature["dtype"] == "category":
        return pd.Series(pd.Categorical(values, categories=feature["values"]))
    if feature["kind"] == "number":
        return pd.Series(values, dtype="float64")
    column = pd.Series(values)
    return column.astype(object) if column.isna().all() else column  # pandas infers float64 for all None


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class InputAdapter:
    """Builds X from rows: a "dataframe", an "array", a "list" of lists, "texts" (a list of strings), or one "row".

    `features` has one dictionary per column, or is None if the number of features is unknown.
    With `single_row_only` the model is called with one row at a time; `by_column` is passed to `results.as_rows`.
    """

    def __init__(self, input_type, features):
        self.input_type = input_type
        self.features = features
        self.single_row_only = False
        self.by_column = False
        names = [feature["name"] for feature in features or [] if feature["name"] is not None]
        self.names = names or None

    def missing(self, at):
        """Return the missing value of this column: None if the model was fitted with None, else NaN as in pandas."""
        return None if self.features and self.features[at]["none"] else NAN

    def X(self, rows):
        """Return X for a batch; for input type "row" only its first row."""
        if self.input_type == "texts":
            return [row[0] for row in rows.as_lists()]
        if self.input_type == "dataframe":
            return rows.as_frame(self)
        table = rows.as_array(self) if self.input_type != "list" and "numpy" in sys.modules else rows.as_lists()
        return table[0] if self.input_type == "row" else table


def default_container():
    """Return the input type for a model without metadata: "array", or "list" if numpy is not imported."""
    return "array" if "numpy" in sys.modules else "list"
