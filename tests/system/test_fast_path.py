"""The fast path and the plain way behind it, side by side: whatever is sent, the same comes back and is stored."""

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.support.connections import connect, read_to_the_end
from tests.support.profiles import scaled
from tests.support.servers import Server, running
from tests.system.raw_requests import Conversation, conversations, without_chance

MOST_REQUESTS = 24
CONVERSATIONS = int(os.environ.get("CONVERSATIONS", str(scaled(100))))

Both = tuple[Server, Server]


@pytest.fixture(scope="module")
def both(trained: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Two servers with the same model, with and without the fast path."""
    model = trained("echo")
    folders = [tmp_path_factory.mktemp(name) for name in ("with", "without")]
    with (
        running(folders[0], MODEL_PATH=model, FAST_PATH="on", ACCESS_LOG="off") as fast,
        running(folders[1], MODEL_PATH=model, FAST_PATH="off", ACCESS_LOG="off") as plain,
    ):
        yield fast, plain


def rows_of(server: Server) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(server.log.with_name("predictions.db"))) as connection:
        columns = "SELECT id, result, features, probabilities, model_version FROM prediction_result ORDER BY id"
        return connection.execute(columns).fetchall()


def converse(connections: tuple[socket.socket, socket.socket], conversation: Conversation) -> list[bytes]:
    """Send the same to both, and return what each of them answers until it ends the connection."""
    for connection in connections:
        for part in conversation.parts:
            try:
                connection.sendall(part)
            except OSError:  # it has been told enough, and ended the connection
                break
    for connection in connections:
        try:
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            continue
    return [without_chance(read_to_the_end(connection)) for connection in connections]


def test_with_and_without_the_fast_path_the_same_is_answered_and_stored(
    both: Both, note_figure: Callable[[str], None]
) -> None:
    asked = answered = 0

    # Whether each run sends other conversations is left to the profile.
    @settings(max_examples=CONVERSATIONS, deadline=None, suppress_health_check=list(HealthCheck))
    @given(conversations(most_requests=MOST_REQUESTS))
    def converse_with_both(conversation: Conversation) -> None:
        nonlocal asked, answered
        connections = connect(both[0]), connect(both[1])
        with closing(connections[0]), closing(connections[1]):
            fast, plain = converse(connections, conversation)
        assert fast == plain
        asked += conversation.sent.count(b" HTTP/1.")
        answered += fast.count(b"HTTP/1.1 200")

    converse_with_both()
    fast, plain = map(rows_of, both)
    assert fast == plain
    assert answered >= asked / 4
    note_figure(
        f"with and without the fast path: {asked} requests, {answered} times 200, {len(fast)} rows, no difference"
    )
