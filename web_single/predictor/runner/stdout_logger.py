"""What the model prints, always drained (a full pipe would freeze it), and logged within limits."""

import asyncio
import os
from contextlib import suppress

from web_single.logging import Event, get_logger

MAX_LINE_BYTES = 2_000
MAX_LINES_PER_SECOND = 50
LAST_WORDS_SECONDS = 1

log = get_logger()


class StdoutLogger(asyncio.Protocol):
    """Turns stdout and stderr of the model's process into log events, a line each."""

    _transport: asyncio.BaseTransport

    def __init__(self) -> None:
        self._ended = asyncio.Event()
        self._line = b""
        self._second = 0
        self._lines_this_second = 0
        self._dropped = 0

    async def open_pipe(self) -> int:
        """Return the end of a pipe to write to; it is read until all who write to it have ended."""
        read_end, write_end = os.pipe()
        pipe = os.fdopen(read_end, "rb", buffering=0)
        try:
            self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: self, pipe)
        except BaseException:
            os.close(write_end)
            raise
        return write_end

    async def close(self) -> None:
        """Take what was printed last, and let go of the pipe, also where somebody still holds it open."""
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), LAST_WORDS_SECONDS)
        finally:
            self.abort()
        await self._ended.wait()

    def abort(self) -> None:
        """Close the pipe without waiting for what is still printed."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Log each finished line, and the start of one that grows without end."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._log(self._line + line)
            self._line = b""
        self._line = (self._line + rest)[:MAX_LINE_BYTES]

    def connection_lost(self, exc: Exception | None) -> None:
        """Log what is left when the process has ended."""
        if self._line:
            self._log(self._line)
        self._tell_dropped()
        self._ended.set()

    def _log(self, line: bytes) -> None:
        second = int(asyncio.get_running_loop().time())
        if second != self._second:
            self._second, self._lines_this_second = second, 0
            self._tell_dropped()
        self._lines_this_second += 1
        if self._lines_this_second > MAX_LINES_PER_SECOND:
            self._dropped += 1
        else:
            log.info(Event.MODEL_OUTPUT, line=line[:MAX_LINE_BYTES].decode(errors="replace"))

    def _tell_dropped(self) -> None:
        if self._dropped:
            log.warning(Event.MODEL_OUTPUT_DROPPED, lines=self._dropped)
        self._dropped = 0
