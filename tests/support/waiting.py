"""Waiting for something that must happen: generously, since when it happens is not what a test asserts."""

import asyncio
import time
from collections.abc import Callable

LONGEST_SECONDS = 30.0
PAUSE_SECONDS = 0.02


def wait_until(
    happened: Callable[[], bool], seconds: float = LONGEST_SECONDS, *, pause_seconds: float = PAUSE_SECONDS
) -> float:
    """Return after how many seconds it happened; fail where it does not."""
    start = time.monotonic()
    while not happened():
        assert time.monotonic() - start < seconds, "it did not happen"
        time.sleep(pause_seconds)
    return time.monotonic() - start


async def wait_until_async(happened: Callable[[], bool], seconds: float = LONGEST_SECONDS) -> None:
    """As `wait_until`, without blocking the event loop."""
    start = time.monotonic()
    while not happened():
        assert time.monotonic() - start < seconds, "it did not happen"
        await asyncio.sleep(PAUSE_SECONDS)
