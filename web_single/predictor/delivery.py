"""The delivered folder: where it is, which files belong to it, and the version that follows from their bytes."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from web_single.errors import DeliveryChangedError, DeliveryError
from web_single.predictor.artefact import ArtefactContents, read_contents

VERSION_DIGITS = 12
BLOCK_BYTES = 2**20


@dataclass(frozen=True)
class Delivery:
    """What the data scientist handed over: the artefact, and all files beside and below it.

    `sha256` is its fingerprint when it was opened, 64 hex digits over every file;
    `contents` is what the artefact tells without being loaded.
    """

    artefact: Path
    sha256: str
    contents: ArtefactContents

    @classmethod
    def open(cls, artefact: Path) -> "Delivery":
        """Take the fingerprint of the delivery that holds this artefact."""
        artefact = artefact.absolute()
        try:
            is_there = artefact.is_file()
        except OSError as error:
            raise DeliveryError(f"The delivery in {artefact.parent} cannot be read: {error}.") from error
        if artefact.is_dir():
            raise DeliveryError(f"MODEL_PATH: {artefact} is a folder; name the file in it, such as model.joblib.")
        if not is_there:
            raise DeliveryError(f"There is no model at {artefact}: set MODEL_PATH to the delivered artefact.")
        sha256 = fingerprint(artefact.parent)
        return cls(artefact=artefact, sha256=sha256, contents=read_contents(artefact))

    @property
    def folder(self) -> Path:
        """The folder that was handed over."""
        return self.artefact.parent

    @property
    def version(self) -> str:
        """What is stored with each prediction: the first 12 digits of the fingerprint."""
        return self.sha256[:VERSION_DIGITS]

    def check_unchanged(self) -> None:
        """Refuse to go on with other bytes than those that were opened."""
        if fingerprint(self.folder) != self.sha256:
            raise DeliveryChangedError(f"The delivery in {self.folder} changed since the server started: restart it.")

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON values, for a process that must serve the same bytes."""
        return asdict(self) | {"artefact": str(self.artefact)}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Delivery":
        """Return the delivery that another process has opened."""
        contents = ArtefactContents.from_json(plain["contents"])
        return cls(**{**plain, "artefact": Path(plain["artefact"]), "contents": contents})


def fingerprint(folder: Path) -> str:
    """Return the SHA-256 over the delivered files: for each its path, NUL, its size (8 bytes), its bytes."""
    digest = hashlib.sha256()
    try:
        for path in delivered_files(folder):
            digest.update(path.relative_to(folder).as_posix().encode(errors="surrogateescape") + b"\0")
            digest.update(path.stat().st_size.to_bytes(8, "little"))
            with path.open("rb") as file:
                while block := file.read(BLOCK_BYTES):
                    digest.update(block)
    except OSError as error:
        raise DeliveryError(f"The delivery in {folder} cannot be read: {error}.") from error
    return digest.hexdigest()


def delivered_files(folder: Path) -> list[Path]:
    """Return all regular files of a delivery, hidden and compiled ones aside, in the order of their paths."""
    return sorted(_walk(folder, folder.resolve()), key=lambda path: path.relative_to(folder).as_posix())


def _walk(folder: Path, root: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__" or path.suffix == ".pyc":
            continue
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise DeliveryError(f"{path} is a link that leaves the delivery: put the file itself there.")
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path, root)
        elif path.is_file():
            yield path
