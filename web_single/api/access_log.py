"""The outermost duties of every request: an id, a line in the log, and an answer even where our own code fails."""

import asyncio
import os
import re
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web_single.api.error_handlers import RETRY_AFTER_SECONDS, error_response
from web_single.config import AccessLog
from web_single.logging import REQUEST_ID, Event, get_logger

HEADER = b"x-request-id"
ACCEPTED_ID = re.compile(rb"[\w.:/+=-]{1,128}", re.ASCII)
ID_BYTES = 16
FIRST_ERROR_STATUS, FIRST_FAILURE_STATUS = 400, 500
UNAVAILABLE = 503
SLOW_SECONDS = 1.0

log = get_logger()


class AccessLogMiddleware:
    """ASGI middleware; `access_log` says which requests get a line."""

    def __init__(self, app: ASGIApp, access_log: AccessLog) -> None:
        self._app = app
        self._access_log = access_log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on under an id, which the answer carries too."""
        if scope["type"] == "http":
            await RequestContext(scope, send, self._access_log).run(self._app, receive)
        else:
            await self._app(scope, receive, send)


def request_id_from(scope: Scope) -> str:
    """Return the id that the client gave, if it is fit to be written down, else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER:
            return value.decode() if ACCEPTED_ID.fullmatch(value) else os.urandom(ID_BYTES).hex()
    return os.urandom(ID_BYTES).hex()


class RequestContext:
    """One request and its answer, with the duties that are the same in both lanes."""

    __slots__ = ("_access_log", "_scope", "_send", "_start", "_status", "request_id")

    def __init__(self, scope: Scope, send: Send, access_log: AccessLog) -> None:
        self.request_id = request_id_from(scope)
        self._scope = scope
        self._send = send
        self._access_log = access_log
        self._status = 0
        self._start = time.perf_counter()

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        """Let the application answer, under the request's id, and write the line."""
        token = REQUEST_ID.set(self.request_id)
        try:
            await app(self._scope, receive, self._send_with_id)
        except asyncio.CancelledError:  # the time to stop is up
            if self._status:
                raise
            await self._answer(UNAVAILABLE, "The server stops, and did not wait for this request any longer.", receive)
        except Exception:
            if self._status:  # a stream that broke midway: the connection must end without its last chunk
                log.warning(Event.STREAM_BROKEN, exc_info=True)
                raise
            log.exception(Event.REQUEST_CRASHED)
            message = f"The service failed; the log has the reason under request id {self.request_id}."
            await self._answer(500, message, receive)
        finally:
            self.write_line(self._status)
            REQUEST_ID.reset(token)

    async def _send_with_id(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [*message.get("headers", ()), (HEADER, self.request_id.encode())]
        await self._send(message)

    async def _answer(self, status: int, message: str, receive: Receive) -> None:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == UNAVAILABLE else None
        await error_response(status, message, headers)(self._scope, receive, self._send_with_id)

    def write_line(self, status: int) -> None:
        """Write the line of a request that was answered with this status, if it is to have one."""
        seconds = time.perf_counter() - self._start
        fails = status >= FIRST_ERROR_STATUS or seconds > SLOW_SECONDS
        if self._access_log is AccessLog.OFF or (self._access_log is AccessLog.ERRORS and not fails):
            return
        write = log.error if status >= FIRST_FAILURE_STATUS else log.info
        write(
            Event.REQUEST,
            request_id=self.request_id,
            method=self._scope["method"],
            path=self._scope["raw_path"].decode("ascii", "backslashreplace"),  # no escape reaches a terminal
            status=status,
            milliseconds=round(1000 * seconds, 2),
        )
