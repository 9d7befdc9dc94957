"""How modules are imported at a start: without a look for garbage, and while other programs are waited for."""

import gc
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


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


@contextmanager
def importing_meanwhile(name: str) -> Iterator[Future[ModuleType]]:
    """Import a module in another thread; when this ends, however it does, the import has ended too."""

    def import_it() -> ModuleType:
        with nothing_is_garbage():
            return import_module(name)

    with ThreadPoolExecutor(1) as aside:
        yield aside.submit(import_it)
