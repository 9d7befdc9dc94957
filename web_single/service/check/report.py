"""Report: what `web-single check` found out about a delivery, as facts and findings."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from web_single.predictor.signature.signature import Signature


class ProgressCallback(Protocol):
    """Hears what is being done, and how far it is where that is known."""

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None:
        """Hear it."""


class Severity(StrEnum):
    """What a finding means for the service."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Verdict(StrEnum):
    """What the findings come to."""

    SERVED = "served"
    WITH_WARNINGS = "served_with_warnings"
    NOT_SERVED = "not_served"


@dataclass(frozen=True)
class Finding:
    """One thing to know: what was found in one sentence, and what to do about it."""

    name: str
    severity: Severity
    topic: str
    message: str
    to_do: str


@dataclass(frozen=True)
class DeliveredFile:
    """A file that belongs to the delivery, and so to the model's version."""

    name: str
    size_bytes: int


@dataclass(frozen=True)
class ScikitLearn:
    """The version that made the artifact, and the one that runs it; None for what is not known, or not there."""

    trained_with: str | None = None
    serving_with: str | None = None


@dataclass(frozen=True)
class Interpreter:
    """What runs the model: the server's own libraries, some that were made for it, or given ones."""

    origin: str
    python: str
    packages: dict[str, str]


@dataclass(frozen=True)
class SampleSource:
    """The rows that the delivered `predict` was asked: how many, whose, and why not better ones."""

    rows: int
    source: str
    remark: str | None = None


@dataclass(frozen=True)
class Timings:
    """What it costs: medians of several calls, the way over the channel included; None for what was not measured."""

    load_seconds: float | None = None
    row_milliseconds: float | None = None
    hundred_rows_milliseconds: float | None = None
    memory_bytes: int | None = None


@dataclass
class Report:
    """Filled in as far as the delivery lets itself be looked at.

    `modules` are those that the artifact names; `compiled` says what is known of a compiled model.
    """

    path: str
    version: str | None = None
    sha256: str | None = None
    files: Sequence[DeliveredFile] = ()
    modules: Sequence[str] = ()
    scikit_learn: ScikitLearn = field(default_factory=ScikitLearn)
    environment: Interpreter | None = None
    compiled: str | None = None
    estimator: str | None = None
    signature: Signature | None = None
    asked: SampleSource | None = None
    figures: Timings = field(default_factory=Timings)
    findings: list[Finding] = field(default_factory=list)

    def count(self, severity: Severity) -> int:
        """Return how many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def sorted_findings(self) -> list[Finding]:
        """Return the findings, the severest first."""
        severities = list(Severity)
        return sorted(self.findings, key=lambda finding: severities.index(finding.severity))

    @property
    def verdict(self) -> Verdict:
        """What the findings come to."""
        if self.count(Severity.ERROR):
            return Verdict.NOT_SERVED
        return Verdict.WITH_WARNINGS if self.count(Severity.WARNING) else Verdict.SERVED

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values, the findings by severity."""
        signature = self.signature.as_json() if self.signature is not None else None
        findings = [asdict(finding) for finding in self.sorted_findings()]
        return {"verdict": self.verdict} | asdict(self) | {"signature": signature, "findings": findings}
