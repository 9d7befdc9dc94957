"""web-single config: prints the settings."""

import typer

from web_single.cli.settings_report import describe, suggest_settings
from web_single.config import Config
from web_single.database.engine import parse_db_url


def config() -> None:
    """Print every setting as `serve` would use it, and where it comes from."""
    loaded = Config.load()
    parse_db_url(loaded)
    typer.echo(describe(loaded))
    for name, meant in suggest_settings().items():
        typer.echo(f"{name} is no setting; {meant} is one.", err=True)
