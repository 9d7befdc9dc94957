"""The signature of the model: its inputs and outputs, and the validation of features."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

from web_single.errors import InvalidFeaturesError, InvalidInputError
from web_single.predictor.signature.feature import Feature, Kind, are_exact_numbers

Features = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True)
class Signature:
    """Describes the model's inputs and outputs, and validates features. None means that the model does not specify it.

    `result` is "label", "number", "text", "multi_output" (`outputs` is their number) or "any".
    `input_type` is the type that `predict` receives: "dataframe", "array", "list", "texts" or "row".
    `dependence_risk` is the reason why results may depend on the other rows of a call, `probabilities_risk` the same
    for probabilities; None if they provably do not.
    """

    features: tuple[Feature, ...] | None = None
    classes: tuple[Any, ...] | None = None
    probabilities: bool = False
    result: str = "any"
    outputs: int | None = None
    input_type: str = "array"
    single_row_only: bool = False
    dependence_risk: str | None = None
    probabilities_risk: str | None = None

    @classmethod
    def from_description(cls, description: dict[str, Any]) -> Self:
        """Return the signature from the description that the model process sends after loading."""
        features, classes = description["features"], description["classes"]
        return cls(
            features=tuple(map(Feature.from_description, features)) if features is not None else None,
            classes=tuple(classes) if classes is not None else None,
            **{
                name: description[name]
                for name in ("probabilities", "result", "outputs", "input_type", "single_row_only")
            },
            dependence_risk=description["dependence_risk"],
            probabilities_risk=description["probabilities_risk"],
        )

    def as_json(self) -> dict[str, Any]:
        """Return the signature as a dict, as it is stored with the model version."""
        return {"feature_count": self.feature_count, "feature_names": self.feature_names} | asdict(self)

    @property
    def feature_count(self) -> int | None:
        """The number of features, or None if unknown."""
        return len(self.features) if self.features is not None else None

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """The feature names in the model's order, or None if they have no names."""
        names = [feature.name for feature in self.features or () if feature.name is not None]
        return tuple(names) or None

    def validate_row(self, features: Features) -> Sequence[Any]:
        """Return one row in the model's order; raise InvalidFeaturesError, naming the invalid feature."""
        row = self._in_order(features) if isinstance(features, Mapping) else features
        self._check(row)
        return row

    def rows_of(self, instances: Sequence[Features]) -> list[Sequence[Any]]:
        """Return the rows of a batch, all of the same length; raise InvalidFeaturesError, naming the instance."""
        rows: list[Sequence[Any]] = []
        for index, features in enumerate(instances):
            try:
                row = self.validate_row(features)
                self._check_length(row, len(rows[0]) if rows else len(row), like=", as in instance 0")
            except InvalidFeaturesError as error:
                raise InvalidFeaturesError(f"Instance {index}: {error.message}") from error
            rows.append(row)
        return rows

    def non_numeric_columns(self, rows: Sequence[Sequence[Any]]) -> list[int]:
        """Return the indices of the columns that may hold values other than numbers.

        A column of unknown kind is included unless all its values are floats: as float64, an integer that user code
        converts to text would become `1.0`.
        """
        if self.features is not None:
            kinds: Sequence[Kind] = [feature.kind for feature in self.features]
        else:
            kinds = [Kind.ANY] * len(rows[0])
        return [
            at
            for at, kind in enumerate(kinds)
            if kind is not Kind.NUMBER and (kind is not Kind.ANY or not all(type(row[at]) is float for row in rows))
        ]

    def batch_key(self, row: Sequence[Any]) -> Hashable | None:
        """Return the key that rows in one batch must share, or None if the row must be predicted alone.

        The dtype of a DataFrame column depends on all of its rows. In a column of unknown kind, one float converts
        the integers to floats; in a column with texts, numbers become objects.
        """
        listed = self._listed_where_known
        return None if listed is None else tuple([type(row[at]) for at in listed])

    @property
    def batchable(self) -> bool:
        """Whether rows of several requests may be in one batch."""
        return self._listed_where_known is not None

    @cached_property
    def _listed_where_known(self) -> list[int] | None:
        """The indices of the non-numeric columns, or None if rows must be predicted alone."""
        kinds = [feature.kind for feature in self.features or ()]
        if not kinds or Kind.ANY in kinds or self.single_row_only:
            return None
        return [at for at, kind in enumerate(kinds) if kind is not Kind.NUMBER]

    def _in_order(self, features: Mapping[str, Any]) -> list[Any]:
        """Return the values of named features in the model's order."""
        if self.feature_names is None:
            raise InvalidFeaturesError("This model's features have no names: a list of values is expected.")
        unknown = [name for name in features if name not in self.feature_names]
        if unknown:
            raise InvalidFeaturesError(f"{_quoted(unknown)}: this model has no such feature; it has {self._names()}.")
        missing = [name for name in self.feature_names if name not in features]
        if missing:
            raise InvalidFeaturesError(f"{_quoted(missing)}: missing among the features.")
        return [features[name] for name in self.feature_names]

    def _check(self, row: Sequence[Any]) -> None:
        if self.feature_count is not None:
            self._check_length(row, self.feature_count)
        if not row:
            raise InvalidFeaturesError("At least one feature is expected.")
        if self._has_only_numbers and are_exact_numbers(row):
            return
        for position, value in enumerate(row):
            feature = self.features[position] if self.features is not None else ANYTHING
            fault = feature.validation_error(value)
            if fault:
                raise InvalidFeaturesError(f"{self.name_of(position)}: {fault}.")

    @cached_property
    def _has_only_numbers(self) -> bool:
        return self.features is not None and all(feature.kind is Kind.NUMBER for feature in self.features)

    def _check_length(self, features: Sequence[Any], expected: int, like: str = "") -> None:
        if len(features) != expected:
            names = f" ({self._names()})" if self.feature_names else ""
            what = "1 feature is" if expected == 1 else f"{expected} features are"
            raise InvalidFeaturesError(f"{what} expected{names}{like}, not {len(features)}.")

    def check_probabilities(self) -> None:
        """Raise InvalidInputError if the model has no probabilities."""
        if not self.probabilities:
            raise InvalidInputError("This model has no probabilities.")

    def name_of(self, position: int) -> str:
        """Return the name of the feature at this position for error messages."""
        name = f" ({self.feature_names[position]})" if self.feature_names else ""
        return f"Feature {position}{name}"

    def _names(self) -> str:
        return ", ".join(self.feature_names or ())


ANYTHING = Feature(name=None, kind=Kind.ANY)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
