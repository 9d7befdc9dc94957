"""The model folder: its location, its files, and the model version that is computed from their bytes."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any

from web_single.errors import ModelFolderChangedError, ModelFolderError
from web_single.model_folder.artifact_metadata import ArtifactMetadata, read_contents

VERSION_DIGITS = 12
BLOCK_BYTES = 2**20
MOST_FILES = 10_000
MOST_NAMES = 3
ARTIFACT_ENDINGS = (".joblib", ".pkl", ".pickle")
COMPRESSED_ENDINGS = (".gz", ".bz2", ".xz", ".lzma", ".z", ".zlib", ".lz4")
OF_AN_ENVIRONMENT = ("pyvenv.cfg", "conda-meta")


@dataclass(frozen=True)
class ModelFolder:
    """The artifact and all files beside and below it, with their digests at the time of opening.

    `sha256` is the fingerprint over every file, 64 hex digits.
    `digests` maps each path in the folder to the SHA-256 of the file.
    `contents` is the metadata that is read from the artifact without loading it.
    """

    artifact: Path
    sha256: str
    digests: dict[str, str]
    contents: ArtifactMetadata

    @classmethod
    def open(cls, path: Path, pin: str | None = None) -> "ModelFolder":
        """Compute the fingerprint of a model folder and read its metadata, without loading anything.

        Args:
            path: The model folder or the artifact.
            pin: The required fingerprint. It is checked before the artifact is parsed.

        Raises:
            ModelFolderError: The folder is unreadable or invalid, or the fingerprint differs from `pin`.
        """
        try:
            artifact = find_artifact(path.absolute())
        except OSError as error:
            raise ModelFolderError(f"The delivery in {path.absolute().parent} cannot be read: {error}.") from error
        sha256, digests = digest_files(artifact.parent)
        if artifact.name not in digests:
            raise ModelFolderError(
                f"{artifact} is hidden or compiled, and no part of the version: give it another name."
            )
        if pin is not None and sha256 != pin:
            raise ModelFolderError(
                f"The delivery in {artifact.parent} is not the one that is pinned: "
                f"its fingerprint is {sha256}, and MODEL_SHA256 is {pin}."
            )
        return cls(artifact, sha256, digests, contents=read_contents(artifact))

    @property
    def folder(self) -> Path:
        """The folder of the artifact."""
        return self.artifact.parent

    @property
    def version(self) -> str:
        """The model version that is stored with each prediction: the first 12 hex digits of the fingerprint."""
        return self.sha256[:VERSION_DIGITS]

    @property
    def code(self) -> Path | None:
        """The path of model.py, or None if there is none."""
        return self._file("model.py")

    @property
    def requirements(self) -> Path | None:
        """The path of requirements.txt, or None if there is none."""
        return self._file("requirements.txt")

    def _file(self, name: str) -> Path | None:
        return self.folder / name if name in self.digests else None

    def check_unchanged(self, *, loaded: bool = False) -> None:
        """Raise a ModelFolderChangedError if any file differs from when the folder was opened.

        Args:
            loaded: Whether the user code has run and may itself have written the files.
        """
        _, now = digest_files(self.folder)
        if now != self.digests:
            also = " If its own code did that, let it write elsewhere." if loaded else ""
            raise ModelFolderChangedError(tell_change(self.digests, now) + also)

    def as_json(self) -> dict[str, Any]:
        """Return JSON-serializable values, for another process that must serve the same bytes."""
        return asdict(self) | {"artifact": str(self.artifact)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "ModelFolder":
        """Return the model folder that another process serialized with `as_json`."""
        contents = ArtifactMetadata.from_json(plain["contents"])
        return cls(**{**plain, "artifact": Path(plain["artifact"]), "contents": contents})


def tell_change(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return the error message that lists the files whose digests changed."""
    told = []
    for name in sorted({**before, **now}):
        if name not in now:
            told.append(f"{name} is gone")
        elif name not in before:
            told.append(f"{name} is new")
        elif now[name] != before[name]:
            told.append(name)
    more = [f"{len(told) - MOST_NAMES} more"] if len(told) > MOST_NAMES else []
    return f"The delivery changed ({', '.join(told[:MOST_NAMES] + more)}): restart the server."


def find_artifact(path: Path) -> Path:
    """Return the artifact: `path` itself if it is a file, otherwise the artifact in that folder."""
    if path.is_file():
        return path
    if not path.is_dir():
        raise ModelFolderError(f"There is no model at {path}: set MODEL_PATH to the delivered artifact.")
    names = sorted(file.name for file in path.iterdir() if is_artifact(file.name) and file.is_file())
    if len(names) > 1 and "model.joblib" not in names:
        raise ModelFolderError(f"There are several artifacts in {path} ({', '.join(names)}): set MODEL_PATH to one.")
    if not names:
        train = "run `python model.py` to train it, or " if (path / "model.py").is_file() else ""
        raise ModelFolderError(
            f"There is no .joblib, .pkl or .pickle in {path}: {train}set MODEL_PATH to the artifact."
        )
    return path / ("model.joblib" if "model.joblib" in names else names[0])


def is_artifact(name: str) -> bool:
    """Return whether a file name is that of an artifact, such as `model.pkl` or `model.joblib.gz`."""
    path = PurePath(name.lower())
    uncompressed = path.with_suffix("") if path.suffix in COMPRESSED_ENDINGS else path
    return uncompressed.suffix in ARTIFACT_ENDINGS and not name.startswith(".")


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 over all files; each contributes its path, NUL, its size (8 bytes) and its bytes."""
    return digest_files(folder)[0]


def digest_files(folder: Path) -> tuple[str, dict[str, str]]:
    """Return the fingerprint of a model folder and the SHA-256 of each file; each file is read once."""
    whole, digests = hashlib.sha256(), {}
    try:
        for path in delivered_files(folder):
            name = path.relative_to(folder).as_posix()
            whole.update(name.encode(errors="surrogateescape") + b"\0")
            digests[name_of(path, folder)] = digest_file(path, whole)
    except OSError as error:
        raise ModelFolderError(f"The delivery in {folder} cannot be read: {error}.") from error
    return whole.hexdigest(), digests


def digest_file(path: Path, whole: Any = None) -> str:  # noqa: ANN401 - the type of hashlib's objects is not public
    """Return the SHA-256 of a file.

    Args:
        path: The file.
        whole: A hashlib object that is also updated with the size (8 bytes) and the bytes of the file.

    Raises:
        ModelFolderChangedError: The size of the file changed while it was read.
    """
    own = hashlib.sha256()
    with path.open("rb") as file:
        left = os.fstat(file.fileno()).st_size
        if whole is not None:
            whole.update(left.to_bytes(8, "little"))
        while block := file.read(BLOCK_BYTES):
            own.update(block)
            if whole is not None:
                whole.update(block)
            left -= len(block)
    if left:
        raise ModelFolderChangedError(f"{path} changed while it was read: start the server when it is complete.")
    return own.hexdigest()


def name_of(path: Path, folder: Path) -> str:
    """Return the path of a file in the model folder; bytes that are not UTF-8 are escaped for JSON."""
    name = path.relative_to(folder).as_posix()
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def delivered_files(folder: Path) -> list[Path]:
    """Return all regular files of a model folder, sorted by path, without hidden and bytecode files."""
    root = folder.resolve()
    files, folders = [], [folder]
    while folders:
        for path in folders.pop().iterdir():
            if path.name.startswith(".") or path.name == "__pycache__" or path.suffix == ".pyc":
                continue
            if path.is_symlink():
                _check_link(path, root)
            elif path.is_dir():
                _check_folder(path)
                folders.append(path)
            if path.is_file():
                files.append(path)
        if len(files) > MOST_FILES:
            raise ModelFolderError(
                f"{folder} holds more than {MOST_FILES} files: put the model into a folder of its own."
            )
    return sorted(files, key=lambda path: path.relative_to(folder).as_posix())


def _check_link(path: Path, root: Path) -> None:
    if not path.exists():
        raise ModelFolderError(f"{path} is a link that leads nowhere: put the file itself there.")
    target = path.resolve()
    if not target.is_relative_to(root):
        raise ModelFolderError(f"{path} is a link that leaves the delivery: put the file itself there.")
    if target.is_dir() and any(part.startswith(".") for part in target.relative_to(root).parts):
        raise ModelFolderError(
            f"{path} is a link to a hidden folder, which no version covers: put the folder itself there."
        )


def _check_folder(path: Path) -> None:
    if any((path / name).exists() for name in OF_AN_ENVIRONMENT):
        raise ModelFolderError(
            f"{path} is an environment of Python, and would be part of the model's version: "
            "keep it outside of the delivery, or let its name start with a dot."
        )
