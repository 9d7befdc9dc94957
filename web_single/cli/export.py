"""web-single export: its options, its progress bar, and how it ends when it is broken off."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from web_single.cli.console import end_when_broken_off
from web_single.cli.settings_report import suggest_settings
from web_single.config import Config
from web_single.database.export_reader import ExportReader
from web_single.service.export.exporter import Export, ProgressCallback, WrittenFile
from web_single.service.export.formats import ExportFormat
from web_single.service.export.outputs import STDOUT, open_output

# By number: where one is closed, Python has no file for it.
STDOUT_NUMBER, STDERR_NUMBER = 1, 2

OutputOption = Annotated[
    Path,
    typer.Option("--output", "-o", help="The file; one that is there is replaced once all is written. `-`: stdout."),
]
FormatOption = Annotated[
    ExportFormat | None,
    typer.Option("--format", help="The form; without it, the one that the file's name ends with, or else csv."),
]
WideOption = Annotated[
    bool,
    typer.Option("--wide", help="CSV with a column for each feature by its name, and a file for each signature."),
]


def export(output: OutputOption = STDOUT, file_format: FormatOption = None, *, wide: WideOption = False) -> None:
    """Write all stored predictions to a file or to standard output, also while the service stores more.

    It ends at the last prediction that was committed when it began. DB_URL names the database.
    """
    file_format = file_format or format_of(output)
    if wide and file_format is not ExportFormat.CSV:
        raise typer.BadParameter(f"--wide is a form of csv, not of {file_format}.")
    end_when_broken_off()
    for name, meant in suggest_settings().items():
        sys.stderr.write(f"web-single: {name} is no setting; {meant} is one.\n")
    with ExportReader(Config.load()) as stored, progress_bar(shown=is_bar_shown(output)) as tell_progress:
        tables = write(Export(stored, tell_progress), output, file_format, wide=wide)
    for table in tables:
        predictions = "prediction" if table.rows == 1 else "predictions"
        typer.echo(f"web-single: {table.rows:,} {predictions} in {table.name}.", err=True)


def write(run: Export, path: Path, file_format: ExportFormat, *, wide: bool) -> list[WrittenFile]:
    """Write the export; where its reader has gone (`| head`), end as programs do that SIGPIPE ends."""
    try:
        with closing(open_output(path)) as output:
            return run.write_wide(output) if wide else run.write(output, file_format)
    except BrokenPipeError:
        sys.exit(128 + signal.SIGPIPE)


def format_of(output: Path) -> ExportFormat:
    """Return the form that the name of a file asks for; one without an ending, or a device, gets CSV."""
    ending = output.suffix.lower().lstrip(".").replace("jsonl", "ndjson")
    if ending and ending not in set(ExportFormat):
        raise typer.BadParameter(f"{output.name}: an export is csv, json or ndjson; --format says which.")
    return ExportFormat(ending) if ending else ExportFormat.CSV


def is_bar_shown(output: Path) -> bool:
    """Tell whether somebody sees stderr, and would not see the bar among the predictions."""
    return os.isatty(STDERR_NUMBER) and not (output == STDOUT and os.isatty(STDOUT_NUMBER))


@contextmanager
def progress_bar(*, shown: bool) -> Iterator[ProgressCallback]:
    """Show how far the export is, by ids: to count the predictions would mean to read them all."""
    columns = (TextColumn("{task.completed:,.0f} of {task.total:,.0f}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not shown,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as progress:
        task = progress.add_task("", total=0, visible=False)
        yield lambda at, last: progress.update(task, completed=at, total=last, visible=True)
