"""Export: writes all stored predictions to an output, in memory that does not grow with their number."""

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
    """What was written: how many predictions, and where."""

    name: str
    rows: int


class Export:
    """All predictions that were committed when this was made; it tells the id it is at, and the last one."""

    def __init__(self, stored: ExportReader, tell_progress: ProgressCallback = lambda _, __: None) -> None:
        self._stored = stored
        self._tell_progress = tell_progress
        self._last_id = stored.last_id()

    def write(self, output: Output, file_format: ExportFormat) -> list[WrittenFile]:
        """Write one table. An ExportError says why the output does not take it; a file is then as it was before."""
        return self._write(output, encode(file_format, self._pages()))

    def write_wide(self, output: Output) -> list[WrittenFile]:
        """Write CSV with a column for each feature, a table for each signature. ExportError as in `write`."""
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
