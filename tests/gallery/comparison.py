"""The answers of a server beside those of the author, and what counts as equal."""

import math
from typing import Any

from tests.gallery.visit import Asked, Visit

RELATIVE = 1e-12
ULPS = 4
# The author asks for probabilities of all rows together; sums that cancel then differ in more than the last bits.
RELATIVE_TOGETHER, SMALLEST = 1e-9, 1e-15

OK = 200

Pair = tuple[Any, Any]


def all_close(given: Any, expected: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell whether two results are equal: floats within 1e-12 or 4 ulp of each other, all else and names identical."""
    if isinstance(expected, list) and isinstance(given, list):
        return len(given) == len(expected) and all(map(all_close, given, expected))
    if isinstance(expected, dict) and isinstance(given, dict):
        return list(given) == list(expected) and all(all_close(given[name], expected[name]) for name in expected)
    if type(given) is not type(expected):
        return False
    if isinstance(expected, float):
        return math.isclose(given, expected, rel_tol=RELATIVE, abs_tol=ULPS * math.ulp(expected))
    return bool(given == expected)


def are_close(given: Any, expected: list[float]) -> bool:  # noqa: ANN401 - an answer, right or wrong
    """Tell whether these are the same probabilities."""
    return (
        isinstance(given, list)
        and len(given) == len(expected)
        and all(
            math.isclose(one, other, rel_tol=RELATIVE_TOGETHER, abs_tol=SMALLEST)
            for one, other in zip(given, expected, strict=True)
        )
    )


def alone(visit: Visit) -> list[Pair]:
    """Return the result of each row alone, and the author's."""
    return pairs(visit.alone, visit.handover.alone)


def by_name(visit: Visit) -> list[Pair]:
    """Return the result of each row by name, and the author's."""
    return pairs(visit.by_name, visit.handover.alone if visit.by_name else [])


def together(visit: Visit) -> list[Pair]:
    """Return the results of the batch, and the author's."""
    assert visit.together is not None
    body = visit.together.body
    given = [answer["result"] for answer in body["predictions"]] if visit.together.status == OK else [body]
    expected = visit.handover.alone if visit.handover.together is None else visit.handover.together
    return list(zip(given, expected, strict=False)) if len(given) == len(expected) else [(given, expected)]


def probabilities(visit: Visit) -> list[Pair]:
    """Return the probabilities of the first rows, and the author's."""
    expected = visit.handover.probabilities or []
    return [(asked.body.get("probabilities", asked.body), told) for asked, told in zip(visit.probabilities, expected)]  # noqa: B905 - the author is asked more


def pairs(given: list[Asked], expected: list[Any]) -> list[Pair]:
    """Return each result with what was expected."""
    return [(asked.result, told) for asked, told in zip(given, expected, strict=True)]


def differing(visit: Visit) -> list[Pair]:
    """Return the answers that are not the author's."""
    results = [pair for pair in (*alone(visit), *by_name(visit), *together(visit)) if not all_close(*pair)]
    return results + [pair for pair in probabilities(visit) if not are_close(*pair)]


def count(visit: Visit) -> int:
    """Return how many answers are compared."""
    return sum(len(part(visit)) for part in (alone, by_name, together, probabilities))
