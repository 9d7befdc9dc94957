"""Pipelining: one client cannot fill the memory, or keep the event loop to itself, by sending requests ahead."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
import uvicorn
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from tests.support.waiting import wait_until_async
from web_single.config import Config
from web_single.logging import REQUEST_ID
from web_single.server.http_protocol import limited_protocol
from web_single.server.pipelining import MAX_SLICE_BYTES

pytestmark = pytest.mark.anyio

REQUESTS = 20_000
SMALLEST_REQUEST = b"GET / HTTP/1.1\r\n\r\n"
GET_NUMBER = b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n"
App = Callable[[Scope, Receive, Send], Awaitable[None]]


@asynccontextmanager
async def connected(app: App) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, HttpToolsProtocol]]:
    """Serve an application, connect to it, and yield both ends of the connection."""
    config = uvicorn.Config(app, interface="asgi3", lifespan="off", log_config=None, access_log=False)
    protocol_class = limited_protocol(Config())
    accepted = asyncio.get_running_loop().create_future()

    def accept() -> HttpToolsProtocol:
        protocol = protocol_class(config=config, server_state=ServerState(), app_state={})
        accepted.set_result(protocol)
        return protocol

    server = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        protocol = await accepted
        try:
            yield reader, writer, protocol
        finally:
            writer.close()
            protocol.transport.abort()


async def respond(send: Send, body: bytes) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


async def read_response(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.splitlines() if line.startswith(b"content-length"))
    return await reader.readexactly(int(length.partition(b":")[2]))


async def test_only_a_few_of_many_pipelined_requests_are_queued_and_all_are_served_in_order() -> None:
    queue_lengths = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        queue_lengths.append(len(protocol.pipeline))
        await receive()
        await respond(send, scope["path"].encode())

    async with connected(app) as (reader, writer, protocol):
        writer.writelines(GET_NUMBER % number for number in range(REQUESTS))
        for number in range(REQUESTS):
            assert await read_response(reader) == b"/%d" % number
    assert max(queue_lengths) <= MAX_SLICE_BYTES / len(SMALLEST_REQUEST)


async def test_a_large_body_behind_another_request_arrives_whole() -> None:
    async def app(_: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        await respond(send, b"%d" % len(body))

    async with connected(app) as (reader, writer, _):
        body = b"x" * 1_000_000
        post = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        writer.write((GET_NUMBER % 1 + post + body) * 2)
        assert [await read_response(reader) for _ in range(4)] == [b"0", b"1000000"] * 2


@pytest.mark.parametrize("queued", [0, 2])
async def test_a_lost_connection_is_reported_to_the_running_request_and_no_queued_one_is_started(queued: int) -> None:
    started: list[str] = []
    messages: list[dict[str, Any]] = []
    ended = asyncio.Event()

    async def app(scope: Scope, receive: Receive, _: Send) -> None:
        started.append(scope["path"])
        await receive()
        messages.append(dict(await receive()))
        ended.set()

    async with connected(app) as (_, writer, protocol):
        writer.writelines(GET_NUMBER % number for number in range(queued + 1))
        await wait_until_async(lambda: bool(started) and len(protocol.pipeline) == queued)
        protocol.transport.abort()  # as when a write fails
        await asyncio.wait_for(ended.wait(), 30)
    assert messages == [{"type": "http.disconnect"}]
    assert started == ["/0"]


async def test_a_queued_request_does_not_inherit_the_request_id_of_the_one_before_it() -> None:
    async def app(scope: Scope, _: Receive, send: Send) -> None:
        structlog.get_logger().info("started", request_id=REQUEST_ID.get(), path=scope["path"])
        REQUEST_ID.set(scope["path"])
        await respond(send, b"")

    with capture_logs() as logs:
        async with connected(app) as (reader, writer, _):
            writer.write(GET_NUMBER % 0 + GET_NUMBER % 1 + GET_NUMBER % 2)
            for _ in range(3):
                await read_response(reader)
    assert [log["request_id"] for log in logs] == [None, None, None]
