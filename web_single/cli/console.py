"""What several commands share: an argument, what a terminal shows meanwhile, and how they are broken off."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from web_single.config import Config, LogLevel
from web_single.environments.uv import StatusCallback
from web_single.service.check.report import ProgressCallback

FolderArgument = Annotated[
    Path | None, typer.Argument(help="The delivery: its folder or its artifact; else that of MODEL_PATH.")
]


@contextmanager
def status_on_terminal() -> Iterator[StatusCallback]:
    """Show on a terminal how far the making of an environment is; elsewhere the log tells its beginning and end."""
    console = Console(stderr=True)
    with console.status("Looking at the delivery") as status:
        yield status.update


@contextmanager
def bar_on_terminal() -> Iterator[ProgressCallback]:
    """Show on a terminal what is being done, and how far it is where that is known."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("Looking at the delivery", total=None)

        def tell(what: str, done: int = 0, total: int | None = None) -> None:
            progress.update(task, description=what, completed=done)
            progress.tasks[0].total = total  # `update` cannot take a total away

        yield tell


def end_when_broken_off() -> None:
    """Let Ctrl-C and its like end the command by way of its `finally`s, so that no half file stays."""

    def end(number: int, _: FrameType | None) -> NoReturn:
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, end)


def quiet(config: Config) -> Config:
    """Return settings with which the log does not tell what the report does."""
    return config.model_copy(update={"log_level": LogLevel.ERROR})
