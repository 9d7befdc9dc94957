"""How what serves starts: imports without a look for garbage, or while others are waited for; an event loop."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def gc_paused() -> Iterator[None]:
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
def import_in_background(name: str) -> Iterator[Future[ModuleType]]:
    """Import a module in another thread; when this ends, however it does, the import has ended too."""

    def import_it() -> ModuleType:
        with gc_paused():
            return import_module(name)

    aside = ThreadPoolExecutor(1)
    imported = aside.submit(import_it)
    aside.shutdown(wait=False)  # its thread ends with the import
    try:
        yield imported
    finally:
        wait([imported])


def run_until_complete(serving: Coroutine[None, None, None]) -> None:
    """Run what serves in an event loop of uvloop's."""
    import uvloop  # noqa: PLC0415 - imported meanwhile

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)
