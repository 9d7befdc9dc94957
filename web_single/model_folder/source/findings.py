"""What is found in delivered source code: effects, and the way of calls that leads to each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Effect(StrEnum):
    """What code does that belongs behind a guard."""

    WRITES = "writes"
    TRAINS = "trains"


@dataclass(frozen=True)
class Step:
    """A line that is reached, with the call in it."""

    file: str
    line: int
    call: str = ""


@dataclass(frozen=True)
class Finding:
    """That importing model.py trains or writes a model: surely, or only where some condition holds.

    `chain` leads from a line that importing runs to the call at fault;
    `guard` is where the statement begins that belongs under a guard, the outermost of its file.
    """

    kind: Effect
    sure: bool
    chain: tuple[Step, ...]
    guard: Step | None = None

    @property
    def line(self) -> int:
        """The line of model.py where it begins."""
        return self.chain[0].line

    @property
    def path(self) -> str:
        """The chain as people read it."""
        told, file = [], "model.py"
        for step in self.chain:
            told.append(f"{step.file if step.file != file else ''} line {step.line} {step.call}".strip())
            file = step.file
        return " -> ".join(told)


def behind(step: Step, findings: Iterable[Finding]) -> list[Finding]:
    """Return findings that are reached by a step."""
    return [replace(finding, chain=(step, *finding.chain)) for finding in findings]


def unsure(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings that something else decides about."""
    return [replace(finding, sure=False) for finding in findings]


def first_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the first finding of each kind, a sure one if there is."""
    firsts: dict[Effect, Finding] = {}
    for finding in findings:
        if finding.kind not in firsts or (finding.sure and not firsts[finding.kind].sure):
            firsts[finding.kind] = finding
    return list(firsts.values())
