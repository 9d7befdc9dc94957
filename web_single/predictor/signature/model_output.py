"""The model's output for one row, and the decoding of replies of the model process."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from web_single.errors import BatchCallError, InvalidFeaturesError, ModelCodeError, RunnerCrashedError
from web_single.predictor.runner.wire_format import FrameHeader, decode_rows
from web_single.predictor.signature.signature import Signature


@dataclass(frozen=True)
class ModelOutput:
    """The model's output for one row: the result, and the probability of each class if requested."""

    result: Any
    probabilities: list[float] | None


def read_answers(reply: FrameHeader, block: bytes, *, rows: int, with_probabilities: bool) -> list[ModelOutput]:
    """Return the outputs in a reply; raise RunnerCrashedError if it does not have one for each row."""
    results = reply.get("results")
    if not isinstance(results, list) or len(results) != rows:
        raise RunnerCrashedError("The model's process sent a reply without a result for each row.")
    if not with_probabilities:
        return [ModelOutput(result, None) for result in results]
    return [ModelOutput(*answer) for answer in zip(results, decode_rows(block, rows=rows), strict=True)]


def raise_failure(reply: FrameHeader, rows: int, signature: Signature, *, shared: bool) -> None:
    """Raise the error that a reply without results contains; it names the instance if there are several rows.

    Raises:
        BatchCallError: Any failure of a call with `shared`, whose rows come from several requests.
        InvalidFeaturesError: A result is not finite, or a number exceeds float32.
        ModelCodeError: User code raised an exception.
    """
    if shared and "results" not in reply:
        raise BatchCallError("One of the rows of a shared call was not answered.")
    if "not_finite" in reply:
        start = f"Instance {reply['not_finite']}: the" if rows > 1 else "The"
        raise InvalidFeaturesError(f"{start} model gives no finite answer for this input.")
    if "too_large" in reply:
        start = f"Instance {reply['too_large']}: " if rows > 1 else ""
        feature = signature.name_of(reply["column"])
        raise InvalidFeaturesError(f"{start}{feature}: this model takes no number beyond 3.4e38 (float32).")
    if "raised" in reply:
        raise ModelCodeError(uuid4().hex[:12], reply["raised"], row=reply["row"] if rows > 1 else None)
