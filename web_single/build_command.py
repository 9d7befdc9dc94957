"""web-single build: makes the environment of a delivery beforehand, and removes those that nobody needs."""

import time
from typing import Annotated

import typer

from web_single.config import Config
from web_single.monitoring import configure_logging
from web_single.predictor.delivery import Delivery
from web_single.predictor.environment import Environment, find_environment
from web_single.predictor.environment_cache import EnvironmentCache
from web_single.terminal import FolderArgument, status_on_terminal

MEBIBYTE = 2**20
UNUSED_DAYS = 30

PruneOption = Annotated[bool, typer.Option("--prune", help="Then remove environments that were not used for long.")]
UnusedOption = Annotated[float, typer.Option("--unused-days", min=0, help="How long that is, for --prune.")]


def build(
    folder: FolderArgument = None, *, prune: PruneOption = False, unused_days: UnusedOption = UNUSED_DAYS
) -> None:
    """Make the environment that a delivery needs, also in prod: for an image, or before a start without a network.

    Where the server's own libraries suit the delivery, nothing is made.
    """
    config = Config.load()
    configure_logging(config)
    started = time.monotonic()
    delivery = Delivery.open(config.model_path, pin=config.model_sha256) if folder is None else Delivery.open(folder)
    with status_on_terminal() as tell:
        environment = find_environment(delivery, config, build=True, tell=tell)
    typer.echo(describe(environment, time.monotonic() - started))
    if prune:
        folder_in_use = environment.python.parent.parent if environment.origin == "made" else None
        removed, freed = EnvironmentCache.of(config).prune(keep=folder_in_use, unused_days=unused_days)
        what = "environment" if removed == 1 else "environments"
        typer.echo(f"{removed} unused {what} removed{f', {freed / MEBIBYTE:,.0f} MiB freed' if removed else ''}.")


def describe(environment: Environment, seconds: float) -> str:
    """Return a sentence about what runs the delivery."""
    packages = ", ".join(f"{name} {version}" for name, version in environment.packages.items())
    what = f"Python {environment.python_version} with {packages or 'no packages'}"
    if environment.origin == "made":
        return f"The delivery runs in {environment.python.parent.parent}: {what} ({seconds:.1f} seconds)."
    whose = "The server's own libraries suit the delivery" if environment.origin == "server" else "MODEL_ENVIRONMENT"
    return f"{whose}: {what}. Nothing is made."
