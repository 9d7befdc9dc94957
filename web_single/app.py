"""create_app: the only place that joins the tiers, and opens and closes what they need."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from web_single.api import docs_page, health, model, predict, predict_batch
from web_single.api.error_handlers import add_error_handlers
from web_single.api.fast_lane import FastLane
from web_single.api.openapi import ABOUT
from web_single.api.request_log import RequestLog
from web_single.config import Config, Switch
from web_single.database.database import Database
from web_single.database.prediction_store import PredictionStore
from web_single.monitoring import Event, get_logger
from web_single.predictor.delivery import Delivery
from web_single.predictor.environment import Environment, find_environment
from web_single.predictor.handover import receive_delivery
from web_single.predictor.predictor import Predictor
from web_single.service.opening import open_store
from web_single.service.prediction_queue import PredictionQueue
from web_single.service.prediction_service import PredictionService
from web_single.service.status_service import StatusService

log = get_logger()


def create_app(config: Config, delivery: Delivery | None = None, environment: Environment | None = None) -> FastAPI:
    """Return the application. It loads the model and opens the database when it starts, not before.

    `delivery` and `environment` are given by a parent that has found them already, so that all workers serve the same.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database = Database(config)
            stack.push_async_callback(database.close)
            opened, found = await asyncio.to_thread(find_model, config, delivery, environment)
            stack.enter_context(found.in_use())
            predictor = Predictor(opened, found, config)
            await predictor.start()
            stack.push_async_callback(predictor.stop)
            store = PredictionStore(database)
            await stack.enter_async_context(opening(app, store, predictor, config))
            queue = await stack.enter_async_context(PredictionQueue.of(predictor, store, config))
            app.state.prediction_service = PredictionService(predictor, store, config, queue)
            app.state.status_service = StatusService(predictor, store)
            told = {"model_version": opened.version, "database": database.name}
            settings = {"app_env": config.app_env, "workers": config.workers, "access_log": config.access_log}
            log.info(Event.APP_STARTED, **told, **settings)
            stack.callback(log.info, Event.APP_STOPPED, **told)
            yield

    app = FastAPI(
        **ABOUT,
        openapi_url=None,  # document and page are ours: they tell what is known of the model
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.state.config = config
    app.state.failure = None
    add_error_handlers(app)
    if config.uses_fast_lane:
        app.add_middleware(FastLane, config=config)
    app.add_middleware(RequestLog, access_log=config.access_log)
    for part in (predict_batch, predict, health, model, *([docs_page] if config.docs is Switch.ON else [])):
        app.include_router(part.router)
    return app


def find_model(
    config: Config, delivery: Delivery | None, environment: Environment | None
) -> tuple[Delivery, Environment]:
    """Return the delivery and what runs it: those that are given, else those that the settings name."""
    opened = delivery or receive_delivery(config)
    return opened, environment or find_environment(opened, config)


@asynccontextmanager
async def opening(app: FastAPI, store: PredictionStore, predictor: Predictor, config: Config) -> AsyncIterator[None]:
    """Open the ledger, in the background where the database is away: until then, predictions are answered by 503.

    Where it cannot be opened, this raises, or, once the server has started, tells it by `app.state.failure`.
    """

    def tell(task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            app.state.failure = task.exception()

    task = asyncio.create_task(open_store(store, predictor, config))
    await asyncio.wait({task}, timeout=config.write_timeout_seconds)
    if task.done():
        await task
    task.add_done_callback(tell)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
