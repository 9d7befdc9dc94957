"""The executor of the writer thread, which does not block the exit of the process."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")


class Call(Future[Result]):
    """A queued call; when cancelled, it stays in the queue but releases its function and arguments."""

    def __init__(self, function: Callable[[], Result]) -> None:
        super().__init__()
        self._call: list[Callable[[], Result]] = [function]

    def cancel(self) -> bool:
        """Cancel the call; return False if it has already started."""
        if not super().cancel():
            return False
        self._call.clear()
        return True

    def run(self) -> None:
        """Run the call unless it is cancelled, and set its result or exception."""
        if not self.set_running_or_notify_cancel():
            return
        try:
            result = self._call.pop()()
        except BaseException as error:  # noqa: BLE001 - the future raises it again
            self.set_exception(error)
        else:
            self.set_result(result)


class WriterThread(Executor):
    """Runs calls one after another in a daemon thread.

    The threads of a `ThreadPoolExecutor` are joined at process exit without a timeout. This thread may be blocked in
    the kernel by a lock that another process never releases.
    """

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[Call[Any] | None] = SimpleQueue()
        self._is_closing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """Schedule a call and return its future."""
        call = Call(partial(function, *args, **kwargs))
        self._calls.put(call)
        return call

    def close(self, timeout_seconds: float) -> bool:
        """Cancel calls that have not started; return whether the thread ended within `timeout_seconds`."""
        self._is_closing = True
        self._calls.put(None)
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            if self._is_closing:
                call.cancel()
            call.run()
            del call  # the local variable would keep its result alive
