"""The outermost duties: an id for each request, a line in the log, an answer even to a failure of our own."""

import asyncio
import json
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from web_single.api.access_log import AccessLogMiddleware
from web_single.app import create_app
from web_single.config import AccessLog, AppEnv, Config
from web_single.logging import configure_logging


def make_app(access_log: AccessLog) -> FastAPI:
    app = FastAPI()
    app.add_middleware(AccessLogMiddleware, access_log=access_log)

    @app.get("/fine")
    async def fine() -> str:
        return "fine"

    @app.get("/crash")
    async def crash() -> str:
        raise RuntimeError("a bug of ours")

    @app.get("/break")
    async def break_midway() -> StreamingResponse:
        def chunks() -> Iterator[bytes]:
            yield b"one"
            raise RuntimeError("midway")

        return StreamingResponse(chunks())

    return app


@pytest.fixture
def lines(make_config: Callable[..., Config], capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, str]]]:
    configure_logging(make_config(app_env=AppEnv.PROD))
    return lambda: [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_id_is_made_and_returned(client: TestClient) -> None:
    first, second = (client.get("/health/live").headers["X-Request-ID"] for _ in range(2))
    assert len(first) == 32
    assert first != second


def test_the_id_of_the_client_is_taken_and_returned(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"X-Request-ID": "order-66/a"})
    assert answer.headers["X-Request-ID"] == "order-66/a"


@pytest.mark.parametrize("unfit", ["", "x" * 129, "a b", "é"])
def test_an_id_that_is_unfit_for_a_log_is_replaced(client: TestClient, unfit: str) -> None:
    answer = client.get("/health/live", headers={b"X-Request-ID": unfit.encode("latin-1")})
    assert len(answer.headers["X-Request-ID"]) == 32


def test_a_request_has_a_line_with_its_id(lines: Callable[[], list[dict[str, str]]]) -> None:
    TestClient(make_app(AccessLog.ALL)).get("/fine?secret=1", headers={"X-Request-ID": "abc"})
    (line,) = lines()
    assert line.pop("timestamp")
    assert float(line.pop("milliseconds")) >= 0
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": "abc",
        "method": "GET",
        "path": "/fine",
        "status": 200,
    }


@pytest.mark.parametrize(("access_log", "logged"), [("all", 2), ("errors", 1), ("off", 0)])
def test_the_setting_says_which_requests_have_a_line(
    lines: Callable[[], list[dict[str, str]]], access_log: str, logged: int
) -> None:
    client = TestClient(make_app(AccessLog(access_log)))
    client.get("/fine")
    client.get("/nowhere")
    assert len(lines()) == logged


@pytest.mark.parametrize(("access_log", "logged"), [("all", 1), ("errors", 1), ("off", 0)])
def test_a_slow_request_has_a_line_although_it_did_not_fail(
    lines: Callable[[], list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch, access_log: str, logged: int
) -> None:
    monkeypatch.setattr("web_single.api.access_log.SLOW_SECONDS", 0.0)
    TestClient(make_app(AccessLog(access_log))).get("/fine")
    assert len(lines()) == logged


@pytest.mark.parametrize("fast_path", ["on", "off"])
@pytest.mark.parametrize("access_log", ["all", "errors", "off"])
def test_predictions_have_the_same_lines_with_and_without_the_fast_path(
    make_config: Callable[..., Config], fast_path: str, access_log: str
) -> None:
    config = make_config(fast_path=fast_path, access_log=access_log)
    with TestClient(create_app(config)) as client, capture_logs() as logs:
        client.post("/predict", json={"features": [0, 0]}, headers={"X-Request-ID": "good"})
        client.post("/predict", json={"features": [0]}, headers={"X-Request-ID": "bad"})
    lines = [log for log in logs if log["event"] == "request"]
    assert all(line["milliseconds"] >= 0 for line in lines)
    names = ("log_level", "request_id", "method", "path", "status")
    good, bad = ("info", "good", "POST", "/predict", 200), ("info", "bad", "POST", "/predict", 422)
    expected = {"all": [good, bad], "errors": [bad], "off": []}[access_log]
    assert [tuple(line[name] for name in names) for line in lines] == expected


def test_a_failure_of_our_own_is_answered_in_the_one_shape_and_logged(
    lines: Callable[[], list[dict[str, str]]],
) -> None:
    answer = TestClient(make_app(AccessLog.OFF)).get("/crash", headers={"X-Request-ID": "abc"})
    assert answer.status_code == 500
    assert answer.json() == {"detail": "The service failed; the log has the reason under request id abc."}
    (line,) = lines()
    assert (line["event"], line["request_id"]) == ("request_crashed", "abc")
    assert "a bug of ours" in line["exception"]


def test_a_stream_that_breaks_midway_does_not_end_as_if_it_were_whole(
    lines: Callable[[], list[dict[str, str]]],
) -> None:
    with pytest.raises(RuntimeError, match="midway"):
        TestClient(make_app(AccessLog.OFF)).get("/break")
    assert [line["event"] for line in lines()] == ["stream_broken"]


async def run_cancelled(*, after_start: bool) -> list[Message]:
    """Run an application that is cancelled as at the end of a stop; return what it and the log around it sent."""
    sent: list[Message] = []

    async def app(_: Scope, __: Receive, send: Send) -> None:
        if after_start:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise asyncio.CancelledError

    async def receive() -> Message:
        raise AssertionError("Nothing is received.")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "raw_path": b"/", "headers": []}
    await AccessLogMiddleware(app, AccessLog.ALL)(scope, receive, send)
    return sent


@pytest.mark.anyio
async def test_a_request_that_is_cancelled_by_a_stop_is_a_503() -> None:
    with capture_logs() as logs:
        start, body = await run_cancelled(after_start=False)
    assert start["status"] == 503
    assert dict(start["headers"])[b"retry-after"] == b"1"
    assert "The server stops" in json.loads(body["body"])["detail"]
    assert [log["status"] for log in logs] == [503]


@pytest.mark.anyio
async def test_a_response_that_is_cancelled_midway_is_not_completed() -> None:
    with pytest.raises(asyncio.CancelledError):
        await run_cancelled(after_start=True)


def test_no_control_character_of_a_path_reaches_a_terminal(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    client.get("/%1b%5B31mred%00%0Anew")
    log = capsys.readouterr()
    assert "/%1b%5B31mred%00%0Anew" in log.out + log.err
