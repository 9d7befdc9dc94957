"""Reading a body as JSON, strictly: whatever could be understood in two ways is refused."""

import codecs
import json
from collections import Counter
from collections.abc import Iterator
from json import JSONDecodeError
from typing import Any

from web_single.errors import InvalidInputError, NotJsonError

# Beyond it float64 ends; Python itself would refuse to read an integer of more than 4,300 digits.
MAX_INTEGER_DIGITS = 400
ENORMOUS: int = 10**MAX_INTEGER_DIGITS


def read_json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text in UTF-8.

    NaN and infinities become floats, as `json` reads them: who knows the feature's name refuses them.
    Raises NotJsonError for what is no JSON in UTF-8, InvalidInputError for doubled keys and unfit text.
    """
    text = decode(body)
    try:
        value = json.loads(text, object_pairs_hook=unique_keys, parse_int=read_integer)
        if "\\u" in text:
            check_texts(value)
    except JSONDecodeError as error:
        reason = error.msg[0].lower() + error.msg[1:]
        raise NotJsonError(f"The body is not JSON: {reason} at character {error.pos}.") from error
    except RecursionError as error:
        raise NotJsonError("The body is nested too deeply.") from error
    return value


def decode(body: bytes) -> str:
    """Return the text of a body in UTF-8, without a byte order mark."""
    if not body:
        raise NotJsonError("The body is empty; a JSON object is expected.")
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 0 in body[:4]:
        raise NotJsonError("The body is in UTF-16 or UTF-32, or binary; JSON in UTF-8 is expected.")
    if body.startswith(codecs.BOM_UTF8):
        raise NotJsonError("The body begins with a byte order mark; JSON in UTF-8 without one is expected.")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise NotJsonError(f"The body is not UTF-8: byte {error.start} is wrong.") from error


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; which of two equal keys counts is not for us to choose."""
    found = dict(pairs)
    if len(found) < len(pairs):
        (doubled, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise InvalidInputError(f"The key {json.dumps(doubled)} stands more than once in an object.")
    return found


def read_integer(digits: str) -> int:
    """Return an integer; one beyond every float64 keeps its sign and loses its digits."""
    if len(digits) > MAX_INTEGER_DIGITS:
        return -ENORMOUS if digits.startswith("-") else ENORMOUS
    return int(digits)


def check_texts(value: Any) -> None:  # noqa: ANN401 - any JSON value
    """Refuse texts that UTF-8 or a database cannot hold; only escapes can bring them."""
    for text in texts_of(value):
        if "\0" in text:
            raise InvalidInputError("A text holds the character U+0000, which cannot be stored.")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise InvalidInputError("A text holds a lone surrogate, which is no character.")


def texts_of(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield all texts in a JSON value, keys too."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend((*item.keys(), *item.values()))
