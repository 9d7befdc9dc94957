"""Manifest: what is kept beside the files of a compiled model: the model's signature, what is computed, the proof."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from web_single.predictor.compiled.timing import Timings


@dataclass(frozen=True)
class Kind:
    """One kind of probe rows: how many were asked, and how many the compiled model handed back as not sure."""

    rows: int
    fallbacks: int


@dataclass(frozen=True)
class EquivalenceReport:
    """How the compiled model was compared with the delivered `predict`, and what came of it."""

    kinds: dict[str, Kind]
    largest_difference: float
    seconds: float

    @property
    def rows(self) -> int:
        """How many rows were asked in all."""
        return sum(kind.rows for kind in self.kinds.values())

    @property
    def fallbacks(self) -> int:
        """How many of them were handed back."""
        return sum(kind.fallbacks for kind in self.kinds.values())

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Return the proof in plain values."""
        return cls(**plain | {"kinds": {name: Kind(**kind) for name, kind in plain["kinds"].items()}})


@dataclass(frozen=True)
class Manifest:
    """What is compiled, or why nothing is (`reason`, and where rows differed the first `row`).

    `description` is what the runner told of the model, `converted` the steps and the last estimator as plain values,
    `answers` what is answered (labels, probabilities, numbers), `engines` by what, `missing` whether rows with
    missing values are too. `timings` are those of results alone, `probability_timings` those with probabilities.
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
        """Whether the compiled model may answer."""
        return self.reason is None

    def as_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the manifest in a text of JSON."""
        plain = json.loads(text)
        proof = EquivalenceReport.from_json(plain["proof"]) if plain["proof"] is not None else None
        told: dict[str, Any] = {"answers": tuple(plain["answers"]), "engines": tuple(plain["engines"]), "proof": proof}
        told |= {name: Timings.from_json(plain[name]) for name in ("timings", "probability_timings")}
        return cls(**plain | told)
