"""StrictRoute: takes a body only as JSON and within its limit, and a query only with what the route knows."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect

from web_single.api.dependencies import get_config
from web_single.api.strict_json import read_json
from web_single.errors import InvalidInputError

CHARSETS = ("", "utf-8", "utf8")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """A route whose requests are checked before FastAPI looks at them."""

    def get_route_handler(self) -> Handler:
        """Return FastAPI's own handler behind the checks."""
        handle = super().get_route_handler()
        parameters = query_parameters(self)

        async def check_and_handle(request: Request) -> Response:
            check_query(request, parameters)
            if self.body_field is not None:
                check_headers(request.headers)
                body = await read_body(request, max_bytes=get_config(request).max_body_bytes)
                request = JsonRequest(request, body)
            return await handle(request)

        return check_and_handle


class JsonRequest(Request):
    """A request whose body has been read, and read as JSON."""

    def __init__(self, request: Request, body: bytes) -> None:
        super().__init__(request.scope, request.receive)
        self._content = body
        self._value = read_json(body)

    async def body(self) -> bytes:
        """Return the bytes that were read."""
        return self._content

    async def json(self) -> Any:  # noqa: ANN401 - as in the class above
        """Return the value that was read."""
        return self._value


def query_parameters(route: APIRoute) -> list[str]:
    """Return the names of the query parameters that a route takes."""
    names: list[str] = []
    for field in route.dependant.query_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names.extend(kind.model_fields)
        else:
            names.append(field.alias)
    return names


def check_query(request: Request, parameters: list[str]) -> None:
    """Refuse parameters that the route does not know, and those that are given twice."""
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in parameters:
            taken = f"it takes {' and '.join(parameters)}" if parameters else "it takes none"
            raise InvalidInputError(f"{name}: this call has no such parameter; {taken}.")
        if given.count(name) > 1:
            raise InvalidInputError(f"{name}: this parameter is given more than once.")


def check_headers(headers: Headers) -> None:
    """Refuse a body that is said to be something else than plain JSON in UTF-8, before it is read."""
    given = ", ".join(headers.getlist("Content-Type"))
    media_type, *parameters = [part.strip().lower() for part in given.split(";")]
    charset = next((part[8:].strip('"') for part in parameters if part.startswith("charset=")), "")
    is_json = media_type == "application/json" or (media_type.startswith("application/") and media_type[-5:] == "+json")
    if not is_json or charset not in CHARSETS:
        told = f"not {given}" if given else "and the request names no content type"
        raise HTTPException(415, f"Send JSON in UTF-8 with `Content-Type: application/json`, {told}.")
    coding = ", ".join(headers.getlist("Content-Encoding"))
    if coding.lower() not in ("", "identity"):
        raise HTTPException(415, f"A compressed body ({coding}) is not taken; send it as it is.")


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """Return the body; one that says, or shows, that it is longer than the limit is not read to its end."""
    declared = request.headers.get("Content-Length", "0")
    if int(declared) > max_bytes:
        raise too_large(request, max_bytes)
    body = bytearray()
    try:
        async for block in request.stream():
            body += block
            if len(body) > max_bytes:
                raise too_large(request, max_bytes)
    except ClientDisconnect as error:
        raise HTTPException(400, "The body did not arrive whole.") from error
    return bytes(body)


def too_large(request: Request, max_bytes: int) -> HTTPException:
    """Return the refusal of a body; who waits for leave to send it must not go on with this connection."""
    headers = {"Connection": "close"} if "Expect" in request.headers else None
    return HTTPException(413, f"The body is longer than {max_bytes} bytes (MAX_BODY_BYTES).", headers)
