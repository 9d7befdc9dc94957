"""The health check on its own: what it ends with, and what it says."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.support.servers import running


class NotReady(BaseHTTPRequestHandler):
    """Answers as a server does whose model is away."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b'{"detail":"The model is being started anew."}')

    def log_message(self, *_: object) -> None:
        pass


class NotReadyOnIPv6(HTTPServer):
    address_family = socket.AF_INET6


@contextmanager
def serving(server: HTTPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def check_health(host: str, port: int | str) -> tuple[int, str]:
    """Return the exit code and what it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "web_single.cli.healthcheck"],
        env=os.environ | {"HOST": host, "PORT": str(port)},
        check=False,
        capture_output=True,
        text=True,
    )
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104 - the setting, nobody listens there
def test_it_passes_while_the_server_is_ready(tmp_path: Path, plain: Path, host: str) -> None:
    with running(tmp_path, MODEL_PATH=plain) as server:
        assert check_health(host, int(server.url.rpartition(":")[2])) == (0, "")


def test_it_fails_with_the_reason_while_the_server_is_not_ready() -> None:
    with serving(HTTPServer(("127.0.0.1", 0), NotReady)) as port:
        code, told = check_health("127.0.0.1", port)
    assert code == 1
    assert told == f'The server on port {port} is not ready: {{"detail":"The model is being started anew."}}\n'


def test_it_asks_a_server_on_all_addresses_of_ipv6_on_this_machine_s_own() -> None:
    try:
        server = NotReadyOnIPv6(("::1", 0), NotReady)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with serving(server) as port:
        assert "is not ready" in check_health("::", port)[1]


def test_it_fails_where_nobody_answers() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        code, told = check_health("127.0.0.1", taken.getsockname()[1])
    assert code == 1
    assert "does not answer: [Errno" in told


def test_empty_settings_count_as_none_here_too() -> None:
    with serving(HTTPServer(("127.0.0.1", 0), NotReady)) as port:
        assert "is not ready" in check_health("", port)[1]


def test_without_a_port_the_default_port_is_checked() -> None:
    nobody = (
        "255.255.255.255"  # the broadcast address: whatever listens on port 8000 of this machine, nothing does there
    )
    assert "on port 8000 does not answer" in check_health(nobody, "")[1]
