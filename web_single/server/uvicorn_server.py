"""WebServer: uvicorn with the manners of a service: it says why it ends, and can be stopped while it loads."""

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
GARBAGE_THRESHOLD = 10_000  # objects: a request leaves no cycles of any weight

log = get_logger()


def listen(config: Config) -> socket.socket:
    """Take the address before the model is loaded: who calls meanwhile waits, and is not refused."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        both = config.host == "::" and socket.has_dualstack_ipv6()
        address = (config.host, config.port)
        listener = socket.create_server(address, family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as error:
        # Python's `create_server` adds the address to what the system says; the sentence has it already.
        reason = (error.strerror or str(error)).partition(" (while")[0]
        message = f"{config.host}:{config.port} cannot be listened on: {reason}. HOST and PORT name another address."
        raise BindError(message) from error
    host, port = listener.getsockname()[:2]
    log.info(Event.SERVER_LISTENING, url=f"http://{f'[{host}]' if ':' in host else host}:{port}")
    return listener


class WebServer(uvicorn.Server):
    """Serves one application on a socket that is there already, until SIGTERM, Ctrl-C or `stop`."""

    def __init__(self, app: Application, config: Config, on_started: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app.front,
                interface="asgi3",  # uvicorn takes a method for the older kind of application
                lifespan="off",  # this class opens and closes the application: its errors come out as they are
                loop="uvloop",
                http=limited_protocol(config),
                ws="none",
                log_config=None,
                access_log=False,
                proxy_headers=False,  # nothing here asks where a client is
                server_header=False,
                backlog=BACKLOG,
                timeout_graceful_shutdown=config.shutdown_timeout_seconds - CLOSING_SECONDS,
            )
        )
        self._app = app
        self._on_started = on_started

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the application, serve it, close it. A stop while it opens breaks that off.

        A StartError says why it could not start or go on.
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
        """Begin to accept, and tell. What is there by now stays: it need not be looked through for garbage again."""
        gc.collect()
        gc.freeze()
        gc.set_threshold(GARBAGE_THRESHOLD)
        await super().startup(sockets)
        self._on_started()

    async def on_tick(self, counter: int) -> bool:
        """End where the application cannot go on."""
        self.should_exit = self.should_exit or self._app.state.failure is not None
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at SIGTERM and Ctrl-C; unlike uvicorn's own, this does not raise them again at the end."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.interrupt)
        yield

    def interrupt(self) -> None:
        """Stop; at a second Ctrl-C without waiting for what is in flight."""
        self.force_exit = self.should_exit
        self.stop()

    def stop(self) -> None:
        """Accept no more, finish what is in flight, end."""
        if self.should_exit:
            return
        self.should_exit = True
        log.info(Event.SERVER_STOPPING)
        if self._opening is not None:
            self._opening.cancel()
