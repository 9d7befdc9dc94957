"""Wire: how a contender is asked for one prediction, and where its answer holds the result."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Row = Sequence[Any]


@dataclass(frozen=True)
class Wire:
    """A path, what is posted there for a row, and the result in what comes back."""

    path: str
    body: Callable[[Row], Any]
    result: Callable[[Any], Any]


def features(row: Row) -> dict[str, Any]:
    """Return the body that the pattern has."""
    return {"features": list(row)}


PREDICT = Wire("/predict", features, lambda answer: answer["result"])
