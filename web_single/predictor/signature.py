"""What goes into the model and what comes out of it, as the server knows it: the one place that checks features."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from web_single.errors import InvalidFeaturesError, InvalidInputError

LARGEST_EXACT_INTEGER = 2**53
Features = Sequence[Any] | Mapping[str, Any]
KIND_NAMES = {str: "text", bool: "a boolean", list: "a list", dict: "an object", type(None): "null"}


@dataclass(frozen=True)
class Signature:
    """What the model told of itself. None stands for what it does not say; the service does not invent it."""

    feature_count: int | None
    feature_names: tuple[str, ...] | None
    classes: tuple[Any, ...] | None
    probabilities: bool

    @classmethod
    def from_description(cls, description: dict[str, Any]) -> Self:
        """Return the signature in what the runner told when the model had loaded."""
        names, classes = description["feature_names"], description["classes"]
        return cls(
            feature_count=description["feature_count"],
            feature_names=tuple(names) if names is not None else None,
            classes=tuple(classes) if classes is not None else None,
            probabilities=description["probabilities"],
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, as it is stored with the model's version."""
        return asdict(self)

    def row_of(self, features: Features) -> Sequence[Any]:
        """Return one row in the model's order; an InvalidFeaturesError names the feature at fault."""
        row = self._in_order(features) if isinstance(features, Mapping) else features
        self._check(row)
        return row

    def rows_of(self, instances: Sequence[Features]) -> list[Sequence[Any]]:
        """Return the rows of a batch, all of one length; the error names the instance too."""
        rows: list[Sequence[Any]] = []
        for index, features in enumerate(instances):
            try:
                row = self.row_of(features)
                self._check_length(row, len(rows[0]) if rows else len(row), like=", as in instance 0")
            except InvalidFeaturesError as error:
                raise InvalidFeaturesError(f"Instance {index}: {error.sentence}") from error
            rows.append(row)
        return rows

    def _in_order(self, features: Mapping[str, Any]) -> list[Any]:
        """Return the values of features that are given by name."""
        if self.feature_names is None:
            raise InvalidFeaturesError("This model's features have no names: a list of values is expected.")
        unknown = [name for name in features if name not in self.feature_names]
        if unknown:
            raise InvalidFeaturesError(f"{_quoted(unknown)}: this model has no such feature; it has {self._names()}.")
        missing = [name for name in self.feature_names if name not in features]
        if missing:
            raise InvalidFeaturesError(f"{_quoted(missing)}: missing among the features.")
        return [features[name] for name in self.feature_names]

    def _check(self, features: Sequence[Any]) -> None:
        if self.feature_count is not None:
            self._check_length(features, self.feature_count)
        if not features:
            raise InvalidFeaturesError("At least one feature is expected.")
        for position, value in enumerate(features):
            fault = fault_of_number(value)
            if fault:
                raise InvalidFeaturesError(f"{self.name_of(position)}: {fault}.")

    def _check_length(self, features: Sequence[Any], expected: int, like: str = "") -> None:
        if len(features) != expected:
            names = f" ({self._names()})" if self.feature_names else ""
            raise InvalidFeaturesError(f"{expected} features are expected{names}{like}, not {len(features)}.")

    def check_probabilities(self) -> None:
        """Refuse to be asked for probabilities where the model has none."""
        if not self.probabilities:
            raise InvalidInputError("This model has no probabilities.")

    def name_of(self, position: int) -> str:
        """Return what a message calls the feature at this position."""
        name = f" ({self.feature_names[position]})" if self.feature_names else ""
        return f"Feature {position}{name}"

    def _names(self) -> str:
        return ", ".join(self.feature_names or ())


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def fault_of_number(value: Any) -> str | None:  # noqa: ANN401 - whatever JSON can hold
    """Return what keeps this value from being a float64 number, or None where nothing does."""
    if type(value) is float:
        return None if math.isfinite(value) else "a finite number is expected"
    if type(value) is int:
        return None if abs(value) <= LARGEST_EXACT_INTEGER else "an integer beyond 2^53 is not exact as a float64"
    return f"a number is expected, not {KIND_NAMES[type(value)]}"
