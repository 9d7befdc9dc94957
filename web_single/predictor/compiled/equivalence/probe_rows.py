"""Probe rows for the equivalence check, generated deterministically for each model."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from web_single.predictor.compiled.equivalence.split_points import Points
from web_single.predictor.signature.feature import Feature, Kind

SEED = 20_240_229
SHARES = {"within": 0.3, "rounded": 0.3, "thresholds": 0.366, "far": 0.004, "missing": 0.03}
FAR = (0.0, -0.0, 1.0, -1.0, 1e-300, 5e-324, 1e6, -1e6, 2.0**53, 1e15, -1e30, 3.4e38, -3.5e38, 1e39, 1e300, -1e308)
BEYOND = 0.25  # margin on either side, as a fraction of the range
OTHER = "another value"

Row = list[Any]
Draw = Callable[["ProbeRows", int, int], list[Any]]


class ProbeRows:
    """Generates rows of several kinds; `own` are rows of the model folder, which also set the value ranges."""

    def __init__(self, features: Sequence[Feature], points: Points, own: Sequence[Row]) -> None:
        self.features = features
        self.own = [list(row) for row in own]
        self.points = [np.array(sorted(each), dtype=np.float64) for each in points]
        self.dice = np.random.default_rng(SEED)
        self.ranges = [self._range_of(at) for at in range(len(features))]

    def _range_of(self, column: int) -> tuple[float, float]:
        seen = [row[column] for row in self.own if type(row[column]) in (int, float)]
        values = [*self.points[column].tolist(), *seen] or [-1.0, 1.0]
        low, high = min(values), max(values)
        margin = BEYOND * (high - low) or 1.0
        return low - margin, high + margin

    def kinds(self, count: int) -> Iterator[tuple[str, list[Row]]]:
        """Yield each kind that applies to the model with its rows, at least about `count` rows besides its own."""
        shares = dict(SHARES)
        if not any(feature.nullable for feature in self.features):
            shares["within"] += shares.pop("missing")
        if not any(len(each) for each in self.points):
            shares["within"] += shares.pop("thresholds")
        if self.own:
            yield "own", self.own
        for kind, share in shares.items():
            least = 2 * len(FAR) if kind == "far" else 1
            yield kind, self.draw(kind, max(round(share * count), least))

    def draw(self, kind: str, count: int) -> list[Row]:
        """Return `count` random rows of one kind (a key of SHARES)."""
        usual = [self._column(at, count) for at in range(len(self.features))]
        numbers = [at for at, feature in enumerate(self.features) if feature.kind is Kind.NUMBER]
        if kind == "rounded":
            for at in numbers:
                usual[at] = np.round(usual[at], 1)
        if kind == "thresholds":
            for at in numbers:
                usual[at] = self._near_points(at, usual[at])
        columns = [list(column.tolist()) if isinstance(column, np.ndarray) else column for column in usual]
        if kind == "far" and numbers:
            for row, at in enumerate(self.dice.choice(numbers, count).tolist()):
                columns[at][row] = FAR[row % len(FAR)]
        if kind == "missing":
            self._leave_out(columns, count)
        return [list(row) for row in zip(*columns, strict=True)]

    def _column(self, at: int, count: int) -> Any:  # noqa: ANN401 - an array of numbers, or a list of values
        feature = self.features[at]
        if feature.kind is Kind.NUMBER:
            return self.dice.uniform(*self.ranges[at], count)
        if feature.kind is Kind.BOOLEAN:
            return self.dice.integers(0, 2, count).astype(bool).tolist()
        known = list(feature.values or ())
        if feature.allow_unknown and all(isinstance(value, str) for value in known):
            known.append(OTHER)
        return [known[place] for place in self.dice.integers(0, len(known), count).tolist()]

    def _near_points(self, at: int, usual: Any) -> Any:  # noqa: ANN401 - arrays of numbers
        """Return the values with about half replaced by split points and their float32 and float64 neighbors."""
        points = self.points[at]
        if not len(points):
            return usual
        chosen = self.dice.choice(points, len(usual))
        single = chosen.astype(np.float32)
        up, down = np.nextafter(single, np.float32(np.inf)), np.nextafter(single, np.float32(-np.inf))
        beside = [chosen, single, up, down, np.nextafter(chosen, np.inf), np.nextafter(chosen, -np.inf)]
        beside += [(single.astype(np.float64) + up) / 2, (single.astype(np.float64) + down) / 2]
        picked = np.choose(self.dice.integers(0, len(beside), len(usual)), beside)
        return np.where(self.dice.random(len(usual)) < 1 / 2, picked, usual)

    def _leave_out(self, columns: list[list[Any]], count: int) -> None:
        """Set values to None in place: one nullable column in each row, and further ones at random."""
        may = [at for at, feature in enumerate(self.features) if feature.nullable]
        for row, at in enumerate(self.dice.choice(may, count).tolist()):
            columns[at][row] = None
        for at in may:
            for row in np.flatnonzero(self.dice.random(count) < 1 / len(self.features)).tolist():
                columns[at][row] = None
