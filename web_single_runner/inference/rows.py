"""Rows: what comes over the channel, and X, what the delivered `predict` gets."""

import math
import sys

from web_single_runner.channel import FLOAT64_BYTES, from_block, to_block

NAN = math.nan


class RowBatch:
    """Some rows: number columns in one block, others as lists. Each call gets an X of its own, which it may change."""

    def __init__(self, count, columns, block=b"", values=None):
        self.count = count
        self.columns = columns
        self.block = block
        self.values = values or {}

    @classmethod
    def of(cls, rows):
        """Return plain rows as the server would send them: columns of numbers alone in the block."""
        columns = len(rows[0])
        listed = {at: [row[at] for row in rows] for at in range(columns) if not all(is_number(row[at]) for row in rows)}
        block = to_block([[value for at, value in enumerate(row) if at not in listed] for row in rows])
        return cls(len(rows), columns, block, listed)

    def part(self, first, end):
        """Return the rows from `first` up to `end`."""
        row_bytes = (self.columns - len(self.values)) * FLOAT64_BYTES
        block = self.block[first * row_bytes : end * row_bytes]
        return RowBatch(end - first, self.columns, block, {at: listed[first:end] for at, listed in self.values.items()})

    def as_lists(self):
        """Return the rows as lists of plain values."""
        rows = from_block(self.block, self.columns - len(self.values)) or [[] for _ in range(self.count)]
        for at in sorted(self.values):
            for row, value in zip(rows, self.values[at]):
                row.insert(at, value)
        return rows

    def as_array(self, plan):
        """Return X as an array, shape (rows, columns): of numbers as numpy makes it of lists, or of objects."""
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
        """Return X as a DataFrame with the columns' names and types that the model was fitted on."""
        import pandas as pd

        if not self.values:
            return pd.DataFrame(self.as_array(plan), columns=plan.names)
        columns = enumerate(self.as_columns(plan))
        frame = pd.DataFrame({at: as_series(column, plan.features[at]) for at, column in columns})
        frame.columns = plan.names or frame.columns
        return frame

    def as_columns(self, plan):
        """Return the columns as lists of plain values, with what stands for those that are missing."""
        columns = enumerate(zip(*self.as_lists()))
        return [[plan.missing(at) if value is None else value for value in column] for at, column in columns]


def as_series(values, feature):
    """Return one column: numbers as float64, a categorical one as such, all else as pandas infers on reading."""
    import pandas as pd

    if feature["dtype"] == "category":
        return pd.Series(pd.Categorical(values, categories=feature["values"]))
    if feature["kind"] == "number":
        return pd.Series(values, dtype="float64")
    column = pd.Series(values)
    return column.astype(object) if column.isna().all() else column  # of nothing alone pandas would make numbers


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


class InputAdapter:
    """How rows become X: as a "dataframe", an "array", a "list" of lists, "texts" (a list of strings), or a "row".

    `features` has a dictionary for each column, or is None where their number is not known.
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
        """Return what stands for a missing value in this column: NaN, as when pandas reads a file, unless told."""
        return None if self.features and self.features[at]["none"] else NAN

    def X(self, rows):
        """Return X for some rows."""
        if self.input_type == "texts":
            return [row[0] for row in rows.as_lists()]
        if self.input_type == "dataframe":
            return rows.as_frame(self)
        table = rows.as_array(self) if self.input_type != "list" and "numpy" in sys.modules else rows.as_lists()
        return table[0] if self.input_type == "row" else table


def default_container():
    """Return what a model gets that says nothing: an array, or lists where it brings no numpy."""
    return "array" if "numpy" in sys.modules else "list"
