"""A pytest plugin: where CI is true, a skipped test has failed, unless its reason is one of those listed here."""

import os
import re
from collections.abc import Generator

import pytest

# Reasons that no machine can be rid of by installing something, each with why that is so.
ALLOWED = {
    r"this machine has no IPv6": "a kernel without IPv6 is what the machine's owner chose",
    r"this machine has no Python 3\.": "neither Debian nor PyPI carries another Python than the machine's own",
}


def is_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true")


def is_allowed(reason: str) -> bool:
    return any(re.search(pattern, reason) for pattern in ALLOWED)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure where nobody would notice it."""
    report = yield
    if is_ci() and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if not is_allowed(reason):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid} was skipped, and CI is true: {reason}"
    return report
