"""The documentation page: all of it from this server, and gone where it is turned off."""

import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from web_single.app import create_app
from web_single.config import Config


def test_the_root_leads_to_the_page(client: TestClient) -> None:
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (
        307,
        "docs",
    )  # relative: a proxy may have put us below a path


def test_the_page_names_nothing_but_files_of_this_server_and_these_are_there(client: TestClient) -> None:
    page = client.get("/docs").text
    links = re.findall(r"""(?:href|src)="([^"]*)"|url: '([^']*)'""", page)
    named = [first or second for first, second in links]
    assert len(named) == 4
    assert "//" not in "".join(named)
    assert all(client.get(f"/{name}").status_code == 200 for name in named)
    assert '"validatorUrl": null' in page


def test_the_page_may_run_its_own_scripts_and_no_others(client: TestClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'self' 'sha256-[\w+/]{43}='; ", policy)


def test_files_of_the_page_are_not_sent_twice(client: TestClient) -> None:
    url = "/docs/assets/swagger-ui.css"
    etag = client.get(url).headers["ETag"]
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("wanted", ["bytes=999999999-", "lines=1", "bytes=0-1,5-6"])
def test_a_range_of_a_file_is_passed_over(client: TestClient, wanted: str) -> None:
    answer = client.get("/docs/assets/swagger-ui.css", headers={"Range": wanted})
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["Content-Length"])


def test_no_other_file_is_served(client: TestClient) -> None:
    for name in ("nothing.js", "..%2fmain.py", "..%2f..%2ffastapi%2f__init__.py"):
        assert client.get(f"/docs/assets/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/openapi.json", "/docs/assets/swagger-ui.css"])
def test_where_it_is_turned_off_nothing_is_there(make_config: Callable[..., Config], path: str) -> None:
    with TestClient(create_app(make_config(docs="off"))) as client:
        answer = client.get(path)
    assert (answer.status_code, answer.json()) == (404, {"detail": f"There is nothing at {path}."})
