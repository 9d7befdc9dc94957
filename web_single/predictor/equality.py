"""When two answers are equal: what is no float identical, floats within 1e-12 relative or 4 ulp."""

import math
from typing import Any

RELATIVE = 1e-12
ULPS = 4


def are_equal(first: Any, second: Any) -> bool:  # noqa: ANN401 - what JSON has
    """Tell whether two answers of the model are equal, as far as its arithmetic lets them be."""
    if type(first) is not type(second):
        return False
    if isinstance(first, float) and isinstance(second, float):
        allowed = max(RELATIVE * max(abs(first), abs(second)), ULPS * math.ulp(max(abs(first), abs(second))))
        return abs(first - second) <= allowed
    if isinstance(first, list):
        return len(first) == len(second) and all(map(are_equal, first, second))
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(are_equal(first[name], second[name]) for name in first)
    return bool(first == second)
