"""Findings of the static analysis: import effects and the call chain that leads to each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Effect(StrEnum):
    """An effect that belongs under a `__main__` guard."""

    WRITES = "writes"
    TRAINS = "trains"


@dataclass(frozen=True)
class Step:
    """A line in a call chain, with the call on it."""

    file: str
    line: int
    call: str = ""


@dataclass(frozen=True)
class Finding:
    """An effect of importing model.py: training or writing a model.

    `sure` is false if the effect depends on an unknown condition.
    `chain` leads from a line that the import runs to the call with the effect.
    `guard` is the start of the top-level statement that belongs under a `__main__` guard.
    """

    kind: Effect
    sure: bool
    chain: tuple[Step, ...]
    guard: Step | None = None

    @property
    def line(self) -> int:
        """The line of model.py where the chain begins."""
        return self.chain[0].line

    @property
    def path(self) -> str:
        """The chain as text for an error message."""
        told, file = [], "model.py"
        for step in self.chain:
            told.append(f"{step.file if step.file != file else ''} line {step.line} {step.call}".strip())
            file = step.file
        return " -> ".join(told)


def behind(step: Step, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings with a step prepended to each chain."""
    return [replace(finding, chain=(step, *finding.chain)) for finding in findings]


def unsure(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings marked as not sure, because they depend on an unknown condition."""
    return [replace(finding, sure=False) for finding in findings]


def first_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return the first finding of each kind; a sure one takes precedence."""
    firsts: dict[Effect, Finding] = {}
    for finding in findings:
        if finding.kind not in firsts or (finding.sure and not firsts[finding.kind].sure):
            firsts[finding.kind] = finding
    return list(firsts.values())
