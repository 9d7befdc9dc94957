"""Stores predictions and reads them in the order of their ids."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from web_single.database.database import Database
from web_single.database.group_commit import RowFactory
from web_single.database.prediction_result import Model, PredictionResult
from web_single.errors import DatabaseUnavailableError

PAGE_ROWS = 1_000


class PredictionStore:
    """Stores and reads predictions; `add` is the reference path (a `Session`), `add_group` the fast path."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_open = False

    async def prepare(self, version: str, signature: dict[str, Any]) -> None:
        """Create the tables and store the model version, before its first prediction."""
        await self._database.create_tables()
        await self._database.write(partial(_add_model, version, signature))

    def open(self) -> None:
        """Open the store; before this call, `add`, `add_group` and `ping` raise DatabaseUnavailableError."""
        self._is_open = True

    async def add(self, predictions: Sequence[PredictionResult]) -> None:
        """Commit all predictions or none, and set their ids."""
        self._check_open()

        await self._database.write(lambda session: session.add_all(predictions))

    async def add_group(self, make: RowFactory, model_version: str) -> list[int]:
        """Commit all predictions that `make` returns or none, by group commit; return their ids in the same order.

        `make` is called in the writer thread.
        """
        self._check_open()
        return await self._database.write_group(make, model_version)

    async def get(self, prediction_id: int) -> PredictionResult | None:
        """Return the prediction with this id, or None if there is none."""
        return await self._database.read(lambda session: session.get(PredictionResult, prediction_id))

    async def list_page(self, *, after: int, limit: int, until: int | None = None) -> list[PredictionResult]:
        """Return the first `limit` predictions with ids greater than `after` and, if given, up to `until`."""
        page = select(PredictionResult).where(PredictionResult.id > after)
        if until is not None:
            page = page.where(PredictionResult.id <= until)
        page = page.order_by(col(PredictionResult.id)).limit(limit)
        return await self._database.read(lambda session: list(session.exec(page)))

    async def last_id(self) -> int:
        """Return the highest committed id, or 0 if there are no predictions."""
        return await self._database.read(lambda session: session.exec(select(func.max(PredictionResult.id))).one() or 0)

    async def list_pages(self, *, after: int, until: int) -> AsyncIterator[list[PredictionResult]]:
        """Yield all predictions with ids greater than `after` and up to `until` in pages.

        No transaction is open between two pages, so a slow reader does not block the database.
        """
        while page := await self.list_page(after=after, limit=PAGE_ROWS, until=until):
            yield page
            after = page[-1].id

    async def ping(self) -> None:
        """Run a query; raise DatabaseUnavailableError if the store is not open or the query fails."""
        self._check_open()
        await self._database.read(lambda session: session.exec(select(Model.version).limit(1)).one())

    def _check_open(self) -> None:
        if not self._is_open:
            raise DatabaseUnavailableError("The database is not open yet.")


def _add_model(version: str, signature: dict[str, Any], session: Session) -> None:
    if session.get(Model, version) is not None:
        return
    session.add(Model(version=version, signature=signature))
    try:
        session.flush()
    except IntegrityError:  # another worker has inserted it
        session.rollback()
