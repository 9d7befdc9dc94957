"""A client of HTTP/1.0 gets no chunks: the end of the connection ends a body of unknown length."""

import pytest
from starlette.types import Receive, Scope, Send

from tests.server.test_pipelining import App, connected

pytestmark = pytest.mark.anyio

PARTS = [b"one", b"", b"two"]


def app_that_sends(headers: list[tuple[bytes, bytes]]) -> App:
    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for part in PARTS:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    return app


@pytest.mark.parametrize("connection", [b"", b"Connection: keep-alive\r\n"], ids=["close", "keep-alive"])
@pytest.mark.parametrize("headers", [[], [(b"content-length", b"6")]], ids=["without length", "with length"])
async def test_the_body_is_sent_as_it_is_and_the_connection_ends(
    headers: list[tuple[bytes, bytes]], connection: bytes
) -> None:
    async with connected(app_that_sends(headers)) as (reader, writer, _):
        writer.write(b"GET / HTTP/1.0\r\n" + connection + b"\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert body == b"onetwo"
    assert b"transfer-encoding" not in head
    assert head.count(b"connection: close") == 1


async def test_a_client_of_http_1_1_gets_chunks() -> None:
    async with connected(app_that_sends([])) as (reader, writer, _):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    assert b"transfer-encoding: chunked" in head
