"""Raw requests, good, odd and hostile, and the bytes of what is answered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-3, 9).map(str),
    st.integers(-(2**54), 2**54).map(str),
    st.integers().map(str),
    st.sampled_from(["0", "-0", "-0.0", "1e0", "1E5", "1e400", "-1e999", "5e-324", "01", "1.", ".5", "+1", "1" * 25]),
    st.sampled_from(["NaN", "Infinity", "null", "true", '"1"', "[]", "{}", '{"a":1,"a":2}', '"\\ud800"', "1" * 5000]),
)
GOOD_NUMBERS = st.one_of(
    st.integers(0, 6).map(str), st.floats(allow_nan=False, allow_infinity=False).map(repr), st.just("-1")
)
SPACES = st.sampled_from(["", "", "", " ", "\n", "\t\r\n ", "\f", "\u00a0"])
KEYS = st.sampled_from(['"features"'] * 8 + ['"feature\\u0073"', '"Features"', '"x"', "features"])


@st.composite
def good_bodies(draw: st.DrawFn) -> bytes:
    return f'{{"features":[{draw(GOOD_NUMBERS)},{draw(GOOD_NUMBERS)}]}}'.encode()


@st.composite
def odd_bodies(draw: st.DrawFn) -> bytes:
    space = draw(SPACES)
    values = f"{space},".join(draw(st.lists(NUMBERS, max_size=3)))
    pairs = [f"{space}{draw(KEYS)}{space}:{space}[{values}]" for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]
    return f"{space}{{{','.join(pairs)}{space}}}{draw(SPACES)}".encode()


@st.composite
def damaged_bodies(draw: st.DrawFn) -> bytes:
    body = bytearray(draw(good_bodies()))
    at = draw(st.integers(0, len(body)))
    body[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(body)


ODD_BODIES = st.one_of(good_bodies(), odd_bodies(), odd_bodies(), damaged_bodies(), st.binary(max_size=20))
ODD_PATHS = st.sampled_from(
    [
        "/predict?",
        "/predict?include=probabilities",
        "/predict?x=1",
        "/predict/",
        "/pred%69ct",
        "/PREDICT",
        "//predict",
        "/predict#x",
        "/predict/batch",
        "/predict/1",
        "http://x/predict",
    ]
)
ODD_METHODS = st.sampled_from(["GET", "PUT", "DELETE", "HEAD", "post"])
ODD_TYPES = st.sampled_from(
    [
        "",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json; charset=latin-1",
        "application/problem+json",
        "text/plain",
    ]
)
HEADERS = st.sampled_from(
    [
        "Accept: text/html",
        "Authorization: Bearer x",
        "Connection: close",
        "Connection: keep-alive",
        "Content-Encoding: gzip",
        "Content-Encoding: identity",
        "Content-Type: application/json",
        "Content-Type: text/plain",
        "Cookie: a=b",
        "Expect: 100-continue",
        "Upgrade: h2c",
        "X-Request-ID: not fit",
        "X-Request-ID: order-66",
        "x-request-id:",
    ]
)
ODDITIES = [*["none"] * 4, *["body"] * 4, *["path", "type", "headers", "chunks"] * 2, "method", "version"]


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """One request, whole, which is odd in one respect at most."""
    odd = draw(st.sampled_from(ODDITIES))
    body = draw(ODD_BODIES if odd == "body" else good_bodies())
    method = draw(ODD_METHODS) if odd == "method" else "POST"
    path = draw(ODD_PATHS) if odd == "path" else "/predict"
    content_type = draw(ODD_TYPES) if odd == "type" else "application/json"
    lines = [f"{method} {path} HTTP/{'1.0' if odd == 'version' else '1.1'}", "Host: x", f"Content-Type: {content_type}"]
    lines += draw(st.lists(HEADERS, min_size=1, max_size=2)) if odd == "headers" else []
    if odd == "chunks":
        lines.append("Transfer-Encoding: chunked")
        body = draw(chunks_of(body))
    else:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@st.composite
def chunks_of(draw: st.DrawFn, body: bytes) -> bytes:
    middle = draw(st.integers(0, len(body)))
    parts = [part for part in (body[:middle], body[middle:]) if part]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


@dataclass(frozen=True)
class Conversation:
    """What a client sends on one connection, and the places where it pauses."""

    sent: bytes
    cuts: tuple[int, ...]

    @property
    def parts(self) -> list[bytes]:
        """The pieces in which it is sent."""
        places = [0, *sorted(self.cuts), len(self.sent)]
        return [self.sent[start:end] for start, end in pairwise(places)]


def until_the_last(drawn: list[bytes]) -> Iterator[bytes]:
    """Yield requests up to the first one that is to be the last on its connection.

    What comes behind it may reach a closed connection, and the answers on their way back are lost then, by TCP itself.
    """
    for request in drawn:
        yield request
        head = request.partition(b"\r\n\r\n")[0]
        if b"Connection: close" in head or b" HTTP/1.0\r\n" in head:
            return


@st.composite
def conversations(draw: st.DrawFn, *, most_requests: int) -> Conversation:
    """Several requests one behind the other, the last one perhaps not whole."""
    drawn = draw(st.lists(requests(), min_size=most_requests // 2, max_size=most_requests))
    sent = b"".join(until_the_last(drawn))
    if draw(st.integers(0, 9)) == 1:
        sent = sent[: draw(st.integers(1, len(sent)))]
    return Conversation(sent, tuple(draw(st.lists(st.integers(0, len(sent)), max_size=3))))


def without_chance(received: bytes) -> bytes:
    """Return what was received but for what is left to chance: dates, ids that were made up, and whether the client's
    end was seen before an answer was written.
    """
    return re.sub(rb"date: [^\r]*\r\n|[0-9a-f]{32}|under id [0-9a-f]{12}|connection: close\r\n", b"", received)
