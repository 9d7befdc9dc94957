"""The fast path of POST /predict in front of FastAPI; everything unusual is passed on to FastAPI unchanged."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec
from pydantic_core import to_json
from starlette.datastructures import State
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web_single.api.access_log import HEADER as ID_HEADER
from web_single.api.access_log import RequestContext
from web_single.api.error_handlers import response_to
from web_single.config import Config
from web_single.errors import WebSingleError
from web_single.service.prediction_service import PredictionService

PATH = "/predict"
JSON = b"application/json"
JSON_HEADER = (b"content-type", JSON)
# What may change how a body is read, or whether it is read at all.
UNUSUAL = frozenset((b"content-encoding", b"expect", b"transfer-encoding"))
KEY = b'"features"'


class FastPathRequest(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """The body that the fast path accepts: features as a list. The service validates their values."""

    features: list[Any]


read_plain = msgspec.json.Decoder(FastPathRequest, strict=True).decode


class FastPath:
    """ASGI application in front of another: a plain request is read, predicted and answered without it."""

    def __init__(self, app: ASGIApp, state: State, config: Config) -> None:
        self._app = app
        self._state = state
        self._access_log = config.access_log
        self._max_body_bytes = int(config.max_body_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a plain request; hand on any other."""
        if not self._is_plain(scope):
            await self._app(scope, receive, send)
            return
        message = await receive()
        features = self._features_in(message)
        if features is None:
            await self._app(scope, replay_first(message, receive), send)
            return
        exchange = RequestContext(scope, send, self._access_log)
        service: PredictionService = self._state.prediction_service
        try:
            prediction = await service.predict(features)
        except BaseException as error:  # noqa: BLE001 - told, and logged, as the plain way does
            await exchange.run(partial(answer_failure, error), receive)
            return
        body = to_json({"id": prediction.id, "result": prediction.result})
        headers = [(b"content-length", b"%d" % len(body)), JSON_HEADER, (ID_HEADER, exchange.request_id.encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        exchange.write_line(200)

    def _is_plain(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and scope["path"] == PATH
            and not scope["query_string"]
            and self._has_plain_headers(scope["headers"])
        )

    def _has_plain_headers(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Tell whether the body is said to be JSON, once, and within its limit."""
        content_types = 0
        for name, value in headers:
            if name == b"content-type":
                content_types += 1
                if value != JSON:
                    return False
            elif name in UNUSUAL or (name == b"content-length" and int(value) > self._max_body_bytes):
                return False
        return content_types == 1

    def _features_in(self, message: Message) -> list[Any] | None:
        """Return the features where this is the whole body, and one that can be understood in one way only."""
        body: bytes = message.get("body", b"")
        if message.get("more_body") or len(body) > self._max_body_bytes:
            return None
        if body.count(KEY) != 1 or body.count(b"{") != 1 or b"\\" in body:  # the same key may stand in it twice
            return None
        try:
            return read_plain(body).features
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None


async def answer_failure(error: BaseException, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer what the service has raised."""
    if not isinstance(error, WebSingleError):
        raise error
    await response_to(error)(scope, receive, send)


def replay_first(message: Message, receive: Receive) -> Receive:
    """Return what receives this message first, and then what `receive` does."""
    messages = [message]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again
