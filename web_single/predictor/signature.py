"""What goes into the model and what comes out of it, as the server knows it: the one place that checks features."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from web_single.errors import InvalidFeaturesError, InvalidInputError

LARGEST_EXACT_INTEGER = 2**53
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

    def check(self, features: Sequence[Any]) -> None:
        """Refuse features that the model does not take; the InvalidFeaturesError names the feature at fault."""
        if self.feature_count is not None and len(features) != self.feature_count:
            expected = f"{self.feature_count} features are expected{self._names()}"
            raise InvalidFeaturesError(f"{expected}, not {len(features)}.")
        if not features:
            raise InvalidFeaturesError("At least one feature is expected.")
        for position, value in enumerate(features):
            fault = fault_of_number(value)
            if fault:
                raise InvalidFeaturesError(f"{self.name_of(position)}: {fault}.")

    def check_batch(self, instances: Sequence[Sequence[Any]]) -> None:
        """Refuse a batch with a row that the model does not take; the error names the instance too."""
        for index, features in enumerate(instances):
            try:
                self.check(features)
            except InvalidFeaturesError as error:
                raise InvalidFeaturesError(f"Instance {index}: {error.sentence}") from error
            if len(features) != len(instances[0]):
                sentence = f"{len(instances[0])} features are expected, as in instance 0, not {len(features)}."
                raise InvalidFeaturesError(f"Instance {index}: {sentence}")

    def check_probabilities(self) -> None:
        """Refuse to be asked for probabilities where the model has none."""
        if not self.probabilities:
            raise InvalidInputError("This model has no probabilities.")

    def name_of(self, position: int) -> str:
        """Return what a message calls the feature at this position."""
        name = f" ({self.feature_names[position]})" if self.feature_names else ""
        return f"Feature {position}{name}"

    def _names(self) -> str:
        return f" ({', '.join(self.feature_names)})" if self.feature_names else ""


def fault_of_number(value: Any) -> str | None:  # noqa: ANN401 - whatever JSON can hold
    """Return what keeps this value from being a float64 number, or None where nothing does."""
    if type(value) is float:
        return None if math.isfinite(value) else "a finite number is expected"
    if type(value) is int:
        return None if abs(value) <= LARGEST_EXACT_INTEGER else "an integer beyond 2^53 is not exact as a float64"
    return f"a number is expected, not {KIND_NAMES[type(value)]}"
