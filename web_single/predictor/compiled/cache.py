"""Cache of compiled models in a folder, keyed by everything that they depend on."""

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
    """Return the cache key: a digest of the model folder, its environment, the engines, the platform and the setting.

    The key includes a digest of Web Single's own code: after each change of it, models are compiled and checked again.
    """
    ours = {name: metadata.version(name) for name in COMPUTED_WITH}
    theirs = (environment.python_version, environment.packages)
    content = json.dumps([code_digest(), model_folder.sha256, theirs, ours, sysconfig.get_platform(), config.compile])
    return hashlib.sha256(content.encode()).hexdigest()[:KEY_DIGITS]


def code_digest() -> str:
    """Return the SHA-256 of the code that describes, converts and evaluates models, as hex digits."""
    digest = hashlib.sha256()
    for folder in (Path(__file__).parent, RUNNER):
        for path in sorted(folder.rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


class CompiledCache(AtomicFolderCache):
    """Stores compiled models by key, and for models that cannot be compiled a manifest with the reason."""

    @classmethod
    def of(cls, config: Config) -> "CompiledCache":
        """Return the cache in the folder of the setting, or in the user's cache folder."""
        return cls(config.compiled_cache_dir or users_own("compiled"))

    def files(self, key: str) -> Path:
        """Return the folder with the files of a compiled model."""
        return self.folder / key

    def find(self, key: str) -> Manifest | None:
        """Return the manifest of a key; None if it was never built or cannot be read."""
        try:
            return Manifest.from_text((self.folder / key / MANIFEST).read_text())
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @contextmanager
    def making(self, key: str) -> Iterator[Path]:
        """Yield a new temporary folder; it is published at the end if it holds a manifest, else removed."""
        with super().making(key) as folder:
            folder.mkdir()
            yield folder

    def complete(self, aside: Path) -> bool:
        """Return whether the folder holds a manifest."""
        return (aside / MANIFEST).exists()

    def refute(self, key: str, reason: str, row: list[Any]) -> None:
        """Mark a compiled model as wrong for all processes; do nothing if its folder cannot be written.

        Args:
            key: The key of the compiled model.
            reason: The mismatch, as a sentence.
            row: The row with the mismatch.
        """
        manifest = self.find(key)
        if manifest is None:
            return
        with suppress(OSError):
            keep_manifest(self.folder / key, replace(manifest, refuted=True, reason=reason, row=row))


def keep_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the manifest atomically, by a rename."""
    aside = folder / f"{MANIFEST}.{os.getpid()}"
    aside.write_text(manifest.as_text())
    aside.replace(folder / MANIFEST)
