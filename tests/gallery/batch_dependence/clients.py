"""Clients that send predictions at the same time, each on a keep-alive connection of its own."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.gallery.batch_dependence.model_folder import Row

UNAVAILABLE = 503
PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class Request:
    """One row to send, by its index among the rows of the folder."""

    index: int
    row: Row
    with_probabilities: bool


@dataclass(frozen=True)
class Response:
    """What the server returned for a request."""

    request: Request
    status: int
    body: dict[str, Any]


def send_all(url: str, requests: Sequence[Request], *, clients: int) -> list[Response]:
    """Send the requests by so many clients that start together; return the responses, in any order."""
    return asyncio.run(_send_all(url, requests, clients))


async def _send_all(url: str, requests: Sequence[Request], clients: int) -> list[Response]:
    ready = asyncio.Barrier(clients)
    pending = iter(requests)
    responses: list[Response] = []
    async with asyncio.TaskGroup() as group:
        for _ in range(clients):
            group.create_task(_send(httpx2.URL(url), pending, responses, ready))
    return responses


async def _send(url: httpx2.URL, pending: Iterator[Request], responses: list[Response], ready: asyncio.Barrier) -> None:
    """Send what is pending, one request after the other."""
    reader, writer = await asyncio.open_connection(url.host, url.port)
    try:
        await ready.wait()
        for request in pending:
            responses.append(await _exchange(reader, writer, request))  # noqa: PERF401 - each is kept when it is there
    finally:
        writer.close()
        await writer.wait_closed()


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: Request) -> Response:
    """Send one request until the server is not too busy for it."""
    query = "?include=probabilities" if request.with_probabilities else ""
    body = json.dumps({"features": request.row}).encode()
    head = f"POST /predict{query} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    while True:
        writer.write(head.encode() + b"\r\n\r\n" + body)
        status, received = await _receive(reader)
        if status != UNAVAILABLE:
            return Response(request, status, json.loads(received))
        await asyncio.sleep(PAUSE_SECONDS)


async def _receive(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Return the status and the body of the next response."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = next(line for line in head.splitlines() if line.startswith("content-length:"))
    return int(head.split(maxsplit=2)[1]), await reader.readexactly(int(length.partition(":")[2]))
