"""The visits of this gallery: model folders are trained once, and served one or two at a time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.gallery.batch_dependence.catalogue import MODEL_FOLDERS
from tests.gallery.batch_dependence.model_folder import ModelFolder
from tests.gallery.batch_dependence.visit import Visit, predict_alone, visit

SERVERS = 2
TRAINED_TOGETHER = 8

VisitTo = Callable[[ModelFolder], Visit]


@pytest.fixture(scope="session")
def visits(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, note_figure: Callable[[str], None]
) -> Iterator[dict[str, Future[Visit]]]:
    """Serve the model folders that the chosen tests are about."""
    place = tmp_path_factory.mktemp("batch_dependence")
    items = [item for item in request.session.items if hasattr(item, "callspec")]
    chosen = {item.callspec.params.get("folder") for item in items}
    folders = [folder for folder in MODEL_FOLDERS if folder in chosen]
    with ThreadPoolExecutor(SERVERS) as pool:
        futures = serve(folders, place, pool)
        yield futures
        pool.shutdown(cancel_futures=True)
    for line in table([futures[folder.name] for folder in folders]):
        note_figure(line)


def serve(folders: list[ModelFolder], place: Path, pool: ThreadPoolExecutor) -> dict[str, Future[Visit]]:
    """Start to train and to serve the folders, a few at a time, in the order of the tests."""
    visits: dict[str, Future[Visit]] = {}
    for first in range(0, len(folders), TRAINED_TOGETHER):
        some = folders[first : first + TRAINED_TOGETHER]
        expected = pool.submit(predict_alone, some, place)  # runs before the visits that wait for it
        visits |= {folder.name: pool.submit(visit, folder, expected, place / folder.name) for folder in some}
    return visits


@pytest.fixture
def visit_to(visits: dict[str, Future[Visit]]) -> VisitTo:
    """Return a visit when it is over."""
    return lambda folder: visits[folder.name].result()


def table(futures: list[Future[Visit]]) -> Iterator[str]:
    """Yield the lines of a Markdown table: a row for each visit."""
    yield "| model folder | what it does | rows | differences | errors | batched at the end |"
    yield "|---|---|---|---|---|---|"
    for future in futures:
        if future.cancelled() or future.exception() is not None:
            continue
        seen = future.result()
        batched = "rejected" if seen.rejection else "yes" if seen.is_batched else "no"
        name = f"{seen.folder} (not defined alone)" if seen.folder.undefined else str(seen.folder)
        yield f"| {name} | {seen.folder.what} | {seen.rows} | {len(seen.differences)} | {seen.errors} | {batched} |"
