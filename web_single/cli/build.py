"""web-single build: makes beforehand what a delivery needs: its environment, and its compiled model."""

import asyncio
import time
from typing import Annotated

import typer

from web_single.cli.console import FolderArgument, bar_on_terminal, end_when_broken_off, quiet, status_on_terminal
from web_single.config import Compile, Config
from web_single.environments.cache import EnvironmentCache
from web_single.environments.environment import Environment, find_environment
from web_single.logging import configure_logging
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.source.import_effects import reject_import_effects
from web_single.predictor.compiled.manifest import Manifest

MEBIBYTE = 2**20
UNUSED_DAYS = 30

PruneOption = Annotated[bool, typer.Option("--prune", help="Then remove environments that were not used for long.")]
UnusedOption = Annotated[float, typer.Option("--unused-days", min=0, help="How long that is, for --prune.")]


def build(
    folder: FolderArgument = None, *, prune: PruneOption = False, unused_days: UnusedOption = UNUSED_DAYS
) -> None:
    """Make what a delivery needs, also in prod: for an image, or before a start without a network.

    Its environment, where the server's own libraries do not suit it; and its compiled model, unless COMPILE is off.
    """
    config = Config.load()
    configure_logging(config)
    end_when_broken_off()
    started = time.monotonic()
    model_folder = (
        ModelFolder.open(config.model_path, pin=config.model_sha256) if folder is None else ModelFolder.open(folder)
    )
    with status_on_terminal() as tell:
        environment = find_environment(model_folder, config, build=True, tell=tell)
    typer.echo(describe(environment, time.monotonic() - started))
    if config.compile is not Compile.OFF:
        typer.echo(describe_compiled(compile_delivery(model_folder, environment, config)))
    if prune:
        folder_in_use = environment.python.parent.parent if environment.origin == "built" else None
        removed, freed = EnvironmentCache.of(config).prune(keep=folder_in_use, unused_days=unused_days)
        what = "environment" if removed == 1 else "environments"
        typer.echo(f"{removed} unused {what} removed{f', {freed / MEBIBYTE:,.0f} MiB freed' if removed else ''}.")


def compile_delivery(model_folder: ModelFolder, environment: Environment, config: Config) -> Manifest:
    """Build the compiled model, and return its manifest. ModelFolderError where the model cannot be loaded."""
    from web_single.predictor.compiled.builder import build_compiled  # noqa: PLC0415 - numpy is not for a server's start

    reject_import_effects(model_folder)
    configure_logging(quiet(config))  # the model prints what it thinks of unusual rows
    with environment.in_use(), bar_on_terminal() as tell:
        return asyncio.run(build_compiled(model_folder, environment, config, tell=tell))


def describe_compiled(manifest: Manifest) -> str:
    """Return sentences about a compiled model, and its proof."""
    if manifest.proof is None or not manifest.is_usable:
        return f"It is not compiled, and served all the same: {manifest.reason}"
    proof = manifest.proof
    kinds = ", ".join(f"{kind.rows:,} {name}" for name, kind in proof.kinds.items())
    return (
        f"It is compiled: {' and '.join(manifest.answers)}, by {' and '.join(manifest.engines)}.\n"
        f"It was equal in all {proof.rows - proof.fallbacks:,} answers to {proof.rows:,} rows ({kinds}), "
        f"to within {proof.largest_difference:.1g}; {proof.fallbacks:,} rows it handed back to the model itself "
        f"({proof.seconds:.1f} seconds)."
    )


def describe(environment: Environment, seconds: float) -> str:
    """Return a sentence about what runs the delivery."""
    packages = ", ".join(f"{name} {version}" for name, version in environment.packages.items())
    what = f"Python {environment.python_version} with {packages or 'no packages'}"
    if environment.origin == "built":
        return f"The delivery runs in {environment.python.parent.parent}: {what} ({seconds:.1f} seconds)."
    whose = "The server's own libraries suit the delivery" if environment.origin == "server" else "MODEL_PYTHON"
    return f"{whose}: {what}. Nothing is made."
