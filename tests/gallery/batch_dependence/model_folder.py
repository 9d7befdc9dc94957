"""A model folder of this gallery: what its features are, and the rows that clients send."""

import random
from dataclasses import dataclass, replace
from typing import Any

Value = float | str | None
Row = list[Value]

NULLS, EXTREMES, REPEATED_VALUES, REPEATED_ROWS = 0.2, 0.2, 0.2, 0.1  # shares of the rows
FACTORS = (0.0, -1.0, 10.0, 1000.0)


@dataclass(frozen=True)
class Feature:
    """One feature: a number between `low` and `high`, or one of `values`."""

    name: str | None = None
    low: float = 0.0
    high: float = 1.0
    values: tuple[Value, ...] = ()
    is_nullable: bool = False

    def draw(self, rng: random.Random) -> Value:
        return rng.choice(self.values) if self.values else round(rng.uniform(self.low, self.high), 2)

    def draw_extreme(self, rng: random.Random) -> Value:
        return self.draw(rng) if self.values else round(self.high * rng.choice(FACTORS), 2)


def numbers(*bounds: tuple[float, float]) -> tuple[Feature, ...]:
    """Return a number feature without a name for each pair of bounds."""
    return tuple(Feature(low=low, high=high) for low, high in bounds)


def named(**features: tuple[float | str, ...]) -> tuple[Feature, ...]:
    """Return features with names: a number for two bounds, a category for three values or more, or for texts."""
    return tuple(_named(name, values) for name, values in features.items())


def nullable(features: tuple[Feature, ...]) -> tuple[Feature, ...]:
    """Return the same features, where `null` is a value too."""
    return tuple(replace(feature, is_nullable=True) for feature in features)


def _named(name: str, values: tuple[Any, ...]) -> Feature:
    is_range = len(values) == len(("low", "high")) and not isinstance(values[0], str)
    return Feature(name, low=values[0], high=values[1]) if is_range else Feature(name, values=values)


@dataclass(frozen=True)
class ModelFolder:
    """A folder under `model_folders`.

    Attributes:
        what: How a result depends on other rows, or how the code is written where it does not.
        container: The type of X in its author's `predict`: "array", "dataframe" or "texts".
        is_quick: Whether enough rows are sent for a probation of 1,000 rows to end.
        clients: How many clients send at the same time.
        is_fresh_alone: Whether "the row alone" is predicted by a process that has predicted nothing before.
        undefined: Why "the row alone" is not defined; its results are counted, but not asserted.
        rejection: A part of the message, where the server must reject the folder.
    """

    name: str
    what: str
    features: tuple[Feature, ...]
    container: str = "array"
    has_probabilities: bool = False
    is_quick: bool = False
    clients: int = 64
    is_fresh_alone: bool = False
    undefined: str | None = None
    rejection: str | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def dtypes(self) -> dict[str, str]:
        """The type of each column in its author's DataFrame."""
        return {
            feature.name: "str" if any(isinstance(value, str) for value in feature.values) else "float64"
            for feature in self.features
            if feature.name is not None
        }

    @property
    def names(self) -> list[str] | None:
        """The names of its features, where they have any."""
        names = [feature.name for feature in self.features if feature.name is not None]
        return names or None

    def rows(self, count: int) -> list[Row]:
        """Return so many rows, the same in each run: own values, nulls, extreme values and repetitions."""
        rng = random.Random(self.name)
        rows: list[Row] = []
        while len(rows) < count:
            rows.append(self._row(rng, rows))
        return rows

    def _row(self, rng: random.Random, before: list[Row]) -> Row:
        if before and rng.random() < REPEATED_ROWS:
            return list(rng.choice(before))
        row = [feature.draw(rng) for feature in self.features]
        index = rng.randrange(len(row))
        if rng.random() < EXTREMES:
            row[index] = self.features[index].draw_extreme(rng)
        elif before and rng.random() < REPEATED_VALUES:
            row[index] = rng.choice(before)[index]
        may_miss = [at for at, feature in enumerate(self.features) if feature.is_nullable]
        if may_miss and rng.random() < NULLS:
            row[rng.choice(may_miss)] = None
        return row
