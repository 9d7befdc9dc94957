"""Answer: what the model says to one row."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What the model answered to one row: a result, and where asked for the probability of each class."""

    result: Any
    probabilities: list[float] | None
