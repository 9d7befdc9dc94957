"""Worker process: serves on the inherited socket, configured by the supervisor, and exits with it."""

import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from web_single.server.startup import gc_paused, run_until_complete

with gc_paused():
    from structlog.contextvars import bind_contextvars

    from web_single.app import create_app
    from web_single.config import Config
    from web_single.environments.environment import Environment
    from web_single.errors import StartError
    from web_single.logging import configure_logging
    from web_single.model_folder.folder import ModelFolder
    from web_single.predictor.preload import PreloadedModel
    from web_single.server.log_writer import stderr_in_background
    from web_single.server.uvicorn_server import WebServer

MAX_CHARACTERS = 20_000  # per message: up to 12 bytes each in JSON, and the supervisor's limit is 1 MiB a line
LONGEST_ORDERS_BYTES = 2**24  # includes a digest for each file of the model folder


def main() -> int:
    """Serve on the inherited socket with the orders read from the inherited channel; return the exit code."""
    listener, channel = (socket.socket(fileno=int(number)) for number in sys.argv[1:])
    orders = json.loads(channel.makefile("rb").readline(LONGEST_ORDERS_BYTES))
    config = Config.model_validate_json(orders["config"])
    model_folder = ModelFolder.from_json(orders["delivery"])
    environment = Environment.from_json(orders["environment"])
    bind_contextvars(worker=os.getpid())
    end = partial(end_with_supervisor, channel, timeout_seconds=config.shutdown_timeout_seconds)
    threading.Thread(target=end, daemon=True).start()
    on_started = partial(tell, channel, {"started": True})
    with stderr_in_background():
        configure_logging(config)
        try:
            run_until_complete(serve(config, model_folder, environment, listener, on_started))
        except StartError as error:
            tell(channel, {"failed": type(error).__name__, "message": shortened(error.message)})
            return 1
    return 0


async def serve(
    config: Config,
    model_folder: ModelFolder,
    environment: Environment,
    listener: socket.socket,
    on_started: Callable[[], None],
) -> None:
    """Serve the model folder and environment resolved by the supervisor, so that all workers serve the same."""
    async with PreloadedModel.of(model_folder, environment, config) as preloaded:
        await WebServer(create_app(config, preloaded), config, on_started).serve([listener])


def tell(channel: socket.socket, message: dict[str, object]) -> None:
    """Send a message to the supervisor as one line of JSON."""
    channel.sendall(json.dumps(message).encode() + b"\n")


def shortened(message: str) -> str:
    """Return a message cut to `MAX_CHARACTERS`: an exception of user code may contain the whole input."""
    return message if len(message) <= MAX_CHARACTERS else f"{message[:MAX_CHARACTERS]}… (shortened)"


def end_with_supervisor(channel: socket.socket, *, timeout_seconds: float) -> None:
    """Terminate this process when the supervisor exits; kill it if it has not stopped after the timeout.

    The supervisor sends nothing more, so `recv` returns only when the channel closes.
    """
    with suppress(OSError):
        channel.recv(1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(timeout_seconds)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
