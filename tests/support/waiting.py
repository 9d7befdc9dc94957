"""Waiting for something that must happen: generously, since when it happens is not what a test asserts."""

import asyncio
import time
from collections.abc import Callable

from httpx2._config import DEFAULT_TIMEOUT_CONFIG

LONGEST_SECONDS = 30.0
PAUSE_SECONDS = 0.02
CLIENT_SECONDS = 60.0


def raise_client_timeouts() -> None:
    """Let clients that name no timeout wait for a busy server, not for the 5 seconds of httpx2."""
    for phase in ("connect", "read", "write", "pool"):
        setattr(DEFAULT_TIMEOUT_CONFIG, phase, CLIENT_SECONDS)  # one object, the default of all its functions


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
