"""Split points: tree thresholds and typical scaled values, mapped back to the model's input columns."""

from collections.abc import Callable, Sequence
from typing import Any

AROUND = (-3.0, 3.0)  # in units of the scaled columns
Points = list[list[float]]


def points_of(steps: Sequence[dict[str, Any]], thresholds: Points | None, columns: int) -> Points:
    """Return for each input column the values near which the output may change; empty if none are known.

    The points are approximate, because inverting the steps rounds them.

    Args:
        steps: The converted preprocessing steps.
        thresholds: The tree thresholds of each column after the steps; None for a model without trees.
        columns: The number of input columns.
    """
    if thresholds is None:
        width = columns
        for step in steps:
            width = width_after(step, width)
        thresholds = [list(AROUND) for _ in range(width)]
    return through_steps(steps, thresholds, columns)


def through_steps(steps: Sequence[dict[str, Any]], points: Points, columns: int) -> Points:
    """Return the points mapped back from the output columns of the steps to their input columns."""
    widths = [columns]
    for step in steps:
        widths.append(width_after(step, widths[-1]))
    for step, width in zip(reversed(steps), reversed(widths[:-1]), strict=True):
        points = before(step, points, width)
    return points


def width_after(step: dict[str, Any], width: int) -> int:
    """Return the number of columns after a step on `width` columns."""
    match step["op"], step["values"]:
        case "take", [columns]:
            return len(columns)
        case "one_hot", [categories, dropped, _]:
            return sum(len(each) - (drop is not None) for each, drop in zip(categories, dropped, strict=True))
        case "columns", [parts]:
            return sum(widths_of(part)[-1] for part in parts)
    return width


def widths_of(part: dict[str, Any]) -> list[int]:
    """Return the number of columns of a part before each of its steps, and after the last one."""
    widths = [len(part["columns"])]
    for step in part["steps"]:
        widths.append(width_after(step, widths[-1]))
    return widths


def before(step: dict[str, Any], points: Points, width: int) -> Points:
    """Return the points mapped back through one step; `width` is its number of input columns."""
    found: Points = [[] for _ in range(width)]
    match step["op"], step["values"]:
        case "take", [columns]:
            for at, column in enumerate(columns):
                found[column] = points[at]
        case "columns", [parts]:
            start = 0
            for part in parts:
                end = start + widths_of(part)[-1]
                inner = through_steps(part["steps"], points[start:end], len(part["columns"]))
                for at, column in enumerate(part["columns"]):
                    found[column] = found[column] + inner[at]
                start = end
        case (("one_hot" | "ordinal"), _):
            pass
        case name, [values] if name in INVERSES:
            undo = INVERSES[name]
            found = [[undo(point, value) for point in each] for each, value in zip(points, values, strict=True)]
        case _:
            return points
    return found


INVERSES: dict[str, Callable[[float, float], float]] = {
    "subtract": lambda point, value: point + value,
    "divide": lambda point, value: point * value,
    "multiply": lambda point, value: point / value if value else point,
    "add": lambda point, value: point - value,
}
