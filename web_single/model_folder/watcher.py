"""DeliveryWatch: tells, while one delivery is served, that other files lie in its folder now."""

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
    """Looks at the files every few seconds: at their sizes and times, and at the bytes of one where these differ.

    `warning` is the sentence about a changed delivery, None while it is as it was opened.
    """

    _task: asyncio.Task[None]

    def __init__(self, model_folder: ModelFolder) -> None:
        self.warning: str | None = None
        self._model_folder = model_folder
        self._seen: dict[Path, tuple[Traits, str]] = {}

    async def prepare(self) -> None:
        """Take sizes and times to be those of the delivery: before its bytes are compared, which proves it."""
        with contextlib.suppress(ModelFolderError, OSError):
            await asyncio.to_thread(self._take_as_opened)

    def start(self) -> None:
        """Go on looking."""
        self._task = asyncio.create_task(self._go_on_looking())

    async def stop(self) -> None:
        """Look no more."""
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _go_on_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.tell(await asyncio.to_thread(self.look))

    def tell(self, warning: str | None) -> None:
        """Log what is seen, where it is something else than before."""
        if warning == self.warning:
            return
        self.warning = warning
        if warning is None:
            log.info(Event.MODEL_FOLDER_RESTORED, model_version=self._model_folder.version)
        else:
            log.warning(Event.MODEL_FOLDER_CHANGED, model_version=self._model_folder.version, warning=warning)

    def look(self) -> str | None:
        """Return the sentence about a delivery that is not, or no more, as it was opened."""
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
            return ""  # new, whatever is in it
        traits = traits_of(path)
        seen = self._seen.get(path)
        if seen is None or seen[0] != traits:
            self._seen[path] = seen = (traits, digest_file(path))
        return seen[1]


def traits_of(path: Path) -> Traits:
    """Return what differs when a file was written to or replaced."""
    status = os.stat(path)  # noqa: PTH116 - one call for all four
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
