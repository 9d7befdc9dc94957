"""Bare connections, for what no HTTP client would send."""

import json
import socket
import time
from contextlib import closing

import httpx2

from tests.support.servers import Server

HEAD = b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class ModelOutput:
    """The bytes that came back on a connection until the server ended it, as one or more HTTP answers."""

    def __init__(self, received: bytes) -> None:
        self.received = received
        self.statuses = [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]]
        body = received.rpartition(b"\r\n\r\n")[2]
        self.detail = str(json.loads(body).get("detail", "")) if body else ""


def connect(server: Server, *, buffer_bytes: int | None = None) -> socket.socket:
    """Return a connection; with a small buffer the server cannot send far ahead of what is read."""
    url = httpx2.URL(server.url)
    connection = socket.socket()
    if buffer_bytes is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer_bytes)
    connection.settimeout(60)
    connection.connect((url.host, url.port))
    return connection


def read_to_the_end(connection: socket.socket) -> bytes:
    received = bytearray()
    while block := connection.recv(65536):
        received += block
    return bytes(received)


def send(server: Server, *parts: bytes, pause_seconds: float = 0) -> ModelOutput:
    """Send the parts one after the other, and return what came back until the server closed the connection."""
    with closing(connect(server)) as connection:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause_seconds)
        return ModelOutput(read_to_the_end(connection))
