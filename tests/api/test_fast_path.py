"""The fast path in front of another application: what it serves itself, and what it passes on as it came."""

from typing import Any

import pytest
from starlette.datastructures import State
from starlette.types import Message, Receive, Scope, Send
from structlog.testing import capture_logs

from web_single.api.fast_path import FastPath
from web_single.config import Config
from web_single.errors import OverloadedError
from web_single.service.batching.request_queue import Prediction

pytestmark = pytest.mark.anyio

JSON_TYPE = (b"content-type", b"application/json")
BODY = b'{"features": [1, 2.5]}'
MAX_BODY_BYTES = 100


class Service:
    """Returns the features as the result."""

    async def predict(self, features: list[Any]) -> Prediction:
        if features == [0]:
            raise OverloadedError("Too many requests wait.")
        return Prediction(7, features, None)


class Behind:
    """The application behind, which records what it receives."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record the whole body."""
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        self.bodies.append(body)


async def call(*parts: bytes, **changes: Any) -> tuple[list[bytes], list[Message]]:  # noqa: ANN401 - of any key
    """Send one request in parts; return the bodies that were passed on, and the messages of the fast path."""
    scope = {"type": "http", "method": "POST", "path": "/predict", "raw_path": b"/predict", "query_string": b""}
    scope |= {"headers": [JSON_TYPE, (b"content-length", b"%d" % sum(map(len, parts)))]}
    behind, sent = Behind(), []
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages[-1]["more_body"] = False

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    state = State({"prediction_service": Service()})
    fast_path = FastPath(behind, state, Config(max_body_bytes=MAX_BODY_BYTES, access_log="all"))
    await fast_path(scope | changes, receive, send)
    return behind.bodies, sent


async def test_a_usual_request_is_served_without_the_application_behind() -> None:
    with capture_logs() as logs:
        passed_on, (start, body) = await call(BODY)
    assert passed_on == []
    assert body == {"type": "http.response.body", "body": b'{"id":7,"result":[1,2.5]}'}
    headers = dict(start["headers"])
    assert (start["status"], headers[b"content-type"], headers[b"content-length"]) == (200, b"application/json", b"25")
    assert [log["request_id"].encode() for log in logs] == [headers[b"x-request-id"]]


async def test_an_error_of_the_service_is_returned_without_the_application_behind() -> None:
    passed_on, (start, body) = await call(b'{"features": [0]}')
    assert passed_on == []
    assert (start["status"], dict(start["headers"])[b"retry-after"]) == (503, b"1")
    assert body["body"] == b'{"detail":"Too many requests wait."}'


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"path": "/predict/batch"},
        {"query_string": b"include=probabilities"},
        {"headers": []},
        {"headers": [JSON_TYPE, JSON_TYPE]},
        {"headers": [(b"content-type", b"text/plain")]},
        {"headers": [(b"content-type", b"application/json; charset=utf-8")]},
        {"headers": [JSON_TYPE, (b"content-encoding", b"gzip")]},
        {"headers": [JSON_TYPE, (b"transfer-encoding", b"chunked")]},
        {"headers": [JSON_TYPE, (b"expect", b"100-continue")]},
        {"headers": [JSON_TYPE, (b"content-length", b"%d" % (MAX_BODY_BYTES + 1))]},
    ],
    ids=str,
)
async def test_a_request_with_an_unusual_head_is_passed_on(changes: dict[str, Any]) -> None:
    assert await call(BODY, **changes) == ([BODY], [])


@pytest.mark.parametrize(
    "parts",
    [
        [b""],
        [BODY[:5], BODY[5:]],
        [b'{"features": [1], "features": [2]}'],
        [b'{"features": [1], "more": 2}'],
        [b'{"features": [{"a": 1}]}'],
        [b'{"features": ["\\u0000"]}'],
        [b'{"features": {"a": 1}}'],
        [b'{"features": [1]'],
        [b'{"features": [' + b"1," * MAX_BODY_BYTES + b"1]}"],
    ],
    ids=lambda parts: repr(parts)[:50],
)
async def test_an_unusual_body_is_passed_on_whole(parts: list[bytes]) -> None:
    assert await call(*parts, headers=[JSON_TYPE]) == ([b"".join(parts)], [])


async def test_a_body_of_exactly_the_limit_is_served() -> None:
    body = BODY.ljust(MAX_BODY_BYTES)
    passed_on, (start, _) = await call(body)
    assert (passed_on, start["status"]) == ([], 200)
