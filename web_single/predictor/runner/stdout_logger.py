"""Output of the model process: always read, because a full pipe would block the process, and logged within limits."""

import asyncio
import os
from contextlib import suppress

from web_single.logging import Event, get_logger

MAX_LINE_BYTES = 2_000
MAX_LINES_PER_SECOND = 50
LAST_WORDS_SECONDS = 1

log = get_logger()


class StdoutLogger(asyncio.Protocol):
    """Logs each line of stdout and stderr of the model process as an event."""

    _transport: asyncio.BaseTransport

    def __init__(self) -> None:
        self._ended = asyncio.Event()
        self._line = b""
        self._second = 0
        self._lines_this_second = 0
        self._dropped = 0

    async def open_pipe(self) -> int:
        """Open a pipe and return its write end; it is read until all writers have closed it."""
        read_end, write_end = os.pipe()
        pipe = os.fdopen(read_end, "rb", buffering=0)
        try:
            self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: self, pipe)
        except BaseException:
            os.close(write_end)
            raise
        return write_end

    async def close(self) -> None:
        """Read the remaining output for up to `LAST_WORDS_SECONDS`, then close the pipe, even if a writer is left."""
        try:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), LAST_WORDS_SECONDS)
        finally:
            self.abort()
        await self._ended.wait()

    def abort(self) -> None:
        """Close the pipe without waiting for further output."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Log each complete line, and keep at most `MAX_LINE_BYTES` of an incomplete one."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._log(self._line + line)
            self._line = b""
        self._line = (self._line + rest)[:MAX_LINE_BYTES]

    def connection_lost(self, exc: Exception | None) -> None:
        """Log the remaining output after the pipe has closed."""
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
