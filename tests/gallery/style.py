"""Style: one way in which people write deliveries, and what an engineer would expect of it when it is served."""

import random
from dataclasses import dataclass, field
from typing import Any

Value = float | str | bool | None
Row = tuple[Value, ...]


@dataclass(frozen=True)
class Column:
    """One feature as `GET /model` should tell it; `closed` where the model refuses values that it does not know."""

    kind: str = "number"
    name: str | None = None
    values: tuple[Value, ...] | None = None
    nullable: bool = False
    closed: bool = False

    def as_told(self) -> dict[str, Any]:
        values = list(self.values) if self.values is not None else None
        told = {"name": self.name, "kind": self.kind, "values": values, "nullable": self.nullable}
        return told | {"allow_unknown": not self.closed}

    @property
    def dtype(self) -> str:
        """What it is in the author's DataFrame, also where a value is missing."""
        return {"number": "float64", "boolean": "object"}.get(self.kind, "str")


def numbers(*names: str, missing: bool = False) -> tuple[Column, ...]:
    """Return number features with these names."""
    return tuple(Column("number", name, nullable=missing) for name in names)


def unnamed(count: int, *, missing: bool = False) -> tuple[Column, ...]:
    """Return so many number features without names."""
    return (Column(nullable=missing),) * count


def between(*bounds: tuple[float, float], count: int = 8, digits: int = 2) -> tuple[Row, ...]:
    """Return rows of numbers within bounds, the same in each run."""
    dice = random.Random(len(bounds))
    return tuple(tuple(round(dice.uniform(*pair), digits) for pair in bounds) for _ in range(count))


@dataclass(frozen=True)
class Style:
    """A folder under tests/delivery/, the rows it is asked, and the signature that is expected.

    `features` is None where nobody can know them; `dtypes` are the columns of the author's DataFrame
    that are of no plain type. `own_examples` is false where the model takes no rows but meaningful ones,
    so that nobody can show one.
    """

    name: str
    what: str
    rows: tuple[Row, ...]
    features: tuple[Column, ...] | None
    classes: tuple[Value, ...] | None = None
    probabilities: bool = False
    result: str = "label"
    outputs: int | None = None
    input_type: str = "array"
    single_row_only: bool = False
    own_environment: bool = False
    own_examples: bool = True
    dtypes: dict[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.name

    @property
    def names(self) -> list[str] | None:
        """The features' names, where all have one."""
        names = [column.name for column in self.features or ()]
        return [name for name in names if name is not None] if names and None not in names else None

    def signature(self) -> dict[str, Any]:
        """Return what `GET /model` should tell of it."""
        features = self.features
        return {
            "feature_count": len(features) if features is not None else None,
            "feature_names": self.names,
            "features": [column.as_told() for column in features] if features is not None else None,
            "classes": list(self.classes) if self.classes is not None else None,
            "probabilities": self.probabilities,
            "result": {"kind": self.result, "outputs": self.outputs},
            "input_type": self.input_type,
            "single_row_only": self.single_row_only,
        }

    def questions(self) -> dict[str, Any]:
        """Return what its author is asked."""
        return {
            "rows": self.all_rows(),
            "input_type": self.input_type,
            "names": self.names,
            "dtypes": {column.name: column.dtype for column in self.features or ()} | self.dtypes,
            "probabilities": self.probabilities,
            "single_row_only": self.single_row_only,
        }

    def all_rows(self) -> list[list[Value]]:
        """Return its rows, and for each feature that may be missing the first row without it."""
        rows = [list(row) for row in self.rows]
        for position, column in enumerate(self.features or ()):
            if column.nullable:
                rows.append([None if at == position else value for at, value in enumerate(rows[0])])
        return rows
