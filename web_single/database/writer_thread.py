"""WriterThread: the executor whose one thread writes; the end of the process does not wait for it."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


class Call(Future[Result]):
    """A call that waits for its thread; a cancelled one keeps its place, but neither function nor arguments."""

    def __init__(self, function: Callable[[], Result]) -> None:
        super().__init__()
        self._call: list[Callable[[], Result]] = [function]

    def cancel(self) -> bool:
        """Return whether the call will not be made; False where it has begun."""
        if not super().cancel():
            return False
        self._call.clear()
        return True

    def run(self) -> None:
        """Make the call, unless it was cancelled, and set what it returns or raises."""
        if not self.set_running_or_notify_cancel():
            return
        try:
            result = self._call.pop()()
        except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
            self.set_exception(error)
        else:
            self.set_result(result)


class WriterThread(Executor):
    """Makes one call after the other in a daemon thread.

    The threads of a `ThreadPoolExecutor` are joined at the end of the process, however long that takes. This one may
    be blocked in the kernel, by a lock that another process holds and does not release.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Call[Any] | None] = SimpleQueue()
        self._is_closing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """Schedule a call, and return the future of its result."""
        call = Call(partial(function, *args, **kwargs))
        self._calls.put(call)
        return call

    def close(self, timeout_seconds: float) -> bool:
        """Cancel what has not begun, and return whether the thread has ended in time."""
        self._is_closing = True
        self._calls.put(None)
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            if self._is_closing:
                call.cancel()
            call.run()
            del call  # a future keeps its result
