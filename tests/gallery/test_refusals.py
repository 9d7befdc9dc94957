"""Deliveries that cannot be served end the start with exit code 3 and a sentence that helps, and stay as they were."""

from collections.abc import Callable

import pytest

from tests.gallery.refusals import REFUSALS, Refusal
from tests.gallery.visit import Refused

DELIVERY_ERROR = 3

every_refusal = pytest.mark.parametrize("refusal", REFUSALS, ids=str)


@every_refusal
def test_what_cannot_be_served_ends_with_the_sentence_that_helps(
    refusal: Refusal, refused: Callable[[Refusal], Refused]
) -> None:
    seen = refused(refusal)
    assert seen.exit_code == DELIVERY_ERROR, seen.told
    assert all(line.startswith("web-single: ") for line in seen.told.splitlines())
    assert "Traceback" not in seen.told
    assert [word for word in refusal.words if word not in seen.told] == [], seen.told


@every_refusal
def test_what_cannot_be_served_is_left_as_it_was(refusal: Refusal, refused: Callable[[Refusal], Refused]) -> None:
    seen = refused(refusal)
    assert seen.files_after == seen.files_before
