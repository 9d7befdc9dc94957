"""web-single check: its options, and its exit codes."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from web_single.cli.check_report import print_card
from web_single.cli.console import FolderArgument, bar_on_terminal, end_when_broken_off, quiet
from web_single.config import Config
from web_single.logging import configure_logging
from web_single.service.check.checker import check_delivery
from web_single.service.check.report import Report, Verdict

WARNINGS_CODE, NOT_SERVED_CODE = 1, 2

JsonOption = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="End with 1 where there are warnings.")]


def check(folder: FolderArgument = None, *, as_json: JsonOption = False, strict: StrictOption = False) -> None:
    """Check a delivery: load it as the server would, ask it, and print a card.

    Ends with 0; with 1 where there are warnings and --strict; with 2 where it cannot be served.
    """
    config = Config.load()
    configure_logging(config if "log_level" in config.model_fields_set else quiet(config))
    end_when_broken_off()
    with bar_on_terminal() as tell:
        report = asyncio.run(check_delivery(folder or config.model_path, config, tell))
    if as_json:
        typer.echo(json.dumps(report.as_json(), indent=2, ensure_ascii=False))
    else:
        print_card(report)
    sys.exit(code_of(report, strict=strict))


def code_of(report: Report, *, strict: bool) -> int:
    """Return the exit code that tells the verdict."""
    if report.verdict is Verdict.NOT_SERVED:
        return NOT_SERVED_CODE
    return WARNINGS_CODE if strict and report.verdict is Verdict.WITH_WARNINGS else 0
