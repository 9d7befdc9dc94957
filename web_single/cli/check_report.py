"""The card of a delivery: the report as people read it, at 80 columns too, with colours where there are some."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import typer
from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from web_single.predictor.signature.feature import Feature
from web_single.predictor.signature.signature import Signature
from web_single.service.check.report import Report, Severity, Timings, Verdict

COLOURS = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "yellow",
    Severity.NOTE: "cyan",
}
VERDICTS = {
    Verdict.SERVED: ("can be served", "bold green"),
    Verdict.WITH_WARNINGS: ("can be served, with warnings", "bold yellow"),
    Verdict.NOT_SERVED: ("cannot be served", "bold red"),
}
ORIGINS = {
    "server": "the server's own libraries",
    "built": "in an environment made for it",
    "custom": "as MODEL_PYTHON says",
}
MOST_FILES, MOST_FEATURES, MOST_VALUES = 12, 40, 8
KILOBYTE, MEGABYTE = 10**3, 10**6


def print_card(report: Report) -> None:
    """Print the card to standard output."""
    console = Console(markup=False, highlight=False, emoji=False)
    with console.capture() as capture:
        console.print(Text.assemble(report.path, ": ", VERDICTS[report.verdict]))
        for part in parts(report):
            console.print(part)
    typer.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))


def parts(report: Report) -> Iterator[RenderableType]:
    """Yield what stands below the verdict: facts, features, findings and their number."""
    yield indented(facts(report), 2, above=1)
    if report.signature is not None and report.signature.features is not None:
        yield indented(features_table(report.signature.features), 1, above=1)
    for finding in report.sorted_findings():
        head = Text.assemble((finding.severity, COLOURS[finding.severity]), f": {finding.topic}")
        yield indented(head, 2, above=1)
        yield indented(Group(Text(finding.message), Text(f"To do: {finding.to_do}")), 4)
    yield indented(Text(summary(report)), 2, above=1)


def indented(part: RenderableType, columns: int, *, above: int = 0) -> Padding:
    """Return a part of the card in its place, without blanks at the ends of its lines."""
    return Padding(part, (above, 0, 0, columns), expand=False)


def facts(report: Report) -> RenderableType:
    """Return what is known, a line for each thing."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in lines(report):
        if value:
            table.add_row(Text(name), Text(value))
    return table


def lines(report: Report) -> Iterator[tuple[str, str | None]]:
    """Yield the name and the value of each fact, a value that is not known as None."""
    yield "version", report.version
    yield "sha256", report.sha256
    yield "files", files_line(report)
    trained_with = report.scikit_learn.trained_with
    yield "made with", f"scikit-learn {trained_with}" if trained_with is not None else None
    yield "names", ", ".join(report.modules)
    yield "runs with", serving_with(report)
    yield "model", report.estimator
    if report.signature is not None:
        yield "takes", takes(report.signature)
        yield "answers", answers(report.signature)
    yield "compiled", report.compiled
    if report.asked is not None:
        yield "asked", f"{report.asked.rows} rows, {report.asked.source}; alone, at once, and again"
        yield "", report.asked.remark
    yield "time", time_line(report.figures)
    memory = report.figures.memory_bytes
    yield "memory", f"{size(memory)} in the model's process" if memory is not None else None


def files_line(report: Report) -> str:
    """Return the files with their sizes."""
    files = report.files
    more = [f"and {len(files) - MOST_FILES} more"] if len(files) > MOST_FILES else []
    return ", ".join([f"{file.name} ({size(file.size_bytes)})" for file in files[:MOST_FILES]] + more)


def size(size_bytes: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    if size_bytes < KILOBYTE:
        return f"{size_bytes} B"
    return f"{size_bytes / KILOBYTE:.1f} kB" if size_bytes < MEGABYTE else f"{size_bytes / MEGABYTE:,.1f} MB"


def serving_with(report: Report) -> str | None:
    """Return what runs the model, None where it has not been found."""
    environment = report.environment
    if environment is None:
        return None
    serving_with = report.scikit_learn.serving_with or environment.packages.get("scikit-learn")
    scikit_learn = f"scikit-learn {serving_with} on " if serving_with is not None else ""
    return f"{scikit_learn}Python {environment.python}, {ORIGINS[environment.origin]}"


def takes(signature: Signature) -> str:
    """Return a line about what goes in."""
    count = signature.feature_count
    features = "any number of features" if count is None else f"{count} feature{'s' if count != 1 else ''}"
    input_type = {
        "dataframe": "a DataFrame",
        "array": "an array",
        "list": "a list of lists",
        "texts": "a list of strings",
        "row": "one row alone",
    }[signature.input_type]
    each = ", one row a call" if signature.single_row_only else ""
    return f"{features}; predict gets {input_type}{each}"


def answers(signature: Signature) -> str:
    """Return a line about what comes out."""
    kind = {
        "label": "a label",
        "number": "a number",
        "text": "text",
        "multi_output": f"{signature.outputs or 'several'} values",
        "any": "something that it does not tell",
    }[signature.result]
    classes = f": {listed(signature.classes)}" if signature.result == "label" and signature.classes else ""
    return f"{kind}{classes}; {'with' if signature.probabilities else 'without'} probabilities"


def listed(values: Sequence[Any]) -> str:
    """Return values as people read them, the first of many."""
    more = [f"and {len(values) - MOST_VALUES} more"] if len(values) > MOST_VALUES else []
    return ", ".join([f'"{value}"' if isinstance(value, str) else str(value) for value in values[:MOST_VALUES]] + more)


def time_line(figures: Timings) -> str | None:
    """Return what was measured, None where nothing was."""
    parts = []
    if figures.load_seconds is not None:
        parts.append(f"{figures.load_seconds:.2g} s to load")
    if figures.row_milliseconds is not None:
        parts.append(f"{figures.row_milliseconds:.3g} ms a row")
    if figures.hundred_rows_milliseconds is not None:
        parts.append(f"{figures.hundred_rows_milliseconds:.3g} ms for 100 rows")
    return ", ".join(parts) or None


def features_table(features: Sequence[Feature]) -> Table:
    """Return a table of the features; those without a name that are alike share a line."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, show_edge=False)
    for name in ("feature", "kind", "values", "missing"):
        table.add_column(name, overflow="fold")
    rows = list(feature_rows(features))
    for row in rows[:MOST_FEATURES]:
        table.add_row(*map(Text, row))
    if len(rows) > MOST_FEATURES:
        table.add_row(Text(f"and {len(rows) - MOST_FEATURES} more"))
    return table


def feature_rows(features: Sequence[Feature]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows of the table."""
    for _, group in groupby(enumerate(features), key=lambda pair: pair[1] if pair[1].name is None else pair[0]):
        positions = [at for at, _ in group]
        feature = features[positions[0]]
        numbers = str(positions[0]) if len(positions) == 1 else f"{positions[0]} to {positions[-1]}"
        values = listed(feature.values or ()) + (" or others" if feature.values and feature.allow_unknown else "")
        missing = "null is taken" if feature.nullable else "no"
        yield feature.name if feature.name is not None else numbers, feature.kind, values, missing


def summary(report: Report) -> str:
    """Return how many findings of each severity there are."""
    counts = {severity: report.count(severity) for severity in Severity}
    return ", ".join(f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in counts.items()) + "."
