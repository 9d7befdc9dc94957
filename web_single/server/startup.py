"""Startup helpers: imports without garbage collection or in a background thread, and the event loop."""

import asyncio
import gc
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


@contextmanager
def gc_paused() -> Iterator[None]:
    """Disable garbage collection in the block, which otherwise takes a sixth of the startup time.

    Objects created in the block are frozen: later full collections skip them.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def import_in_background(name: str) -> Iterator[Future[ModuleType]]:
    """Import a module in another thread; leaving the block waits for the import, also after an exception."""

    def import_it() -> ModuleType:
        with gc_paused():
            return import_module(name)

    aside = ThreadPoolExecutor(1)
    imported = aside.submit(import_it)
    aside.shutdown(wait=False)  # the thread exits after the import
    try:
        yield imported
    finally:
        wait([imported])


def run_until_complete(serving: Coroutine[None, None, None]) -> None:
    """Run a coroutine to completion in a uvloop event loop."""
    import uvloop  # noqa: PLC0415 - imported in the background before

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)
