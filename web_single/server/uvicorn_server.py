"""Uvicorn server that reports why it stops and can be stopped while the application starts."""

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn

from web_single.app import Application
from web_single.config import Config
from web_single.errors import BindError
from web_single.logging import Event, get_logger
from web_single.server.http_protocol import limited_protocol

BACKLOG = 2048
CLOSING_SECONDS = 1
GARBAGE_THRESHOLD = 10_000  # objects; requests create no large reference cycles

log = get_logger()


def listen(config: Config) -> socket.socket:
    """Return a socket that listens on HOST and PORT.

    It listens before the model is loaded, so early connections wait instead of being refused.

    Raises:
        BindError: If the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        both = config.host == "::" and socket.has_dualstack_ipv6()
        address = (config.host, config.port)
        listener = socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as error:
        # `create_server` appends the address to the system's message; the message below already has it.
        reason = (error.strerror or str(error)).partition(" (while")[0]
        message = f"{config.host}:{config.port} cannot be listened on: {reason}. HOST and PORT name another address."
        raise BindError(message) from error
    host, port = listener.getsockname()[:2]
    log.info(Event.SERVER_LISTENING, url=f"http://{f'[{host}]' if ':' in host else host}:{port}")
    return listener


class WebServer(uvicorn.Server):
    """Serves one application on an open socket until SIGTERM, Ctrl-C or `stop`."""

    def __init__(self, app: Application, config: Config, on_started: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app.front,
                interface="asgi3",  # uvicorn would detect a bound method as ASGI 2
                lifespan="off",  # this class runs the lifespan, so that its errors propagate unchanged
                loop="uvloop",
                http=limited_protocol(config),
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # the client address is not used
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=config.shutdown_timeout_seconds - CLOSING_SECONDS,
            )
        )
        self._app = app
        self._on_started = on_started

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Run the application's lifespan and serve; a stop during startup cancels the startup.

        Raises:
            StartError: If the application cannot start or cannot continue.
        """
        self._opening = asyncio.current_task()
        with self.capture_signals():
            try:
                async with self._app.router.lifespan_context(self._app):
                    self._opening = None
                    await self._serve(sockets)
            except asyncio.CancelledError:
                if not self.should_exit:
                    raise
        if self._app.state.failure is not None:
            raise self._app.state.failure
        log.info(Event.SERVER_STOPPED)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept connections and call `on_started`; existing objects are excluded from garbage collection."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_THRESHOLD)
        await super().startup(sockets)
        self._on_started()

    async def on_tick(self, counter: int) -> bool:
        """Return whether to exit: on a stop, or when the application has failed."""
        self.should_exit = self.should_exit or self._app.state.failure is not None
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGTERM and Ctrl-C; unlike uvicorn's implementation, do not raise the signals again at the end."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.interrupt)
        yield

    def interrupt(self) -> None:
        """Stop; on a second Ctrl-C, do not wait for requests in flight."""
        self.force_exit = self.should_exit
        self.stop()

    def stop(self) -> None:
        """Stop accepting connections, finish the requests in flight, and exit."""
        if self.should_exit:
            return
        self.should_exit = True
        log.info(Event.SERVER_STOPPING)
        if self._opening is not None:
            self._opening.cancel()
