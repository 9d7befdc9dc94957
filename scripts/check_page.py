"""The page about `web-single check`, made from the kinds of findings that there are."""

from web_single.service.check.finding_types import Kind
from web_single.service.check.report import Severity

INTRODUCTION = """# Check a delivery

`web-single check FOLDER` loads a delivery as the server would, in a process of its own, asks it, and prints a card.
Without a folder it checks the delivery that `MODEL_PATH` names.
A data scientist runs it before a handover, and CI on every delivery.
Nothing is stored, and nothing is written into the folder.

| option | meaning |
|---|---|
| `--json` | the report as JSON, for machines |
| `--strict` | warnings count: end with 1 where there are some |

| exit code | meaning |
|---|---|
| 0 | it can be served |
| 1 | it can be served, with warnings, and `--strict` was given |
| 2 | it cannot be served, or a setting or an option is wrong |
| 130, 143 | broken off by Ctrl-C, by SIGTERM |

The limits are those of the server: `LOAD_TIMEOUT_SECONDS` for loading, `PREDICT_TIMEOUT_SECONDS` for a call.
What the model prints is shown with `LOG_LEVEL=info`.

## The rows that it is asked

The first of these that there is:

1. The rows of `example.json` in the folder: a list of rows, or `{"instances": [..]}`; the first 100.
2. Some rows from all over the X of `get_dataset()` in `model.py`, where that needs no arguments, no network and at most five seconds.
3. Rows made up from the signature, always the same: numbers in several magnitudes around those that the model has answered, each known value of a category, and what is missing where the model takes that.

The server needs none of this; `example.json` is for `check` alone.
Each row is asked alone, then all at once, then again.
Answers are equal where labels, text and integers are identical, and floats within 1e-12 relative, or 4 ulp where that is more.
Times are medians of several calls, the way to the model's process and back included; the memory is that of this process when it has loaded.

## Findings

In `--json` each has `name`, `severity`, `topic`, `sentence` (what was found) and `to_do`.
"""  # noqa: E501 - one sentence a line
TABLE = """
### {}

{}

| name | what was found | what to do |
|---|---|---|
"""
MEANINGS = {
    Severity.ERROR: "An error: the delivery cannot be served.",
    Severity.WARNING: "A warning: it can be served, and somebody should look.",
    Severity.NOTE: "A note: worth knowing, and often meant.",
}


def check_page() -> str:
    """Return the page, in Markdown."""
    return INTRODUCTION + "".join(map(section, Severity))


def section(severity: Severity) -> str:
    """Return the findings of one severity, in a table."""
    rows = [f"| `{kind.name.lower()}` | {kind.meaning} | {kind.advice} |" for kind in Kind if kind.severity is severity]
    return TABLE.format(f"{severity.capitalize()}s", MEANINGS[severity]) + "\n".join(rows) + "\n"
