"""The export: writes all stored predictions to an output page by page, with constant memory use."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from web_single.database.export_reader import ExportReader, StoredPrediction
from web_single.errors import ExportError
from web_single.service.export.formats import Chunk, ExportFormat, encode
from web_single.service.export.outputs import FileOutput, StreamOutput, told_as_export_error
from web_single.service.export.wide import encode_wide

Output = FileOutput | StreamOutput
ProgressCallback = Callable[[int, int], None]


@dataclass(frozen=True)
class WrittenFile:
    """A written file or stream: its name and its number of predictions."""

    name: str
    rows: int


class Export:
    """Exports the predictions that are committed when the object is created.

    Args:
        stored: The reader of the database.
        tell_progress: Is called after each page with the last exported id and the last id of the export.
    """

    def __init__(self, stored: ExportReader, tell_progress: ProgressCallback = lambda _, __: None) -> None:
        self._stored = stored
        self._tell_progress = tell_progress
        self._last_id = stored.last_id()

    def write(self, output: Output, file_format: ExportFormat) -> list[WrittenFile]:
        """Write all predictions as one table and return what was written.

        Raises:
            ExportError: The output cannot be written; an existing file is left unchanged.
        """
        return self._write(output, encode(file_format, self._pages()))

    def write_wide(self, output: Output) -> list[WrittenFile]:
        """Write CSV with one column per feature and one table per signature, and return what was written.

        Raises:
            ExportError: As in `write`, or several tables are needed and the output holds only one.
        """
        names = self._stored.feature_names()
        if output.holds_one_table:
            unseen = encode_wide(self._stored.list_pages(until=self._last_id), names)
            tables = len({piece.table for piece in unseen})
            if tables > 1:
                needs = f"The predictions have {tables} signatures, and each needs a file of its own"
                raise ExportError(f"{needs}: name one by --output.")
        return self._write(output, encode_wide(self._pages(), names))

    def _pages(self) -> Iterator[list[StoredPrediction]]:
        for page in self._stored.list_pages(until=self._last_id):
            yield page
            self._tell_progress(page[-1].id, self._last_id)

    def _write(self, output: Output, pieces: Iterator[Chunk]) -> list[WrittenFile]:
        rows: Counter[str] = Counter()
        with told_as_export_error(output.name):
            for piece in pieces:
                output.open(piece.table).write(piece.text)
                rows[piece.table] += piece.rows
            return [WrittenFile(name, rows[table]) for table, name in output.publish().items()]
