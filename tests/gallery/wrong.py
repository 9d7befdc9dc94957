"""What a style must refuse, as it follows from its expected signature."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.gallery.style import Column, Style

# A value that is no instance of the kind.
OF_ANOTHER_KIND = {"number": "abc", "category": 3.5, "text": 3.5, "boolean": "yes"}
UNKNOWN = "no such value"


@dataclass(frozen=True)
class Wrong:
    """Features that do not fit, and a word that must stand in the sentence about them.

    `told` is false where no schema can tell that they are wrong.
    """

    what: str
    features: Any
    word: str
    told: bool = True


def wrong_requests(style: Style) -> list[Wrong]:
    """Return everything that this style must refuse."""
    return [*wrong_anywhere(style), *wrong_lengths(style), *wrong_values(style), *wrong_names(style)]


def wrong_anywhere(style: Style) -> Iterator[Wrong]:
    """Yield what no model takes."""
    yield Wrong("no features", [], "feature")
    yield Wrong("a list for a value", [[1], *style.rows[0][1:]], "list")
    yield Wrong("a number for features", 7, "list")


def wrong_lengths(style: Style) -> Iterator[Wrong]:
    """Yield a row that is too long, and one that is too short."""
    if style.features is None:
        return
    row = list(style.rows[0])
    yield Wrong("one feature too many", [*row, row[-1]], str(len(row)))
    if len(row) > 1:
        yield Wrong("one feature too few", row[:-1], str(len(row)))


def wrong_values(style: Style) -> Iterator[Wrong]:
    """Yield a row for each kind of value that a feature does not take."""
    seen = set()
    for position, column in enumerate(style.features or ()):
        if column in seen:
            continue
        seen.add(column)
        for what, value in unfit_values(column):
            row = list(style.rows[0])
            row[position] = value
            yield Wrong(f"{what} for {column.name or position}", row, column.name or f"Feature {position}")


def unfit_values(column: Column) -> Iterator[tuple[str, Any]]:
    """Yield what this feature does not take."""
    if column.kind in OF_ANOTHER_KIND:
        yield f"no {column.kind}", OF_ANOTHER_KIND[column.kind]
    yield "an object", {}
    if not column.nullable:
        yield "null", None
    if column.closed:
        yield "an unknown value", UNKNOWN


def wrong_names(style: Style) -> Iterator[Wrong]:
    """Yield features by names that the model has not."""
    row = style.rows[0]
    if style.names is None:
        yield Wrong("names that nobody gave", {"x": 1}, "names")
        return
    named = dict(zip(style.names, row, strict=True))
    yield Wrong("a name too many", named | {"shoe size": 43}, "shoe size")
    yield Wrong("a name too few", dict(list(named.items())[1:]), style.names[0])
