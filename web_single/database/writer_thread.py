"""WriterThread: the executor whose one thread writes; the end of the process does not wait for it."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

Result = TypeVar("Result")
Parameters = ParamSpec("Parameters")
Work = tuple[Future[Any], list[Callable[[], Any]]]


class WriterThread(Executor):
    """Runs one work after the other in a daemon thread.

    The threads of a `ThreadPoolExecutor` are joined at the end of the process, however long that takes. This one may
    be blocked in the kernel, by a lock that another process holds and does not release.
    """

    def __init__(self, name: str) -> None:
        self._works: SimpleQueue[Work | None] = SimpleQueue()
        self._is_closing = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(
        self, function: Callable[Parameters, Result], /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Future[Result]:
        """Schedule a call, and return the future of its result."""
        future: Future[Result] = Future()
        functions: list[Callable[[], Any]] = [partial(function, *args, **kwargs)]
        self._works.put((future, functions))
        # What is cancelled keeps its place, and nothing else: the thread may be blocked for long.
        future.add_done_callback(lambda done: functions.clear() if done.cancelled() else None)
        return future

    def close(self, timeout_seconds: float) -> bool:
        """Cancel what has not begun, and return whether the thread has ended in time."""
        self._is_closing = True
        self._works.put(None)
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (work := self._works.get()) is not None:
            if self._is_closing:
                work[0].cancel()
            perform(*work)
            del work  # a future keeps its result


def perform(future: Future[Result], functions: list[Callable[[], Result]]) -> None:
    """Call the only function, unless its future was cancelled, and set what it returns or raises."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(functions.pop()())
    except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
        future.set_exception(error)
