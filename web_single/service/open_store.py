"""Opens the prediction store, with retries while the database is unavailable."""

import asyncio

from web_single.backoff import Backoff
from web_single.config import Config
from web_single.database.prediction_store import PredictionStore
from web_single.errors import DatabaseOpenError, DatabaseUnavailableError
from web_single.logging import Event, get_logger
from web_single.predictor.predictor import Predictor
from web_single.service.optimization_sync import OptimizationSync

log = get_logger()


async def open_store(store: PredictionStore, sync: OptimizationSync, predictor: Predictor, config: Config) -> None:
    """Open the store for predictions; retry with backoff while the database is unavailable.

    Raises:
        DatabaseOpenError: A retry cannot succeed, or the database is unavailable for longer than
            `db_start_timeout_seconds`.
    """
    backoff = Backoff()
    loop = asyncio.get_running_loop()
    deadline = loop.time() + config.db_start_timeout_seconds
    while True:
        try:
            await store.prepare(predictor.model_folder.version, predictor.signature.as_json())
            await sync.refresh()
            store.open()
        except DatabaseUnavailableError as error:
            if loop.time() > deadline:
                waited = f"{config.db_start_timeout_seconds:g} seconds (DB_START_TIMEOUT_SECONDS)"
                raise DatabaseOpenError(f"The database was away for {waited}: {error.message}") from error
            log.warning(Event.DATABASE_UNAVAILABLE, reason=error.message)
        else:
            log.info(Event.DATABASE_OPENED)
            return
        await asyncio.sleep(backoff.next_seconds())
