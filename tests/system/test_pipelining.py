"""Several requests on one connection: each answer belongs to its request, whatever becomes of the others."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from tests.support.connections import HEAD, ModelOutput, connect, read_to_the_end, send
from tests.support.model_folders import HEALTHY, SLEEP
from tests.support.servers import Server, running

pytestmark = pytest.mark.measured

SECONDS = 0.5
READ_TIMEOUT_SECONDS = 6  # longer than a connection may rest between two requests
LIVE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"


def predict(kind: int) -> bytes:
    body = json.dumps({"features": [kind, SECONDS]}).encode()
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, trained: Callable[[str], Path]) -> Iterator[Server]:
    """A server whose model takes its time when it is asked to."""
    model = trained("mischief")
    with running(
        tmp_path_factory.mktemp("pipelining"), MODEL_PATH=model, READ_TIMEOUT_SECONDS=READ_TIMEOUT_SECONDS
    ) as server:
        yield server
        assert server.stop() == 0


def last_id(server: Server) -> int:
    rows = httpx2.get(f"{server.url}/predict").json()
    return int(rows[-1]["id"]) if rows else 0


WHAT_FOLLOWS = {
    "a tunnel": b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address without a path": b"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n",
    "an address that is none": b"GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n",
    "rubbish": b"rubbish\r\n\r\n",
    "a bad body": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a long header": b"GET / HTTP/1.1\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("pause_seconds", [0, SECONDS / 5], ids=["at once", "later"])
@pytest.mark.parametrize("what", WHAT_FOLLOWS)
def test_a_request_keeps_its_answer_whatever_follows_it(server: Server, what: str, pause_seconds: float) -> None:
    before = last_id(server)
    answer = send(server, predict(SLEEP), WHAT_FOLLOWS[what], pause_seconds=pause_seconds)
    assert answer.statuses == [200]
    assert json.loads(answer.received.rpartition(b"\r\n\r\n")[2]) == {"id": before + 1, "result": SECONDS}
    assert last_id(server) == before + 1


@pytest.mark.parametrize("what", ["a tunnel", "an address that is none", "rubbish"])
def test_what_follows_an_answer_is_refused_by_an_answer_of_its_own(server: Server, what: str) -> None:
    with closing(connect(server)) as connection:
        connection.sendall(LIVE)
        time.sleep(0.2)
        connection.sendall(WHAT_FOLLOWS[what])
        assert ModelOutput(read_to_the_end(connection)).statuses == [200, 400]


def test_an_offer_of_another_protocol_may_be_followed_by_anything(server: Server) -> None:
    offer = b"Host: x\r\nConnection: close, Upgrade\r\nUpgrade: h2c\r\n"
    assert send(server, predict(HEALTHY).replace(b"Host: x\r\n", offer) + b"x").statuses == [200]


def test_a_thousand_offers_of_another_protocol_are_passed_over(server: Server) -> None:
    offer = b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
    with closing(connect(server)) as connection:
        connection.sendall(offer * 1000)
        connection.shutdown(socket.SHUT_WR)
        assert ModelOutput(read_to_the_end(connection)).statuses == [200] * 1000


@pytest.mark.parametrize(
    "rest", [b"", b"GET /hea", HEAD + b"Content-Length: 5\r\n\r\n{"], ids=["whole", "head", "body"]
)
@pytest.mark.parametrize("count", [1, 3])
def test_who_has_shut_its_own_side_gets_all_answers_to_whole_requests(server: Server, count: int, rest: bytes) -> None:
    before = last_id(server)
    with closing(connect(server)) as connection:
        connection.sendall(predict(SLEEP) * count + rest)
        connection.shutdown(socket.SHUT_WR)
        assert ModelOutput(read_to_the_end(connection)).statuses == [200] * count
    assert last_id(server) == before + count


WHAT_RESTS = {
    "an empty line after an answer": [LIVE, b"\r\n"],
    "a body after its 404": [b"POST /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n", b"hello"],
    "a body after its 413": [HEAD + b"Content-Length: 2000000\r\n\r\n", b" " * 2_000_000],
}


def test_a_connection_that_rests_is_closed_in_the_end(server: Server) -> None:
    with ThreadPoolExecutor(len(WHAT_RESTS)) as at_once:  # each rests for five seconds
        answers = at_once.map(lambda parts: send(server, *parts, pause_seconds=0.2), WHAT_RESTS.values())
        assert {what: len(answer.statuses) for what, answer in zip(WHAT_RESTS, answers, strict=True)} == dict.fromkeys(
            WHAT_RESTS, 1
        )


def test_half_a_request_behind_a_slow_one_is_told_that_it_is_late(server: Server) -> None:
    assert send(server, predict(SLEEP), b"GET /hea", pause_seconds=0.1).statuses == [200, 408]
