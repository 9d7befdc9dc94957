"""web-single: the commands. Each fault is told in one sentence, with an exit code that tells its kind."""

import asyncio
import sys
from socket import socket
from typing import Annotated

import typer

from web_single import VERSION
from web_single.app import create_app
from web_single.build_command import build
from web_single.check_command import check
from web_single.config import Config
from web_single.config_report import describe, near_misses
from web_single.database.engine import read_url
from web_single.errors import (
    ConfigError,
    DatabaseOpenError,
    DeliveryError,
    ExportError,
    ListenError,
    NewDeliveryError,
    WebSingleError,
)
from web_single.export_command import export
from web_single.monitoring import Event, configure_logging, get_logger
from web_single.new_command import new
from web_single.predictor.delivery import Delivery
from web_single.predictor.environment import Environment, find_environment
from web_single.predictor.handover import receive_delivery
from web_single.server import WebServer, listen
from web_single.supervisor import Supervisor
from web_single.terminal import status_on_terminal

EXIT_CODES: dict[type[WebSingleError], int] = {
    ConfigError: 2,
    DeliveryError: 3,
    DatabaseOpenError: 4,
    ListenError: 5,
    ExportError: 6,
    NewDeliveryError: 7,
}

log = get_logger()
commands = typer.Typer(
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


@commands.command("config")
def show_config() -> None:
    """Print every setting as `serve` would use it, and where it comes from."""
    config = Config.load()
    read_url(config)
    typer.echo(describe(config))
    for name, meant in near_misses().items():
        typer.echo(f"{name} is no setting; {meant} is one.", err=True)


@commands.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on, instead of HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on, instead of PORT.")] = None,
) -> None:
    """Serve the model until Ctrl-C or SIGTERM.

    Settings come from the environment and from `.env`; MODEL_PATH names the model.
    """
    given = {"host": host, "port": port}
    config = Config.load(**{name: value for name, value in given.items() if value is not None})
    configure_logging(config)
    read_url(config)
    for name, meant in near_misses().items():
        log.warning(Event.SETTING_UNKNOWN, name=name, meant=meant)
    delivery = receive_delivery(config)
    with status_on_terminal() as tell:
        environment = find_environment(delivery, config, tell=tell)
    with environment.in_use(), listen(config) as listener:
        if config.workers == 1:
            WebServer(create_app(config, delivery, environment), config).run_on(listener)
        else:
            asyncio.run(supervise(config, delivery, environment, listener))


async def supervise(config: Config, delivery: Delivery, environment: Environment, listener: socket) -> None:
    """Serve with several workers."""
    await Supervisor(config, delivery, environment, listener).run()


commands.command()(build)
commands.command()(check)
commands.command()(export)
commands.command()(new)


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process: with 0, or with a sentence on stderr and the code of the fault."""
    try:
        commands(arguments)
    except WebSingleError as error:
        sys.stderr.write("".join(f"web-single: {line}\n" for line in error.sentence.splitlines()))
        sys.exit(next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), 1))
