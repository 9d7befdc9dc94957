"""Sharing: whether rows of several requests may share a call of the model, looked at while it serves."""

from collections.abc import Hashable, Sequence
from typing import Any

from web_single.monitoring import Event, get_logger
from web_single.predictor.answer import Answer
from web_single.predictor.signature import Signature
from web_single.predictor.verification import Predict, Verification

log = get_logger()


class Sharing:
    """A small share of the rows that were answered in company is asked again, each alone.

    The first row whose answer depends on its company ends the sharing for good.
    """

    def __init__(self, predict: Predict, *, share: float) -> None:
        self.is_over = False
        self.verification = Verification(self._ask_alone, self._end, share=share)
        self._predict = predict

    def shape_of(self, signature: Signature, row: Sequence[Any]) -> Hashable | None:
        """Return what rows must have in common to share a call; None for one that must be asked alone."""
        return None if self.is_over else signature.shape_of(row)

    async def _ask_alone(self, rows: Sequence[Sequence[Any]], *, with_probabilities: bool) -> list[Answer]:
        return [(await self._predict([row], with_probabilities=with_probabilities))[0] for row in rows]

    def _end(self, reason: str, row: Sequence[Any]) -> None:
        if not self.is_over:
            log.error(Event.ROWS_DEPEND, reason=reason, row=list(row))
        self.is_over = True
