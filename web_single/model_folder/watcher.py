"""Change detection for the model folder while it is served."""

import asyncio
import contextlib
import os
from pathlib import Path

from web_single.errors import ModelFolderError
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import ModelFolder, delivered_files, digest_file, name_of, tell_change

LOOK_SECONDS = 5

Traits = tuple[int, int, int, int]

log = get_logger()


class ModelFolderWatcher:
    """Checks every 5 seconds whether the files of a model folder changed.

    It compares inode, size and times, and hashes a file only if these differ.
    `warning` describes the change. It is None while the folder is as it was opened.
    """

    _task: asyncio.Task[None]

    def __init__(self, model_folder: ModelFolder) -> None:
        self.warning: str | None = None
        self._model_folder = model_folder
        self._seen: dict[Path, tuple[Traits, str]] = {}

    async def prepare(self) -> None:
        """Record sizes and times as those of the opened files.

        The caller must verify the bytes afterwards, with `ModelFolder.check_unchanged`.
        """
        with contextlib.suppress(ModelFolderError, OSError):
            await asyncio.to_thread(self._take_as_opened)

    def start(self) -> None:
        """Start the periodic check."""
        self._task = asyncio.create_task(self._go_on_looking())

    async def stop(self) -> None:
        """Cancel the periodic check and wait until it has ended."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _go_on_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.tell(await asyncio.to_thread(self.look))

    def tell(self, warning: str | None) -> None:
        """Store the warning and log it if it differs from the previous one."""
        if warning == self.warning:
            return
        self.warning = warning
        if warning is None:
            log.info(Event.MODEL_FOLDER_RESTORED, model_version=self._model_folder.version)
        else:
            log.warning(Event.MODEL_FOLDER_CHANGED, model_version=self._model_folder.version, warning=warning)

    def look(self) -> str | None:
        """Return the warning about changed or unreadable files, or None if nothing changed."""
        try:
            now = {name_of(path, self._model_folder.folder): self._digest(path) for path in self._files()}
        except ModelFolderError as error:
            return error.message
        except OSError as error:
            return f"The delivery in {self._model_folder.folder} cannot be read: {error}."
        return tell_change(self._model_folder.digests, now) if now != self._model_folder.digests else None

    def _files(self) -> list[Path]:
        return delivered_files(self._model_folder.folder)

    def _take_as_opened(self) -> None:
        for path in self._files():
            name = name_of(path, self._model_folder.folder)
            if name in self._model_folder.digests:
                self._seen[path] = (traits_of(path), self._model_folder.digests[name])

    def _digest(self, path: Path) -> str:
        if name_of(path, self._model_folder.folder) not in self._model_folder.digests:
            return ""  # a new file: its content does not matter
        traits = traits_of(path)
        seen = self._seen.get(path)
        if seen is None or seen[0] != traits:
            self._seen[path] = seen = (traits, digest_file(path))
        return seen[1]


def traits_of(path: Path) -> Traits:
    """Return inode, size in bytes, mtime and ctime in ns: one of them differs after a write or a replacement."""
    status = os.stat(path)  # noqa: PTH116 - one call for all four
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
