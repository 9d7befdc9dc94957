"""The look at the delivery's files while it is served."""

import os
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from web_single.model_folder import watcher
from web_single.model_folder.folder import ModelFolder, digest_file
from web_single.model_folder.watcher import ModelFolderWatcher

pytestmark = pytest.mark.anyio


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "delivery"
    (folder / "helpers").mkdir(parents=True)
    (folder / "helpers/__init__.py").write_bytes(b"")
    (folder / "model.joblib").write_bytes(b"weights")
    return folder


@pytest.fixture
async def watch(folder: Path) -> ModelFolderWatcher:
    watch = ModelFolderWatcher(ModelFolder.open(folder))
    await watch.prepare()
    return watch


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files whose bytes were read."""
    read: list[Path] = []

    def note_and_digest(path: Path) -> str:
        read.append(path)
        return digest_file(path)

    monkeypatch.setattr(watcher, "digest_file", note_and_digest)
    return read


async def test_bytes_are_read_only_where_size_or_times_differ(
    watch: ModelFolderWatcher, folder: Path, reads: list[Path]
) -> None:
    assert watch.look() is None
    assert reads == []
    os.utime(folder / "model.joblib", (1, 1))
    assert (watch.look(), watch.look()) == (None, None)
    assert reads == [folder / "model.joblib"]


async def test_what_is_changed_new_or_gone_is_told(watch: ModelFolderWatcher, folder: Path, reads: list[Path]) -> None:
    (folder / "helpers/__init__.py").unlink()
    (folder / "model.joblib").write_bytes(b"heavier")
    (folder / "predictions.log").write_bytes(b"a log of the model")
    told = (
        "The delivery changed (helpers/__init__.py is gone, model.joblib, predictions.log is new): restart the server."
    )
    assert watch.look() == told
    assert reads == [folder / "model.joblib"]


async def test_other_bytes_of_the_same_size_and_time_are_seen(watch: ModelFolderWatcher, folder: Path) -> None:
    times = (folder / "model.joblib").stat()
    (folder / "new").write_bytes(b"w3ights")
    (folder / "new").rename(folder / "model.joblib")
    os.utime(folder / "model.joblib", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert watch.look() == "The delivery changed (model.joblib): restart the server."


async def test_a_folder_that_cannot_be_read_is_told(watch: ModelFolderWatcher, folder: Path) -> None:
    folder.rename(folder.with_name("moved"))
    assert "cannot be read: " in (watch.look() or "")
    folder.symlink_to("moved")
    assert watch.look() is None
    (folder / "link").symlink_to("/etc/hostname")
    assert "leaves the delivery" in (watch.look() or "")


async def test_a_change_is_logged_once_and_so_is_its_end(watch: ModelFolderWatcher) -> None:
    with capture_logs() as logs:
        for warning in [None, "It changed.", "It changed.", None, None]:
            watch.tell(warning)
    assert [(log["event"], log["log_level"]) for log in logs] == [
        ("model_folder_changed", "warning"),
        ("model_folder_restored", "info"),
    ]
    assert logs[0]["warning"] == "It changed."
