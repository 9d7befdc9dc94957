"""web-single config: prints the settings."""

import typer

from web_single.cli.settings_report import describe, near_misses
from web_single.config import Config
from web_single.database.engine import read_url


def config() -> None:
    """Print every setting as `serve` would use it, and where it comes from."""
    loaded = Config.load()
    read_url(loaded)
    typer.echo(describe(loaded))
    for name, meant in near_misses().items():
        typer.echo(f"{name} is no setting; {meant} is one.", err=True)
