"""The ceiling: what uvicorn itself can do for an application that reads the body, and answers a constant."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

Message = dict[str, Any]

ANSWER = b'{"id":123456,"result":0}'
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(ANSWER)).encode())],
}
BODY = {"type": "http.response.body", "body": ANSWER}


class Request(msgspec.Struct):
    """What is decoded."""

    features: list[float]


decoder = msgspec.json.Decoder(Request)


async def application(
    _scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer any request as if it were a prediction."""
    body = b""
    while True:
        message = await receive()
        body += message["body"]
        if not message["more_body"]:
            break
    decoder.decode(body)
    await send(START)
    await send(BODY)
