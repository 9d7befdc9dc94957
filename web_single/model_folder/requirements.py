"""Packages that a model folder needs: its requirements.txt, and the requirements of its artifact and code."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from web_single.errors import ModelFolderError
from web_single.model_folder.artifact_metadata import ArtifactMetadata
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.imported_modules import imported_modules, sources_of

FILE_NAME = "requirements.txt"
BY_REQUIREMENTS = "in the environment made for it"
INCLUDE = re.compile(r"\s*(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)")
BUILT = re.compile(r"\s*--no-binary\b")  # in a requirements file, it overrides the options of uv
EDITABLE = re.compile(r"\s*(?:-e|--editable)\b")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")

# The first scikit-learn built for numpy 2. Older ones declare no upper bound on numpy, but fail with numpy 2.
FIRST_FOR_NUMPY_2 = (1, 4, 2)
# The packages that read and write artifacts.
TO_READ_IT = ("joblib", "cloudpickle", "lz4")
# Modules whose distribution is not just the module name with `-` in place of `_`.
DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "dotenv": "python-dotenv",
    "fitz": "pymupdf",
    "imblearn": "imbalanced-learn",
    "mpl_toolkits": "matplotlib",
    "PIL": "pillow",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2-binary",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "skopt": "scikit-optimize",
    "sksurv": "scikit-survival",
    "umap": "umap-learn",
    "yaml": "pyyaml",
}


@dataclass(frozen=True)
class Requirements:
    """The requirements on the interpreter that runs a model.

    `file` is the requirements.txt of the model folder. `modules` are the modules that must be importable.
    `scikit_learn` is the version that trained the model.
    `added` are packages that the model process needs and that requirements.txt seldom lists.
    `bounds` are version bounds for packages without one. `minors` are the compatible minor versions of Python 3.
    """

    file: Path | None
    modules: tuple[str, ...]
    scikit_learn: str | None
    added: tuple[str, ...]
    bounds: tuple[str, ...]
    minors: tuple[int, ...] | None

    @classmethod
    def of(cls, model_folder: ModelFolder) -> "Requirements":
        """Return the requirements of a model folder, without loading or running any of its files."""
        file = model_folder.folder / FILE_NAME
        contents = model_folder.contents
        return cls(
            file=file if file.is_file() else None,
            modules=needed_modules(model_folder),
            scikit_learn=contents.scikit_learn,
            added=tuple(_added_by(contents)),
            bounds=tuple(_bounds_by(contents)),
            minors=contents.minors,
        )

    @property
    def title(self) -> str:
        """A description of the requirements, for the beginning of an error message."""
        scikit_learn = f"scikit-learn {self.scikit_learn}" if self.scikit_learn is not None else ""
        if self.file is None:
            return scikit_learn or "The delivery's code"
        return f"What {FILE_NAME} names{f', with {scikit_learn},' if scikit_learn else ''}"

    def digests(self) -> list[tuple[str, str]]:
        """Return (name, SHA-256) of requirements.txt and of each file that it includes or installs."""
        files = included_files(self.file) if self.file is not None else []
        folder = self.file.parent if self.file is not None else Path()
        return [(_name_in(folder, path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]


def needed_modules(model_folder: ModelFolder) -> tuple[str, ...]:
    """Return the top-level modules that artifact and code import, without those in the model folder.

    Private modules are excluded: extension modules in packages register such names on import.
    """
    named = {*model_folder.contents.modules, *imported_modules(model_folder.folder)} - {"model"}
    foreign = {name for name in named if not name.startswith("_") and not sources_of(model_folder.folder, name)}
    return tuple(sorted(foreign))


def _added_by(contents: ArtifactMetadata) -> Iterator[str]:
    """Yield packages that requirements.txt seldom lists: joblib, pandas for named columns, pickle formats in use."""
    if contents.data_frame:
        yield "pandas"
    for name in TO_READ_IT:
        if name == "joblib" or name in contents.modules:
            yield name


def _bounds_by(contents: ArtifactMetadata) -> Iterator[str]:
    if contents.numpy_core:
        yield "numpy>=2"
    elif contents.scikit_learn is not None and _release(contents.scikit_learn) < FIRST_FOR_NUMPY_2:
        yield "numpy<2"


def _release(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version)[:3])


def minor_of(version: str) -> str:
    """Return the minor version, such as `1.3` for `1.3.2`."""
    return ".".join(version.split(".")[:2])


def distribution_of(module: str) -> str:
    """Return the name of the distribution that provides a module."""
    return DISTRIBUTIONS.get(module, module.replace("_", "-"))


def tell_missing(modules: Iterable[str], where: str) -> str:
    """Return the error message about missing modules, with the lines to add to requirements.txt."""
    modules = sorted(set(modules))
    listed = ", ".join(f"`{name}`" for name in sorted({distribution_of(module) for module in modules}))
    be, lines = ("is", "this line") if len(modules) == 1 else ("are", "these lines")
    return (
        f"The delivery needs {', '.join(modules)}, which {be} not installed {where}: "
        f"write {lines} in {FILE_NAME} beside the model: {listed}."
    )


def included_files(file: Path) -> list[Path]:
    """Return a requirements file, the files that it includes, and the local files that it installs.

    Raises:
        ModelFolderError: A line is an editable install or uses `--no-binary`; only wheels are installed.
    """
    found: list[Path] = []
    waiting = [file]
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found.append(path)
        for line in lines_of(path) if path.suffix != ".whl" else ():
            if EDITABLE.match(line):
                raise ModelFolderError(f"{path.name}: `{line.strip()}` cannot be kept: name a version, or a wheel.")
            if BUILT.match(line):
                raise ModelFolderError(
                    f"{path.name}: `{line.strip()}` asks for packages that are built here, which would run their code, "
                    "and only wheels are installed: remove that line."
                )
            include = INCLUDE.match(line)
            waiting.append(path.parent / (include[1] if include else line.strip() or "."))
    return sorted(found)


def satisfied_by_server(file: Path) -> bool:
    """Return whether the server's packages satisfy a requirements file; False for anything but names and versions."""
    try:
        asked = [Requirement(line.partition(" #")[0]) for line in lines_of(file) if line.strip() and line[0] != "#"]
        return all(
            requirement.url is None
            and not requirement.extras
            and requirement.specifier.contains(version(requirement.name), prereleases=True)
            for requirement in asked
            if requirement.marker is None or requirement.marker.evaluate()
        )
    except (InvalidRequirement, PackageNotFoundError):
        return False


def lines_of(path: Path) -> list[str]:
    """Return the lines of a requirements file, in UTF-8 or (from Windows) UTF-16 with a byte order mark."""
    content = path.read_bytes()
    return content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig", errors="replace").splitlines()


def _name_in(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
