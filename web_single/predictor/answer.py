"""Answer: what the model says to one row."""

from dataclasses import dataclass
from typing import Any

from web_single.errors import RunnerBrokenError
from web_single.predictor.frames import Head, decode_rows


@dataclass(frozen=True)
class Answer:
    """What the model answered to one row: a result, and where asked for the probability of each class."""

    result: Any
    probabilities: list[float] | None


def read_answers(reply: Head, block: bytes, *, rows: int, with_probabilities: bool) -> list[Answer]:
    """Return the answers in a reply of the runner; a RunnerBrokenError where it has not one for each row."""
    results = reply.get("results")
    if not isinstance(results, list) or len(results) != rows:
        raise RunnerBrokenError("The model's process sent a reply without a result for each row.")
    if not with_probabilities:
        return [Answer(result, None) for result in results]
    return [Answer(*answer) for answer in zip(results, decode_rows(block, rows=rows), strict=True)]
