"""One feature of the model, and the validation of its values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

LARGEST_EXACT_INTEGER = 2**53
MOST_VALUES_TOLD = 20
NUMBER_TYPES = frozenset((int, float))
FLOATS = {float}
KIND_NAMES = {int: "a number", float: "a number", str: "text", bool: "a boolean", list: "a list", dict: "an object"}


class Kind(StrEnum):
    """The type of a feature: `category` has known values, `any` is a feature of unknown type."""

    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"
    BOOLEAN = "boolean"
    ANY = "any"


EXPECTED = {
    Kind.NUMBER: "a number",
    Kind.TEXT: "text",
    Kind.BOOLEAN: "true or false",
    Kind.ANY: "a number, text or a boolean",
}


@dataclass(frozen=True)
class Feature:
    """Describes a feature of the model, and validates values.

    `values` are the known values of a category. `allow_unknown` is whether the model accepts other values too,
    `nullable` whether it accepts null.
    """

    name: str | None
    kind: Kind
    values: tuple[Any, ...] | None = None
    allow_unknown: bool = True
    nullable: bool = False

    @classmethod
    def from_description(cls, description: dict[str, Any]) -> Self:
        """Return the feature from the description that the model process sends."""
        values = description["values"]
        return cls(
            **description | {"kind": Kind(description["kind"]), "values": tuple(values) if values is not None else None}
        )

    def validation_error(self, value: Any) -> str | None:  # noqa: ANN401 - any JSON value
        """Return why the value is invalid, or None if it is valid."""
        if self.kind is Kind.NUMBER and type(value) is float and math.isfinite(value):
            return None
        if value is None:
            return None if self.nullable else f"{self._expected()} is expected, not null"
        if type(value) not in self._types():
            return f"{self._expected()} is expected, not {KIND_NAMES[type(value)]}"
        if type(value) in (int, float):
            fault = fault_of_number(value)
            if fault is not None:
                return fault
        if self.kind is Kind.CATEGORY and not self.allow_unknown and value not in (self.values or ()):
            return f"{_shown(value)} is not one of its values, {self._values_told()}"
        return None

    def _types(self) -> tuple[type, ...]:
        match self.kind:
            case Kind.NUMBER:
                return (int, float)
            case Kind.TEXT:
                return (str,)
            case Kind.BOOLEAN:
                return (bool,)
            case Kind.ANY:
                return (int, float, str, bool)
        types = {type(value) for value in self.values or ()}
        return tuple(types | {int, float} if types & {int, float} else types)

    def _expected(self) -> str:
        if self.kind is not Kind.CATEGORY:
            return EXPECTED[self.kind]
        return (
            "one of its values"
            if not self.allow_unknown
            else " or ".join(sorted({KIND_NAMES[each] for each in self._types()}))
        )

    def _values_told(self) -> str:
        values = [_shown(value) for value in self.values or ()]
        more = f" and {len(values) - MOST_VALUES_TOLD} more" if len(values) > MOST_VALUES_TOLD else ""
        return ", ".join(values[:MOST_VALUES_TOLD]) + more


def _shown(value: Any) -> str:  # noqa: ANN401 - the value of a category
    return f'"{value}"' if isinstance(value, str) else str(value)


def is_number(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether the value is a JSON number."""
    return type(value) in (int, float)


def are_exact_numbers(values: Sequence[Any]) -> bool:
    """Return whether all values are numbers that float64 represents exactly.

    Large valid floats return False too; the caller then checks each value.
    """
    types = set(map(type, values))
    if types == FLOATS:
        return math.isfinite(sum(values))
    return (
        NUMBER_TYPES.issuperset(types)
        and min(values) >= -LARGEST_EXACT_INTEGER
        and max(values) <= LARGEST_EXACT_INTEGER
        and math.isfinite(sum(values))  # the sum is NaN if one of them is
    )


def fault_of_number(value: float) -> str | None:
    """Return why float64 does not represent this number exactly as a finite value, or None if it does."""
    if type(value) is int:
        return None if abs(value) <= LARGEST_EXACT_INTEGER else "an integer beyond 2^53 is not exact as a float64"
    return None if math.isfinite(value) else "a finite number is expected"
