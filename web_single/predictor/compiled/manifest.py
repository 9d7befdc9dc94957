"""Manifest of a compiled model: the model's description, the conversion, the equivalence report and the timings."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from web_single.predictor.compiled.timing import Timings


@dataclass(frozen=True)
class Kind:
    """The counts of one kind of probe rows: rows compared, and rows for which the compiled model fell back."""

    rows: int
    fallbacks: int


@dataclass(frozen=True)
class EquivalenceReport:
    """The result of the equivalence check of a compiled model with the `predict` of the model folder."""

    kinds: dict[str, Kind]
    largest_difference: float
    seconds: float

    @property
    def rows(self) -> int:
        """The number of rows compared, over all kinds."""
        return sum(kind.rows for kind in self.kinds.values())

    @property
    def fallbacks(self) -> int:
        """The number of fallbacks, over all kinds."""
        return sum(kind.fallbacks for kind in self.kinds.values())

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Return the report from JSON-compatible values."""
        return cls(**plain | {"kinds": {name: Kind(**kind) for name, kind in plain["kinds"].items()}})


@dataclass(frozen=True)
class Manifest:
    """The contents of a compiled model, or the `reason` why it is not usable, with the first `row` that mismatched.

    `description` is the model process's description of the model, `converted` the steps and the last estimator as
    JSON-compatible values, `answers` the supported outputs (labels, probabilities, numbers), `engines` the engines in
    use, `missing` whether rows with missing values are supported. `timings` are those without probabilities,
    `probability_timings` those with probabilities. `refuted` is set after a mismatch while serving.
    """

    description: dict[str, Any]
    converted: dict[str, Any] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    engines: tuple[str, ...] = ()
    missing: bool = False
    proof: EquivalenceReport | None = None
    timings: Timings = field(default_factory=Timings)
    probability_timings: Timings = field(default_factory=Timings)
    reason: str | None = None
    row: list[Any] | None = None
    refuted: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether the compiled model may be used."""
        return self.reason is None

    def as_text(self) -> str:
        """Return the manifest as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the manifest from JSON."""
        plain = json.loads(text)
        proof = EquivalenceReport.from_json(plain["proof"]) if plain["proof"] is not None else None
        told: dict[str, Any] = {"answers": tuple(plain["answers"]), "engines": tuple(plain["engines"]), "proof": proof}
        told |= {name: Timings.from_json(plain[name]) for name in ("timings", "probability_timings")}
        return cls(**plain | told)
