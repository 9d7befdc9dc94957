"""What never becomes a request: heads and bodies that are too long, too slow or no HTTP, on a real connection."""

import json
import re
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.support.connections import HEAD, connect, read_to_the_end, send
from tests.support.openapi_document import KEPT
from tests.support.predictions import fill
from tests.support.servers import Server, running
from tests.support.wrong_requests import WRONG_REQUESTS

pytestmark = pytest.mark.measured

READ_TIMEOUT_SECONDS = 1
KEEP_ALIVE_SECONDS = 5  # uvicorn's own
MAX_HEADER_BYTES = 4096
MAX_BODY_BYTES = 50_000
LONG_LIST = 60_000  # about 9 MB: more than the buffers of both ends
GOOD_BODY = b'{"features": [5.1, 3.5, 1.4, 0.2]}'
GOOD = HEAD + b"Content-Length: %d\r\n\r\n" % len(GOOD_BODY) + GOOD_BODY


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    limits = {name: globals()[name] for name in ("READ_TIMEOUT_SECONDS", "MAX_HEADER_BYTES", "MAX_BODY_BYTES")}
    with running(tmp_path_factory.mktemp("limits"), **limits) as server:
        yield server
        assert server.stop() == 0


def stored(server: Server) -> int:
    return len(httpx2.get(f"{server.url}/predict").json())


@pytest.mark.parametrize(
    "head",
    [
        b"GET /model HTTP/1.1\r\nX-Long: " + b"x" * 5000 + b"\r\n\r\n",
        b"GET /model HTTP/1.1\r\n" + b"X-Many: x\r\n" * 500 + b"\r\n",
        b"GET /model?" + b"x" * 5000 + b" HTTP/1.1\r\n\r\n",
        b"GET /model HTTP/1.1\r\nX-Long: " + b"x" * 300_000,
        b"GET /model HTTP/1.1\r\nX-Long: " + b"x" * 8_000_000 + b"\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X-Trailer: x\r\n" * 500 + b"\r\n",
    ],
    ids=["one long header", "many headers", "a long line", "a header without end", "a header of 8 MB", "long trailers"],
)
def test_a_head_that_is_too_long_is_431_in_the_one_shape(server: Server, head: bytes) -> None:
    answer = send(server, head)
    assert answer.statuses == [431]
    assert "MAX_HEADER_BYTES" in answer.detail


def test_a_head_of_a_hundred_megabytes_is_not_kept(server: Server, note_figure: Callable[[str], None]) -> None:
    memory = psutil.Process(server.pid).memory_info
    before = memory().rss
    with closing(connect(server)) as connection:
        connection.sendall(b"GET /model HTTP/1.1\r\nX-Long: ")
        sent = 0
        try:
            for _ in range(1000):
                sent += connection.send(b"x" * 100_000)
        except OSError:
            pass
    grown = memory().rss - before
    note_figure(f"a head without end: {sent / 2**20:.0f} MB sent until it was cut off, memory +{grown / 2**20:.0f} MB")
    assert sent < 50_000_000
    assert grown < 20_000_000


@pytest.mark.parametrize(
    ("parts", "part"),
    [
        ([b"POST /predict HTTP/1.1\r\nHost"], "headers"),
        ([b"P"], "headers"),
        ([GOOD[:-1]], "body"),
        ([HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"], "body"),
    ],
    ids=["half a header", "one byte", "a body without its last byte", "a chunk without its end"],
)
def test_what_does_not_arrive_in_time_is_408_and_not_stored(
    server: Server, parts: list[bytes], part: str, note_figure: Callable[[str], None]
) -> None:
    before, start = stored(server), time.monotonic()
    answer = send(server, *parts)
    seconds = time.monotonic() - start
    note_figure(f"a request whose {part} did not arrive in {READ_TIMEOUT_SECONDS} s: answered after {seconds:.2f} s")
    assert answer.statuses == [408]
    assert answer.detail == f"The request's {part} did not arrive in 1 seconds (READ_TIMEOUT_SECONDS)."
    assert READ_TIMEOUT_SECONDS * 0.9 < seconds < READ_TIMEOUT_SECONDS * 10
    assert stored(server) == before


def test_a_request_that_trickles_in_byte_by_byte_is_cut_off_too(server: Server) -> None:
    with closing(connect(server)) as connection:
        try:
            for byte in HEAD * 10:
                connection.sendall(bytes([byte]))
                time.sleep(READ_TIMEOUT_SECONDS / 20)
        except OSError:
            return
    pytest.fail("the server went on reading")


def test_a_connection_that_asks_nothing_is_closed_without_an_answer(server: Server) -> None:
    assert send(server).received == b""


def test_a_connection_that_rests_between_two_requests_is_not_timed(server: Server) -> None:
    with closing(connect(server)) as connection:
        for _ in range(2):
            connection.sendall(GOOD)
            received = b""
            while not received.endswith(b"}"):
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200")
            time.sleep(READ_TIMEOUT_SECONDS * 2)


def test_an_answer_without_a_body_is_not_kept_for_the_next_one(server: Server) -> None:
    with closing(connect(server)) as connection:
        for _ in range(2):
            connection.sendall(b"HEAD /model HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 405")


def test_an_answer_that_is_the_last_is_seen_by_a_client_that_still_sends(server: Server) -> None:
    head = HEAD.replace(b"application/json", b"text/plain") + b"Connection: close\r\nContent-Length: 9\r\n\r\n"
    assert send(server, head, b"one", b"two", pause_seconds=0.2).statuses == [415]


def test_a_connection_at_rest_is_closed_when_its_time_is_up(server: Server) -> None:
    with closing(connect(server)) as connection:
        for _ in range(2):
            connection.sendall(GOOD)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            start = time.monotonic()
            time.sleep(KEEP_ALIVE_SECONDS / 5)
        assert connection.recv(65536) == b""
    assert KEEP_ALIVE_SECONDS * 0.9 < time.monotonic() - start < KEEP_ALIVE_SECONDS * 10


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"hello\r\n\r\n",
        b"BREW /predict HTTP/1.1\r\n\r\n",
        b"GET /predict HTTP/9.9\r\n\r\n",
        b"GET /predict HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: ten\r\n\r\n",
        HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    ],
    ids=lambda given: repr(given[-30:]),
)
def test_what_is_no_http_is_400_in_the_one_shape(server: Server, request_bytes: bytes) -> None:
    answer = send(server, request_bytes)
    assert answer.statuses in ([400], [431])
    assert answer.detail.endswith(".")


def test_a_body_that_says_it_is_too_long_is_413_before_it_is_sent(server: Server) -> None:
    with closing(connect(server)) as connection:
        connection.sendall(HEAD + b"Content-Length: 1000000000000\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 413")


def test_who_waits_for_leave_to_send_too_long_a_body_is_refused_and_the_connection_ends(server: Server) -> None:
    answer = send(server, HEAD + b"Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
    assert answer.statuses == [413]
    assert b"connection: close" in answer.received


def test_after_a_body_that_was_too_long_the_connection_can_be_used_again(server: Server) -> None:
    with httpx2.Client(base_url=server.url) as client:
        refused = client.post("/predict", content=b" " * 1_000_000, headers={"Content-Type": "application/json"})
        assert refused.status_code == 413
        assert "connection" not in refused.headers
        assert client.post("/predict", json={"features": [5.1, 3.5, 1.4, 0.2]}).status_code == 200


def test_a_body_without_end_is_answered_and_cut_off(server: Server, note_figure: Callable[[str], None]) -> None:
    memory = psutil.Process(server.pid).memory_info
    before = memory().rss
    with closing(connect(server)) as connection:
        connection.sendall(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        sent = 0
        try:
            for _ in range(2000):
                connection.sendall(b"10000\r\n" + b" " * 65536 + b"\r\n")
                sent += 65536
        except OSError:
            pass
    grown = memory().rss - before
    note_figure(f"a body without end: {sent / 2**20:.0f} MB sent until it was cut off, memory +{grown / 2**20:.0f} MB")
    assert sent < 100_000_000
    assert grown < 20_000_000


def test_a_body_that_is_not_sent_whole_stores_nothing(server: Server) -> None:
    before = stored(server)
    with closing(connect(server)) as connection:
        connection.sendall(GOOD[:-5])
    assert stored(server) == before


def test_what_follows_a_whole_request_does_not_cost_it_its_answer(server: Server) -> None:
    answer = send(server, GOOD + b"and some rubbish\r\n\r\n")
    assert answer.statuses == [200]


def test_who_shuts_its_own_side_before_its_request_is_whole_is_not_waited_for(server: Server) -> None:
    with closing(connect(server)) as connection:
        connection.sendall(GOOD[:-1])
        connection.shutdown(socket.SHUT_WR)
        assert read_to_the_end(connection) == b""


def test_requests_sent_at_once_are_answered_in_their_order(server: Server) -> None:
    answer = send(server, GOOD * 3 + b"GET /nowhere HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.statuses == [200, 200, 200, 404]


def test_an_offer_of_another_protocol_is_passed_over(server: Server) -> None:
    offer = b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"
    request = GOOD.replace(b"Host: x\r\n", b"Host: x\r\n" + offer)
    assert send(server, request).statuses == [200]
    assert send(server, request[:-20], request[-20:], pause_seconds=0.1).statuses == [200]
    assert not server.events("Unsupported upgrade request.")


def test_a_tunnel_is_refused(server: Server) -> None:
    assert send(server, b"CONNECT example.org:443 HTTP/1.1\r\n\r\n").statuses == [400]


@pytest.mark.slow
def test_a_slow_reader_of_a_long_list_is_not_cut_off_although_it_owes_a_body(tmp_path: Path) -> None:
    fill(tmp_path / "predictions.db", LONG_LIST)
    with (
        running(tmp_path, READ_TIMEOUT_SECONDS=READ_TIMEOUT_SECONDS) as server,
        closing(connect(server, buffer_bytes=4096)) as connection,
    ):
        connection.sendall(b"GET /predict?detail=true HTTP/1.1\r\nContent-Length: 3\r\n\r\n[")
        time.sleep(READ_TIMEOUT_SECONDS * 3)
        received = read_to_the_end(connection)
    assert received.endswith(b"]\r\n0\r\n\r\n")
    assert received.count(b'"created_at"') == LONG_LIST


def test_what_was_refused_is_in_the_log(server: Server) -> None:
    send(server, b"hello\r\n\r\n")
    assert server.events("request_rejected")[-1]["status"] == 400
    assert not server.events("Invalid HTTP request received.")


def test_every_wrong_request_is_refused_by_the_real_server_too(
    tmp_path: Path, trained: Callable[[str], Path], note_figure: Callable[[str], None]
) -> None:
    statuses: Counter[int] = Counter()
    with running(tmp_path, MODEL_PATH=trained("named")) as server, httpx2.Client(base_url=server.url) as client:
        for wrong in WRONG_REQUESTS:
            answer = client.request(wrong.method, wrong.path, content=wrong.body, headers=wrong.headers)
            assert list(answer.json()) == ["detail"], wrong.name
            expected = 400 if wrong.method == "BREW" else wrong.status  # a method that HTTP does not know
            assert answer.status_code == expected, wrong.name
            statuses[answer.status_code] += 1
        assert client.get("/predict").json() == []
    told = ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items()))
    note_figure(f"{len(WRONG_REQUESTS)} kinds of wrong requests: {told}; rows stored: 0")


@pytest.mark.parametrize(
    ("status", "name", "request_bytes"),
    [
        (408, "slow_headers", HEAD),
        (408, "slow_body", GOOD[:-1]),
        (431, "long_headers", b"GET /model HTTP/1.1\r\nX-Long: " + b"x" * 5000 + b"\r\n\r\n"),
    ],
    ids=["slow headers", "a slow body", "long headers"],
)
def test_what_is_refused_unread_is_what_the_openapi_document_tells(
    server: Server, status: int, name: str, request_bytes: bytes
) -> None:
    responses = json.loads(KEPT.read_text())["paths"]["/predict"]["post"]["responses"]
    told = responses[str(status)]["content"]["application/json"]["examples"][name]["value"]["detail"]
    answer = send(server, request_bytes)
    assert answer.statuses == [status]
    assert re.sub("[0-9]+", "#", answer.detail) == re.sub("[0-9]+", "#", told)
