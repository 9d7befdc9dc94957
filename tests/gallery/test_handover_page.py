"""The tables of docs/handover.md are what this run found; `make gallery` writes them anew."""

import os
from concurrent.futures import Future

import pytest

from tests.gallery import handover_page as page
from tests.gallery.conftest import Run
from tests.gallery.gallery import STYLES
from tests.gallery.refusals import REFUSALS
from tests.gallery.visit import Visit

ALL_VISITS_SECONDS = 1800
WRITE = os.environ.get("GALLERY") == "all"


def visited(future: Future[Visit]) -> Visit | None:
    """Return a visit; None where it came to nothing."""
    return None if future.exception() else future.result()


@pytest.mark.timeout(ALL_VISITS_SECONDS)  # it comes first, and waits for all of them
def test_the_table_of_styles_is_what_was_found(gallery: Run) -> None:
    rows = [
        page.row_of_style(style, visited(gallery.visits[style.name]))
        for style in STYLES
        if style.name in gallery.visits
    ]
    if WRITE:
        page.write_table("styles", page.STYLES_HEAD + "".join(rows))
    table = page.read_table("styles")
    assert [row for row in rows if row not in table] == []
    assert len(table.splitlines()) == len(page.STYLES_HEAD.splitlines()) + len(STYLES)


def test_the_table_of_refusals_is_what_was_found(gallery: Run) -> None:
    rows = [
        page.row_of_refusal(refusal, gallery.refusals[refusal.name].result())
        for refusal in REFUSALS
        if refusal.name in gallery.refusals
    ]
    if WRITE:
        page.write_table("refusals", page.REFUSALS_HEAD + "".join(rows))
    table = page.read_table("refusals")
    assert [row for row in rows if row not in table] == []
    assert len(table.splitlines()) == len(page.REFUSALS_HEAD.splitlines()) + len(REFUSALS)
