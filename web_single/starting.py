"""How modules are imported at a start: without a look for garbage, which there is none of."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def nothing_is_garbage() -> Iterator[None]:
    """Keep all that is made meanwhile, and never look at it again: it would be a sixth of the time of a start.

    What is kept costs a full collection no time later either, while the server answers.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
