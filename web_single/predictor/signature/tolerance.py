"""When two answers are equal: what is no float identical, floats within 1e-12 relative or 4 ulp."""

import math
from typing import Any

RELATIVE = 1e-12
# In a batch the same arithmetic runs in another order: over all of scikit-learn's estimators, the differences between a
# row alone and among 40 were up to 1e-11.
BATCH_RELATIVE = 1e-9
ULPS = 4


def all_close(first: Any, second: Any, *, relative: float = RELATIVE) -> bool:  # noqa: ANN401 - what JSON has
    """Return whether two results of the model are equal, as far as its arithmetic lets them be."""
    if type(first) is not type(second):
        return False
    if isinstance(first, float) and isinstance(second, float):
        allowed = max(relative * max(abs(first), abs(second)), ULPS * math.ulp(max(abs(first), abs(second))))
        return abs(first - second) <= allowed
    if isinstance(first, list):
        return len(first) == len(second) and all(
            all_close(*pair, relative=relative) for pair in zip(first, second, strict=True)
        )
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(
            all_close(first[name], second[name], relative=relative) for name in first
        )
    return bool(first == second)
