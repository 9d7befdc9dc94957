"""Static check whether importing model.py would train or write a model."""

from collections.abc import Sequence
from itertools import groupby

from web_single.errors import ModelFolderError
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.source.bindings import Sources
from web_single.model_folder.source.findings import Effect, Finding
from web_single.model_folder.source.visitor import ImportEffectVisitor

DOES = {Effect.WRITES: "would write a model", Effect.TRAINS: "would train"}
MOST_LINES = 5
GUARD = '`if __name__ == "__main__":`'


def what_importing_does(model_folder: ModelFolder) -> list[Finding]:
    """Return the import effects of model.py, in line order.

    Files that this Python cannot parse have no findings: the model process may run another Python.
    """
    module = Sources(model_folder.folder).module("model") if model_folder.code is not None else None
    return ImportEffectVisitor().import_module(module) if module is not None else []


def reject_import_effects(model_folder: ModelFolder) -> list[Finding]:
    """Return the import effects of model.py.

    Raises:
        ModelFolderError: Importing model.py would certainly write a model.
    """
    findings = what_importing_does(model_folder)
    if message := tell(Effect.WRITES, findings):
        raise ModelFolderError(message)
    return findings


def tell(kind: Effect, findings: Sequence[Finding]) -> str | None:
    """Return the message about a certain effect of this kind and how to fix it, or None if there is none."""
    first = next((finding for finding in findings if finding.sure and finding.kind is kind), None)
    if first is None:
        return None
    does = f"{DOES[kind]} when it is imported: {first.path}."
    return f"model.py {does} Put {lines_to_guard(findings)} under {GUARD}."


def lines_to_guard(findings: Sequence[Finding]) -> str:
    """Return the lines that belong under a guard as text, such as `lines 12 and 14`; at most 5 are listed."""
    guards = sorted(
        {(step.file, step.line) for finding in findings if finding.sure and (step := finding.guard)},
        key=lambda guard: (guard[0] != "model.py", *guard),
    )
    told = []
    for file, group in groupby(guards[:MOST_LINES], key=lambda guard: guard[0]):
        lines = [str(line) for _, line in group]
        of_file = f" of {file}" if file != "model.py" else ""
        told.append(f"line{'s' if len(lines) > 1 else ''} {_listed(lines)}{of_file}")
    return _listed([*told, "others"] if len(guards) > MOST_LINES else told)


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
