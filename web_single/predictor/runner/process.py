"""The client of one model process: start, calls, monitoring and termination."""

import asyncio
import contextlib
import os
import signal
import socket
from pathlib import Path
from typing import Self

from web_single.environments.env_vars import variables
from web_single.errors import ModelFolderError, RunnerCrashedError
from web_single.predictor.runner.stdout_logger import StdoutLogger
from web_single.predictor.runner.wire_format import FrameHeader, encode_frame, read_frame

RUNNER = Path(__file__).parents[3] / "web_single_runner"
END_SECONDS = 1
REQUEST_IDS = 2**32  # the id field of a frame has 32 bits

Channel = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class RunnerProcess:
    """A process that runs `web_single_runner`; `description` is the model's metadata, set by `load`."""

    def __init__(
        self, process: asyncio.subprocess.Process, lifeline: int, output: StdoutLogger, channel: Channel
    ) -> None:
        self._process = process
        self._lifeline = lifeline
        self._output = output
        self._reader, self._writer = channel
        self._calls = 0
        self._watch = asyncio.create_task(self._wait())
        self.description: FrameHeader = {}

    @classmethod
    async def start(cls, artifact: Path, *, python: Path, load_timeout_seconds: float, runners: int) -> Self:
        """Start a model process and wait until it has loaded the model; raise ModelFolderError if it does not."""
        spawning = asyncio.create_task(cls._spawn(artifact, python=python, runners=runners))
        try:
            await asyncio.wait({spawning})  # a cancellation must not interrupt the task: it would leak the process
            runner = spawning.result()
            await runner.load(artifact, timeout_seconds=load_timeout_seconds)
        except BaseException as error:
            ending = asyncio.create_task(cls._end_spawned(spawning))
            await asyncio.shield(ending)
            if isinstance(error, OSError):
                raise ModelFolderError(f"The model's process cannot be started: {error}.") from error
            raise
        return runner

    @classmethod
    async def _spawn(cls, artifact: Path, *, python: Path, runners: int) -> Self:
        """Start the process from the event loop's thread: Linux ends it when the thread that started it ends."""
        output = StdoutLogger()
        with contextlib.ExitStack() as kept, contextlib.ExitStack() as passed_on:
            ours, theirs = socket.socketpair()
            passed_on.enter_context(theirs)
            channel = await asyncio.open_connection(sock=ours)
            kept.callback(channel[1].close)
            lifeline_end, lifeline = os.pipe()
            passed_on.callback(os.close, lifeline_end)
            kept.callback(os.close, lifeline)
            printed = await output.open_pipe()
            passed_on.callback(os.close, printed)
            kept.callback(output.abort)
            numbers = (theirs.fileno(), lifeline_end)
            process = await asyncio.create_subprocess_exec(
                *(str(python), str(RUNNER), *map(str, numbers), str(os.getpid()), str(artifact)),
                cwd=artifact.parent,
                env=variables(runners=runners, python=python),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=printed,
                stderr=printed,
                pass_fds=numbers,
                start_new_session=True,
            )
            kept.pop_all()
        return cls(process, lifeline, output, channel)

    @staticmethod
    async def _end_spawned(spawning: "asyncio.Task[RunnerProcess]") -> None:
        """Wait for an unfinished start, then kill the process if there is one."""
        await asyncio.wait({spawning})
        if not spawning.cancelled() and spawning.exception() is None:
            spawning.result().kill()
            await spawning.result().ended()

    async def load(self, artifact: Path, *, timeout_seconds: float) -> None:
        """Wait until the model has loaded, and set `description`.

        Raises:
            ModelFolderError: The model was rejected, failed to load or took longer than `timeout_seconds`.
        """
        try:
            async with asyncio.timeout(timeout_seconds):
                _, head, _ = await read_frame(self._reader)
        except TimeoutError as error:
            message = f"{artifact} did not load in {timeout_seconds:g} seconds (LOAD_TIMEOUT_SECONDS)."
            raise ModelFolderError(message) from error
        except RunnerCrashedError as error:
            self.kill()
            await self.ended()
            raise ModelFolderError(f"The model's process ended while it loaded {artifact}: {self.exit}.") from error
        if "refused" in head:
            raise ModelFolderError(f"{artifact.parent} cannot be served. {head['refused']}")
        if "ready" not in head:
            raise ModelFolderError("{} cannot be loaded: {type}: {message}".format(artifact, **head["failed"]))
        self.description = head["ready"]

    async def _wait(self) -> None:
        """Wait for the end of the process, then fail a pending read: a grandchild may keep the channel open."""
        try:
            await self._process.wait()
        finally:  # also if the event loop stops first and cancels this task
            self._kill_group()
            os.close(self._lifeline)
            self._reader.set_exception(RunnerCrashedError(f"The model's process ended: {self.exit}."))
            self._writer.close()
            await self._process.wait()
            await self._output.close()

    async def ended(self) -> None:
        """Wait until the process has ended."""
        await asyncio.shield(self._watch)

    @property
    def pid(self) -> int:
        """The process id, which is also the process group id."""
        return self._process.pid

    @property
    def exit(self) -> str:
        """The exit status as text: the signal name or the exit code."""
        code = self._process.returncode
        if code is not None and code < 0:
            return f"killed by {signal.Signals(-code).name}"
        return f"exit code {code}"

    async def call(self, head: FrameHeader, block: bytes, *, timeout_seconds: float) -> tuple[FrameHeader, bytes]:
        """Send one request and return the header and block of its reply. Any failure kills the process.

        Raises:
            RunnerCrashedError: The process ended, broke the protocol or did not reply in `timeout_seconds`.
        """
        self._calls = (self._calls + 1) % REQUEST_IDS
        try:
            async with asyncio.timeout(timeout_seconds):
                return await self._exchange(head, block)
        except TimeoutError as error:
            self.kill()
            raise RunnerCrashedError(f"The model did not answer in {timeout_seconds:g} seconds.") from error
        except BaseException:
            self.kill()
            raise

    async def _exchange(self, head: FrameHeader, block: bytes) -> tuple[FrameHeader, bytes]:
        if self._writer.is_closing():
            raise RunnerCrashedError("The model's process has ended.")
        try:
            self._writer.write(encode_frame(self._calls, head, block))
            await self._writer.drain()
        except OSError as error:
            raise RunnerCrashedError("The model's process ended before it took the request.") from error
        request_id, reply, reply_block = await read_frame(self._reader)
        if request_id != self._calls:
            raise RunnerCrashedError("The model's process answered another request than the one it was asked.")
        return reply, reply_block

    def memory_bytes(self) -> int:
        """Return the resident set size in bytes, or 0 if /proc does not provide it."""
        try:
            return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        except OSError:
            return 0

    async def end(self) -> None:
        """Close the channel, and kill the process group if it has not ended after `END_SECONDS`."""
        self._writer.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.ended(), END_SECONDS)
        self.kill()
        await self.ended()

    def kill(self) -> None:
        """Kill the process and its children with SIGKILL."""
        if self._process.returncode is None:
            self._kill_group()

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
