"""Report of `web-single check` about a model folder: facts and findings."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from web_single.predictor.signature.signature import Signature


class ProgressCallback(Protocol):
    """A function that receives the current step, and the progress in it where that is known."""

    def __call__(self, what: str, done: int = 0, total: int | None = None) -> None:
        """Receive the progress.

        Args:
            what: The current step.
            done: The number of completed items.
            total: The number of all items, or None if it is unknown.
        """


class Severity(StrEnum):
    """The severity of a finding, the most severe first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Verdict(StrEnum):
    """The overall result of a check."""

    SERVED = "served"
    WITH_WARNINGS = "served_with_warnings"
    NOT_SERVED = "not_served"


@dataclass(frozen=True)
class Finding:
    """One result of a check: a message of one sentence, and what to do about it."""

    name: str
    severity: Severity
    topic: str
    message: str
    to_do: str


@dataclass(frozen=True)
class DeliveredFile:
    """A file that belongs to the model folder and is part of the model version."""

    name: str
    size_bytes: int


@dataclass(frozen=True)
class ScikitLearn:
    """The scikit-learn versions that trained and that serve the model; None if unknown or not installed."""

    trained_with: str | None = None
    serving_with: str | None = None


@dataclass(frozen=True)
class Interpreter:
    """The interpreter that runs the model: the server's own, one built for the model, or a configured one."""

    origin: str
    python: str
    packages: dict[str, str]


@dataclass(frozen=True)
class SampleSource:
    """The sample rows passed to `predict`: their number, their source, and why better rows were left out."""

    rows: int
    source: str
    remark: str | None = None


@dataclass(frozen=True)
class Timings:
    """Measured costs: medians of several calls, including the transfer to the model process; None if not measured."""

    load_seconds: float | None = None
    row_milliseconds: float | None = None
    hundred_rows_milliseconds: float | None = None
    memory_bytes: int | None = None


@dataclass
class Report:
    """The facts and findings about a model folder; fields keep their defaults after an early end of the check.

    `modules` are the modules that the artifact references; `compiled` is a line about the compiled model.
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
        """Return the number of findings of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def sorted_findings(self) -> list[Finding]:
        """Return the findings, the most severe first."""
        severities = list(Severity)
        return sorted(self.findings, key=lambda finding: severities.index(finding.severity))

    @property
    def verdict(self) -> Verdict:
        """The overall result, from the most severe finding."""
        if self.count(Severity.ERROR):
            return Verdict.NOT_SERVED
        return Verdict.WITH_WARNINGS if self.count(Severity.WARNING) else Verdict.SERVED

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values, with the findings sorted by severity."""
        signature = self.signature.as_json() if self.signature is not None else None
        findings = [asdict(finding) for finding in self.sorted_findings()]
        return {"verdict": self.verdict} | asdict(self) | {"signature": signature, "findings": findings}
