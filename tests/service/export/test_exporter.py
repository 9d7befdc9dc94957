"""Export to real files: whole or not at all."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.predictions import fill, prediction, store
from web_single.config import Config
from web_single.database.export_reader import ExportReader
from web_single.database.prediction_store import PAGE_ROWS
from web_single.errors import ExportError
from web_single.service.export.exporter import Export, ProgressCallback, WrittenFile
from web_single.service.export.formats import ExportFormat
from web_single.service.export.outputs import FileOutput, StreamOutput, open_output

Written = Callable[..., list[WrittenFile]]
TWO_MODELS = {"version-1": ["length", "width"], "version-2": ["length", "height"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


@pytest.fixture
def stored(make_config: Callable[..., Config], tmp_path: Path) -> Iterator[ExportReader]:
    store(tmp_path / "predictions.db")
    with ExportReader(make_config()) as stored:
        yield stored


def write(
    stored: ExportReader, path: Path, *, wide: bool = False, tell: ProgressCallback | None = None
) -> list[WrittenFile]:
    export = Export(stored, tell) if tell else Export(stored)
    with closing(open_output(path)) as output:
        return export.write_wide(output) if wide else export.write(output, ExportFormat.CSV)


def ids_in(path: Path) -> list[str]:
    return [line.split(",")[0] for line in path.read_text().splitlines()[1:]]


def store_of_two_signatures(tmp_path: Path) -> None:
    of_each = [prediction(), prediction(model_version="version-2"), prediction()]
    store(tmp_path / "predictions.db", of_each, TWO_MODELS)


def test_a_file_holds_all_predictions_and_nothing_lies_beside_it(
    stored: ExportReader, folder: Path, tmp_path: Path
) -> None:
    fill(tmp_path / "predictions.db", PAGE_ROWS + 5)
    assert write(stored, folder / "x.csv") == [WrittenFile(str(folder / "x.csv"), PAGE_ROWS + 5)]
    assert ids_in(folder / "x.csv") == [str(number) for number in range(1, PAGE_ROWS + 6)]
    assert list(folder.iterdir()) == [folder / "x.csv"]


def test_it_tells_where_it_is_after_each_page(stored: ExportReader, folder: Path, tmp_path: Path) -> None:
    fill(tmp_path / "predictions.db", PAGE_ROWS + 5)
    told: list[tuple[int, int]] = []
    write(stored, folder / "x.csv", tell=lambda at, last: told.append((at, last)))
    assert told == [(PAGE_ROWS, PAGE_ROWS + 5), (PAGE_ROWS + 5, PAGE_ROWS + 5)]


def test_a_new_file_may_be_read_as_the_umask_says(stored: ExportReader, folder: Path) -> None:
    before = os.umask(0o027)
    try:
        write(stored, folder / "x.csv")
    finally:
        os.umask(before)
    assert stat.S_IMODE((folder / "x.csv").stat().st_mode) == 0o640


def test_a_file_that_was_there_is_replaced_and_keeps_its_permissions(stored: ExportReader, folder: Path) -> None:
    (folder / "x.csv").write_text("old")
    (folder / "x.csv").chmod(0o604)
    write(stored, folder / "x.csv")
    assert ids_in(folder / "x.csv") == []
    assert stat.S_IMODE((folder / "x.csv").stat().st_mode) == 0o604


def test_a_link_stays_a_link(stored: ExportReader, folder: Path, tmp_path: Path) -> None:
    (folder / "x.csv").symlink_to(tmp_path / "target.csv")
    write(stored, folder / "x.csv")
    assert (folder / "x.csv").is_symlink()
    assert (tmp_path / "target.csv").read_text().startswith("id,")


def test_what_fails_midway_leaves_the_old_file_and_nothing_else(
    stored: ExportReader, folder: Path, tmp_path: Path
) -> None:
    fill(tmp_path / "predictions.db", PAGE_ROWS)
    (folder / "x.csv").write_text("old")

    def fail(_: int, __: int) -> None:
        assert len(list(folder.iterdir())) == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(stored, folder / "x.csv", tell=fail)
    assert list(folder.iterdir()) == [folder / "x.csv"]
    assert (folder / "x.csv").read_text() == "old"


@pytest.mark.parametrize(
    ("name", "told"),
    [("away/x.csv", "there is no folder .*/out/away"), ("", "Is a directory"), ("x" * 300, "File name too long")],
    ids=["a folder that is away", "a folder", "a name that is too long"],
)
def test_what_cannot_be_written_is_told(stored: ExportReader, folder: Path, name: str, told: str) -> None:
    with pytest.raises(ExportError, match=f"cannot be written: {told}"):
        write(stored, folder / name)
    assert list(folder.iterdir()) == []


def test_a_pipe_is_written_to_and_not_replaced(stored: ExportReader, folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert write(stored, pipe) == [WrittenFile(str(pipe), 0)]
    assert os.read(reader, 3) == b"id,"
    os.close(reader)
    assert pipe.is_fifo()


def test_a_full_device_is_told(stored: ExportReader) -> None:
    # Opened here, and not by its name: a fault of ours must never replace the machine's own device.
    with (
        closing(StreamOutput(Path("/dev/full").open("wb"), "the device")) as output,
        pytest.raises(ExportError, match="the device cannot be written: No space left on device"),
    ):
        Export(stored).write(output, ExportFormat.CSV)


def test_a_wide_export_of_one_signature_is_the_file_that_was_named(
    stored: ExportReader, folder: Path, tmp_path: Path
) -> None:
    store(tmp_path / "predictions.db", [prediction()])
    assert write(stored, folder / "x.csv", wide=True) == [WrittenFile(str(folder / "x.csv"), 1)]
    assert (folder / "x.csv").read_text().startswith("id,created_at,model_version,result,length,width,probabilities\n")


def test_a_wide_export_of_several_signatures_is_a_file_for_each(
    stored: ExportReader, folder: Path, tmp_path: Path
) -> None:
    store_of_two_signatures(tmp_path)
    tables = write(stored, folder / "x.csv", wide=True)
    assert sorted(Path(table.name) for table in tables) == sorted(folder.glob("x-????????.csv"))
    assert sorted(folder.iterdir()) == sorted(folder.glob("x-????????.csv"))
    assert [(ids_in(Path(table.name)), table.rows) for table in tables] == [(["1", "3"], 2), (["2"], 1)]


def test_a_file_that_would_be_left_out_of_date_is_told_and_nothing_is_written(
    stored: ExportReader, folder: Path, tmp_path: Path
) -> None:
    store_of_two_signatures(tmp_path)
    (folder / "x.csv").write_text("of the first signature alone")
    with pytest.raises(ExportError, match=r"x\.csv would be left out of date: the predictions have 2 signatures now"):
        write(stored, folder / "x.csv", wide=True)
    assert list(folder.iterdir()) == [folder / "x.csv"]


def test_a_wide_export_of_several_signatures_is_not_written_to_a_stream(
    stored: ExportReader, folder: Path, tmp_path: Path
) -> None:
    store_of_two_signatures(tmp_path)
    stream = (folder / "stream").open("wb")
    with closing(StreamOutput(stream, "stream")) as output, pytest.raises(ExportError, match=r"name one by --output\."):
        Export(stored).write_wide(output)
    assert (folder / "stream").read_text() == ""


def test_a_wide_export_of_one_signature_is_written_to_a_stream(
    stored: ExportReader, folder: Path, tmp_path: Path
) -> None:
    store(tmp_path / "predictions.db", [prediction(), prediction()])
    with closing(StreamOutput((folder / "stream").open("wb"), "stream")) as output:
        assert Export(stored).write_wide(output) == [WrittenFile("stream", 2)]
    assert ids_in(folder / "stream") == ["1", "2"]


def test_a_file_is_known_by_the_name_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    output = open_output(Path("x.csv"))
    assert isinstance(output, FileOutput)
    assert output.name == "x.csv"
