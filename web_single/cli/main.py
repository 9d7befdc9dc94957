"""web-single: the commands. Each fault is told in one sentence, with an exit code that tells its kind."""

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from web_single import VERSION
from web_single.errors import (
    BindError,
    ConfigError,
    DatabaseOpenError,
    ExportError,
    ModelFolderError,
    ScaffoldError,
    WebSingleError,
)
from web_single.server.startup import gc_paused

EXIT_CODES: dict[type[WebSingleError], int] = {
    ConfigError: 2,
    ModelFolderError: 3,
    DatabaseOpenError: 4,
    BindError: 5,
    ExportError: 6,
    ScaffoldError: 7,
}
NAMES = ("config", "serve", "build", "check", "export", "new")


class Commands(Mapping[str, Any]):
    """The commands by their names. The module of one is imported when it is asked for: serving needs no other."""

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - Typer keeps the type of its commands to itself
        """Return a command, as Typer makes it of the function of this name."""
        if name not in NAMES:
            raise KeyError(name)
        with gc_paused():
            module = import_module(f"web_single.cli.{name}")
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
        alone.command(name)(getattr(module, name))
        return get_command(alone)

    def __iter__(self) -> Iterator[str]:
        """Yield their names."""
        return iter(NAMES)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(NAMES)


class CommandGroup(TyperGroup):
    """Finds the commands where they are needed."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - whatever Typer gives
        super().__init__(**given)
        self.commands = Commands()  # type: ignore[assignment]  # none is ever added


commands = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Put a data scientist's model online.",
)


def tell_version(*, asked: bool) -> None:
    """Print the version, and end."""
    if asked:
        typer.echo(VERSION)
        raise typer.Exit


@commands.callback()
def about(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=lambda value: tell_version(asked=value), is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Put a data scientist's model online, and keep it there."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process: with 0, or with a sentence on stderr and the code of the fault."""
    try:
        commands(arguments)
    except WebSingleError as error:
        sys.stderr.write("".join(f"web-single: {line}\n" for line in error.message.splitlines()))
        sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))
