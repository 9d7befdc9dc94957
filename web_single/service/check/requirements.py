"""Check of requirements.txt: missing and unpinned packages, with the lines to add."""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from web_single.environments.environment import Environment
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.requirements import (
    FILE_NAME,
    distribution_of,
    included_files,
    lines_of,
    minor_of,
    needed_modules,
)
from web_single.service.check.finding_types import Kind
from web_single.service.check.report import Finding, ScikitLearn

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
COMMENT = re.compile(r"(^|\s)#.*")
FILES = (".whl", ".tar.gz")
PINNED = re.compile(r"==|~=|@")
# These packages have the same modules as the package without the suffix.
VARIANTS = re.compile(r"-(headless|binary|cpu|gpu)$")
# Dependencies that a package installs, and that requirements files usually omit.
BRINGS = {
    "scikit-learn": ("numpy", "scipy", "joblib", "threadpoolctl"),
    "imbalanced-learn": ("numpy", "scipy", "joblib", "threadpoolctl", "scikit-learn"),
    "pandas": ("numpy",),
    "lightgbm": ("numpy", "scipy"),
    "xgboost": ("numpy", "scipy"),
    "catboost": ("numpy", "scipy", "pandas"),
}


@dataclass(frozen=True)
class RequirementLine:
    """A package named in requirements.txt."""

    name: str
    pinned: bool

    @property
    def stem(self) -> str:
        """The package name without the suffix of a variant."""
        return VARIANTS.sub("", self.name)


def look_at_requirements(model_folder: ModelFolder, environment: Environment) -> list[Finding]:
    """Return findings about missing or unpinned packages, with the lines to add.

    The lines have the versions that trained the model or run it now.
    """
    needed = sorted({normal(distribution_of(module)) for module in foreign_modules(model_folder)})
    if model_folder.requirements is None:
        lines = lines_for(without_what_comes_along(needed, needed), model_folder, environment)
        return [Kind.NO_REQUIREMENTS.found(f"There is no {FILE_NAME}.", *filled(lines))] if lines else []
    named = [package for file in included_files(model_folder.requirements) for package in packages_in(lines_of(file))]
    lacking = without_what_comes_along(
        [name for name in needed if not is_named(name, named)], [package.name for package in named]
    )
    loose = [package.name for package in named if not package.pinned and package.name in needed]
    findings = []
    if lacking:
        message = f"The delivery needs {', '.join(lacking)}, and {FILE_NAME} does not name it."
        findings.append(Kind.NOT_IN_REQUIREMENTS.found(message, *filled(lines_for(lacking, model_folder, environment))))
    if loose:
        message = f"{FILE_NAME} names {', '.join(loose)} without a version."
        findings.append(Kind.NOT_PINNED.found(message, *filled(lines_for(loose, model_folder, environment))))
    return findings


def look_at_artifact(model_folder: ModelFolder, scikit_learn: ScikitLearn) -> list[Finding]:
    """Return findings about an artifact that needs the same Python or the same scikit-learn as in training."""
    findings = []
    contents = model_folder.contents
    if contents.minors is not None or "cloudpickle" in contents.modules:
        minors = " or ".join(f"3.{minor}" for minor in contents.minors or ())
        python = f" of Python {minors}" if minors else ""
        findings.append(
            Kind.CODE_BY_VALUE.found(f"{model_folder.artifact.name} holds code by value{python} (cloudpickle).")
        )
    trained_with, serving_with = scikit_learn.trained_with, scikit_learn.serving_with
    if trained_with is not None and serving_with is not None and minor_of(trained_with) != minor_of(serving_with):
        message = f"{model_folder.artifact.name} was made by scikit-learn {trained_with}, and {serving_with} answers."
        findings.append(Kind.TRUSTED_VERSIONS.found(message))
    return findings


def foreign_modules(model_folder: ModelFolder) -> list[str]:
    """Return the needed modules that are not in the standard library."""
    return [module for module in needed_modules(model_folder) if module not in sys.stdlib_module_names]


def packages_in(lines: Iterable[str]) -> list[RequirementLine]:
    """Return the packages named in lines of a requirements file; a wheel or sdist is named by its prefix."""
    found = []
    for line in lines:
        text = COMMENT.sub("", line).strip()
        is_file = text.endswith(FILES)
        text = text.rpartition("/")[2] if is_file else text
        name = NAME.match(text)
        if name is not None:
            found.append(
                RequirementLine(normal(name[0].partition("-")[0] if is_file else name[0]), pinned=is_pinned(text))
            )
    return found


def is_pinned(line: str) -> bool:
    """Return whether a line of a requirements file fixes the version."""
    return PINNED.search(line) is not None or line.endswith(FILES)


def is_named(name: str, named: Sequence[RequirementLine]) -> bool:
    """Return whether a package is named: itself, a variant, or one with its name as prefix, as for `google-..`."""
    return any(VARIANTS.sub("", name) == package.stem or package.name.startswith(f"{name}-") for package in named)


def without_what_comes_along(names: Sequence[str], present: Iterable[str]) -> list[str]:
    """Return the packages that the present packages do not install as dependencies."""
    brought = {each for name in present for each in BRINGS.get(name, ())}
    return [name for name in names if name not in brought]


def lines_for(names: Iterable[str], model_folder: ModelFolder, environment: Environment) -> list[str]:
    """Return requirement lines with the versions that trained the model or run it now, where known."""
    versions = {normal(name): version for name, version in environment.packages.items()}
    if model_folder.contents.scikit_learn is not None:
        versions["scikit-learn"] = model_folder.contents.scikit_learn
    return [f"{name}=={versions[name]}" if name in versions else name for name in names]


def filled(lines: Sequence[str]) -> tuple[str, str]:
    """Return the two values for the placeholders in the advice to write lines."""
    return "this line" if len(lines) == 1 else "these lines", ", ".join(f"`{line}`" for line in lines)


def normal(name: str) -> str:
    """Return a package name normalized as in PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()
