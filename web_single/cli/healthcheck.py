"""`python -m web_single.cli.healthcheck`: a container's health check, which ends with 0 while the server is ready."""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

TIMEOUT_SECONDS = 4


def main() -> None:
    """End with 0, or with 1 and a sentence, which `docker inspect` shows.

    It reads HOST and PORT itself: it runs every few seconds, and the whole of `Config` would be most of its work.
    """
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    # Where the server listens on all addresses, 0.0.0.0 and :: lead to this machine.
    connection = HTTPConnection(host, int(port), timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        body = answer.read().decode()
    except (OSError, HTTPException) as error:
        sys.exit(f"The server on port {port} does not answer: {error}.")
    if answer.status != HTTPStatus.OK:
        sys.exit(f"The server on port {port} is not ready: {body}")


if __name__ == "__main__":
    main()
