"""The folder that compiled models are kept in: found by all that they depend on, whole because renamed at the end."""

import hashlib
import json
import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

from web_single.config import Config
from web_single.environments.environment import Environment
from web_single.environments.folder_cache import AtomicFolderCache, users_own
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.compiled.manifest import Manifest
from web_single.predictor.runner.process import RUNNER

KEY_DIGITS = 16
MANIFEST = "manifest.json"
COMPUTED_WITH = ("numpy", "onnx", "onnxruntime", "treelite")


def key_of(model_folder: ModelFolder, environment: Environment, config: Config) -> str:
    """Return what tells compiled models apart: the delivery, what runs it, what compiles and computes, the machine.

    What converts and computes is code of ours too: with each change of it a model is compiled and proved anew.
    """
    ours = {name: metadata.version(name) for name in COMPUTED_WITH}
    theirs = (environment.python_version, environment.packages)
    content = json.dumps([code_digest(), model_folder.sha256, theirs, ours, sysconfig.get_platform(), config.compile])
    return hashlib.sha256(content.encode()).hexdigest()[:KEY_DIGITS]


def code_digest() -> str:
    """Return a digest of the code that describes, converts and computes."""
    digest = hashlib.sha256()
    for folder in (Path(__file__).parent, RUNNER):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class CompiledCache(AtomicFolderCache):
    """Compiled models by their keys, and beside them what could not be compiled, with the reason."""

    @classmethod
    def of(cls, config: Config) -> "CompiledCache":
        """Return the one that the settings name, or else the user's own."""
        return cls(config.compiled_cache_dir or users_own("compiled"))

    def files(self, key: str) -> Path:
        """Return the folder that holds the files of one."""
        return self.folder / key

    def find(self, key: str) -> Manifest | None:
        """Return what is known of this one; None where it was never made, or cannot be read."""
        try:
            return Manifest.from_text((self.folder / key / MANIFEST).read_text())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @contextmanager
    def making(self, key: str) -> Iterator[Path]:
        """Hand out a folder to put files into."""
        with super().making(key) as folder:
            folder.mkdir()
            yield folder

    def complete(self, aside: Path) -> bool:
        """Keep what `keep_manifest` was called for."""
        return (aside / MANIFEST).exists()

    def refute(self, key: str, reason: str, row: list[Any]) -> None:
        """Mark one as wrong, so that nobody uses it again; where the folder cannot be written, this process alone."""
        manifest = self.find(key)
        if manifest is None:
            return
        with suppress(OSError):
            keep_manifest(self.folder / key, replace(manifest, refuted=True, reason=reason, row=row))


def keep_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest, so that it is there whole or not at all."""
    aside = folder / f"{MANIFEST}.{os.getpid()}"
    aside.write_text(manifest.as_text())
    aside.replace(folder / MANIFEST)
