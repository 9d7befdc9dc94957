"""The protocol's time limits: when they are set, and what each of them covers."""

import pytest
from starlette.types import Receive, Scope, Send

from tests.server.test_pipelining import connected, read_response, respond
from tests.support.waiting import wait_until_async
from web_single.server.http_protocol import LimitedProtocol

pytestmark = pytest.mark.anyio


async def respond_with_length(_: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    await respond(send, b"%d" % len(body))


async def test_the_body_has_a_read_timeout_of_its_own() -> None:
    async with connected(respond_with_length) as (reader, writer, protocol):
        assert isinstance(protocol, LimitedProtocol)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n")
        await wait_until_async(lambda: protocol._has_begun and protocol._deadline.is_set)
        of_head = protocol._deadline._at
        writer.write(b"Content-Length: 5\r\n\r\nhe")
        await wait_until_async(lambda: not protocol._reads_head and protocol._deadline.is_set)
        of_body = protocol._deadline._at
        assert of_head is not None
        assert of_body is not None
        assert of_body > of_head
        writer.write(b"llo")
        assert await read_response(reader) == b"5"


async def test_a_part_of_a_head_gives_it_no_more_time() -> None:
    async with connected(respond_with_length) as (_, writer, protocol):
        assert isinstance(protocol, LimitedProtocol)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n")
        await wait_until_async(lambda: protocol._has_begun and protocol._deadline.is_set)
        at, counted = protocol._deadline._at, protocol._head_bytes
        writer.write(b"X-More: x\r\nX-Last: x\r\n")
        await wait_until_async(lambda: protocol._head_bytes > counted)
        assert protocol._deadline._at == at
