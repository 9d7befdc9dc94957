"""The documentation page in a real browser that can reach nothing but the server."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import Server, running
from tests.system.browser import Page, open_browser

pytestmark = pytest.mark.slow

PREDICT = "#operations-predictions-predict"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, DOCS="on") as started:
        yield started


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with open_browser(tmp_path) as opened:
        yield opened


def test_who_opens_the_server_in_a_browser_can_send_a_prediction_and_sees_its_id(
    page: Page, server: Server, tmp_path: Path
) -> None:
    page.open(f"{server.url}/")
    page.click(f"{PREDICT} .opblock-summary-control")
    page.click(f"{PREDICT} .try-out__btn")
    page.click(f"{PREDICT} .execute")
    answer = page.text_of(f"{PREDICT} .live-responses-table .response td.response-col_description")
    page.save_picture(Path(os.environ.get("DOCS_PAGE_PICTURE", tmp_path / "docs-page.png")))
    assert '"id": 1,\n  "result": 0\n' in answer
    assert "It takes 4 features" in page.text_of(".info")
    assert all(url.startswith((server.url, "data:")) for url in page.requested), page.requested
    assert page.complaints == []
