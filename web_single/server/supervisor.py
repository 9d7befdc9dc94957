"""Supervisor: runs several worker processes on one socket, replaces crashed ones and stops all at shutdown."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections import deque
from typing import Any, Self

from web_single import errors
from web_single.config import Config
from web_single.environments.environment import Environment
from web_single.errors import StartError
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import ModelFolder

CRASHES = 5
CRASH_WINDOW_SECONDS = 30
FAILED_START_PAUSE_SECONDS = 10
GRACE_SECONDS = 1
MAX_MESSAGE_BYTES = 2**20

log = get_logger()


class Worker:
    """A worker process: `started` is set once it accepts requests, `failure` if it reports a start error."""

    talk: asyncio.Task[None]

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.started = False
        self.failure: StartError | None = None

    @classmethod
    async def start(cls, orders: bytes, listener: socket.socket) -> Self:
        """Start a worker in its own session, so that only the supervisor receives Ctrl-C.

        Args:
            orders: One line of JSON with the configuration, the model folder and the environment.
            listener: The listening socket, which the worker inherits.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            numbers = (listener.fileno(), theirs.fileno())
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "web_single.server.worker", *map(str, numbers)),
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                pass_fds=numbers,
                start_new_session=True,
            )
        worker = cls(process)
        worker.talk = asyncio.create_task(worker.exchange_messages(ours, orders))
        return worker

    async def exchange_messages(self, channel: socket.socket, orders: bytes) -> None:
        """Send the orders, and process the worker's messages until it exits."""
        reader, writer = await asyncio.open_connection(sock=channel, limit=MAX_MESSAGE_BYTES)
        with contextlib.closing(writer), contextlib.suppress(ConnectionError):
            writer.write(orders)
            while line := await reader.readline():
                self._take(json.loads(line))

    def _take(self, message: dict[str, Any]) -> None:
        self.started = "started" in message
        if "failed" in message:
            self.failure = getattr(errors, message["failed"])(message["message"])

    async def ended(self) -> int:
        """Wait until the process exits and all its messages are processed; return its exit code."""
        code = await self.process.wait()
        await self.talk
        return code


class Supervisor:
    """Replaces workers that exit, until SIGTERM or Ctrl-C; then stops all workers gracefully."""

    def __init__(
        self, config: Config, model_folder: ModelFolder, environment: Environment, listener: socket.socket
    ) -> None:
        found = {"delivery": model_folder.as_json(), "environment": environment.as_json()}
        self._orders = json.dumps({"config": config.model_dump_json(), **found}).encode() + b"\n"
        self._config = config
        self._listener = listener
        self._workers: set[Worker] = set()
        self._crashes: deque[float] = deque(maxlen=CRASHES)
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Keep all workers running until stopped.

        Raises:
            StartError: If no worker can start, or if workers crash repeatedly during startup.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        keepers = [asyncio.create_task(self._keep_one()) for _ in range(self._config.workers)]
        stop = asyncio.create_task(self._stopping.wait())
        done, _ = await asyncio.wait([stop, *keepers], return_when=asyncio.FIRST_COMPLETED)
        self._stopping.set()
        log.info(Event.SERVER_STOPPING)
        self._listener.close()
        for keeper in keepers:
            keeper.cancel()
        await self._end_all()
        for task in done:
            task.result()
        log.info(Event.SERVER_STOPPED)

    async def _keep_one(self) -> None:
        while True:
            try:
                worker = await Worker.start(self._orders, self._listener)
            except OSError as error:
                await self._pause_after(StartError(f"A worker cannot be started: {error}."))
                continue
            self._workers.add(worker)
            code = await worker.ended()
            self._workers.discard(worker)
            log.error(Event.WORKER_ENDED, pid=worker.process.pid, exit=code)
            if worker.failure is not None:
                await self._pause_after(worker.failure)
            elif not worker.started:
                self._count_crash(code)

    async def _pause_after(self, failure: StartError) -> None:
        """Wait before the next start if another worker is serving; otherwise raise the failure."""
        if not any(worker.started for worker in self._workers):
            raise failure
        log.error(Event.WORKER_NOT_STARTED, reason=failure.message)
        await asyncio.sleep(FAILED_START_PAUSE_SECONDS)

    def _count_crash(self, code: int) -> None:
        self._crashes.append(time.monotonic())
        if len(self._crashes) == CRASHES and self._crashes[-1] - self._crashes[0] < CRASH_WINDOW_SECONDS:
            how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
            raise StartError(f"{CRASHES} workers ended while they started; the last one: {how}.")

    async def _end_all(self) -> None:
        for worker in self._workers:
            with contextlib.suppress(ProcessLookupError):
                worker.process.terminate()
        ends = [asyncio.create_task(worker.ended()) for worker in self._workers]
        if not ends:
            return
        _, late = await asyncio.wait(ends, timeout=self._config.shutdown_timeout_seconds + GRACE_SECONDS)
        for worker in self._workers if late else ():
            with contextlib.suppress(ProcessLookupError):
                worker.process.kill()
        await asyncio.gather(*ends)
