"""The composition root: builds the application, and opens and closes its resources."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from web_single.api.access_log import AccessLogMiddleware
from web_single.api.error_handlers import add_error_handlers
from web_single.api.fast_path import FastPath
from web_single.api.openapi.document import ABOUT
from web_single.api.routers import docs, health, model, predict, predict_batch
from web_single.config import Config, OnOff
from web_single.database.database import Database
from web_single.database.optimization_store import OptimizationStore
from web_single.database.prediction_store import PredictionStore
from web_single.environments.environment import Environment, find_environment
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.preflight import open_model_folder
from web_single.predictor.predictor import Predictor
from web_single.predictor.preload import PreloadedModel
from web_single.service.batching.batcher import Batcher
from web_single.service.open_store import open_store
from web_single.service.optimization_sync import OptimizationSync
from web_single.service.prediction_service import PredictionService
from web_single.service.status_service import StatusService

log = get_logger()


class Application(FastAPI):
    """A FastAPI application with an optional ASGI app, `front`, that receives each request first."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        super().__init__(**options)
        self.front: ASGIApp = super().__call__

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request to `front`, by default FastAPI itself."""
        await self.front(scope, receive, send)


def create_app(config: Config, preloaded: PreloadedModel | None = None) -> Application:
    """Return the application, which loads the model and opens the database when its lifespan starts.

    With `preloaded`, it serves that model, which is already loading.
    """
    app = Application(
        **ABOUT,
        openapi_url=None,  # replaced by a document and a page with the model's signature
        lifespan=lambda app: opened(app, config, preloaded),
        redirect_slashes=False,
    )
    app.state.config = config
    app.state.failure = None
    add_error_handlers(app)
    app.add_middleware(AccessLogMiddleware, access_log=config.access_log)
    for part in (predict_batch, predict, health, model, *([docs] if config.docs is OnOff.ON else [])):
        app.include_router(part.router)
    if config.uses_fast_path:
        app.front = FastPath(app.front, app.state, config)
    return app


@asynccontextmanager
async def opened(app: FastAPI, config: Config, preloaded: PreloadedModel | None) -> AsyncIterator[None]:
    """Load the model, open the database, set the services in `app.state`, and close everything at exit."""
    async with AsyncExitStack() as stack:
        database = Database(config)
        stack.push_async_callback(database.close)
        if preloaded is None:
            model_folder, environment = await asyncio.to_thread(find_model, config)
            preloaded = await stack.enter_async_context(PreloadedModel.of(model_folder, environment, config))
        predictor = await started(app, preloaded)
        store = PredictionStore(database)
        sync = OptimizationSync(predictor, OptimizationStore(database))
        await stack.enter_async_context(opening(app, store, sync, predictor, config))
        await stack.enter_async_context(sync.running())
        queue = await stack.enter_async_context(Batcher.of(predictor, store, config))
        app.state.prediction_service = PredictionService(predictor, store, config, queue)
        app.state.status_service = StatusService(predictor, store, config)
        told = {"model_version": predictor.model_folder.version, "database": database.name}
        settings = {"app_env": config.app_env, "workers": config.workers, "access_log": config.access_log}
        log.info(Event.APP_STARTED, **told, **settings)
        stack.callback(log.info, Event.APP_STOPPED, **told)
        yield


def find_model(config: Config) -> tuple[ModelFolder, Environment]:
    """Return the configured model folder and the environment that runs it."""
    model_folder = open_model_folder(config)
    return model_folder, find_environment(model_folder, config)


async def started(app: FastAPI, preloaded: PreloadedModel) -> Predictor:
    """Return the predictor when it can predict; a later start failure is stored in `app.state.failure`."""
    await preloaded.started
    preloaded.predictor.started.add_done_callback(partial(record_failure, app))
    return preloaded.predictor


@asynccontextmanager
async def opening(
    app: FastAPI, store: PredictionStore, sync: OptimizationSync, predictor: Predictor, config: Config
) -> AsyncIterator[None]:
    """Open the store, in the background if this takes longer than `write_timeout_seconds`.

    Until it is open, predictions are rejected with 503. A failure is raised here, or stored in `app.state.failure`
    if it happens in the background.
    """
    task = asyncio.create_task(open_store(store, sync, predictor, config))
    await asyncio.wait({task}, timeout=config.write_timeout_seconds)
    if task.done():
        await task
    task.add_done_callback(partial(record_failure, app))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


def record_failure(app: FastAPI, task: asyncio.Task[None]) -> None:
    """Store the exception of a failed background task in `app.state.failure`, which stops the server."""
    if not task.cancelled() and task.exception() is not None:
        app.state.failure = task.exception()
