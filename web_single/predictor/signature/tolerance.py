"""Comparison of model outputs: floats within 1e-12 relative or 4 ulp, all other values identical."""

import math
from typing import Any

RELATIVE = 1e-12
# A batch runs the same arithmetic in another order: over all scikit-learn estimators, results of a row alone and in a
# batch of 40 differed by up to 1e-11.
BATCH_RELATIVE = 1e-9
ULPS = 4


def all_close(first: Any, second: Any, *, relative: float = RELATIVE) -> bool:  # noqa: ANN401 - any JSON value
    """Return whether two JSON values are equal, with a tolerance for floats: `relative` or 4 ulp, the larger one."""
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
