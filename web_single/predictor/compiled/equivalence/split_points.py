"""Where the values of a model's columns matter: its trees' thresholds and its scalers' ranges, told in its inputs."""

from collections.abc import Callable, Sequence
from typing import Any

AROUND = (-3.0, 3.0)  # of what was scaled
Points = list[list[float]]


def points_of(steps: Sequence[dict[str, Any]], thresholds: Points | None, columns: int) -> Points:
    """Return for each column of the input the values at which something may change; empty where none are known.

    `thresholds` are those of the trees behind the steps; None for a model without trees.
    Rounded by what the steps before do: near the points that are meant, not at them.
    """
    if thresholds is None:
        width = columns
        for step in steps:
            width = width_after(step, width)
        thresholds = [list(AROUND) for _ in range(width)]
    return through_steps(steps, thresholds, columns)


def through_steps(steps: Sequence[dict[str, Any]], points: Points, columns: int) -> Points:
    """Return the points before some steps from those behind them."""
    widths = [columns]
    for step in steps:
        widths.append(width_after(step, widths[-1]))
    for step, width in zip(reversed(steps), reversed(widths[:-1]), strict=True):
        points = before(step, points, width)
    return points


def width_after(step: dict[str, Any], width: int) -> int:
    """Return how many columns there are after a step."""
    match step["op"], step["values"]:
        case "take", [columns]:
            return len(columns)
        case "one_hot", [categories, dropped, _]:
            return sum(len(each) - (drop is not None) for each, drop in zip(categories, dropped, strict=True))
        case "columns", [parts]:
            return sum(widths_of(part)[-1] for part in parts)
    return width


def widths_of(part: dict[str, Any]) -> list[int]:
    """Return how many columns a part of the columns has before each of its steps, and in the end."""
    widths = [len(part["columns"])]
    for step in part["steps"]:
        widths.append(width_after(step, widths[-1]))
    return widths


def before(step: dict[str, Any], points: Points, width: int) -> Points:
    """Return the points before one step."""
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
