"""web-single serve: its options, and what it does in turn until it serves."""

import asyncio
import signal
from concurrent.futures import Future
from types import ModuleType
from typing import Annotated

import typer

from web_single.cli.console import status_on_terminal
from web_single.cli.settings_report import suggest_settings
from web_single.config import Config
from web_single.environments.environment import Environment, find_environment
from web_single.logging import Event, configure_logging, get_logger
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.preflight import open_model_folder
from web_single.server.log_writer import stderr_in_background
from web_single.server.startup import import_in_background, run_until_complete

log = get_logger()


def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on, instead of HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on, instead of PORT.")] = None,
) -> None:
    """Serve the model until Ctrl-C or SIGTERM.

    Settings come from the environment and from `.env`; MODEL_PATH names the model.
    """
    given = {"host": host, "port": port}
    config = Config.load(**{name: value for name, value in given.items() if value is not None})
    with stderr_in_background():
        configure_logging(config)
        for name, meant in suggest_settings().items():
            log.warning(Event.SETTING_UNKNOWN, name=name, meant=meant)
        load_and_serve(config)


def load_and_serve(config: Config) -> None:
    """Load the model and serve it until stopped; a StartError says why it could not start or go on."""
    model_folder = open_model_folder(config)
    # While the model's environment is found, and then the model loads, the processor has time for the rest of us.
    with import_in_background("web_single.server.run") as serving:
        with status_on_terminal() as tell:
            environment = find_environment(model_folder, config, tell=tell)
        if config.workers == 1:
            run_until_complete(serve_here(config, model_folder, environment, serving))
        else:
            asyncio.run(serving.result().serve_by_workers(config, model_folder, environment))


async def serve_here(
    config: Config, model_folder: ModelFolder, environment: Environment, serving: Future[ModuleType]
) -> None:
    """Let the model load, and serve it in this process as soon as what serves is imported."""
    from web_single.predictor.preload import PreloadedModel  # noqa: PLC0415 - imported meanwhile

    break_off_at_signals()
    try:
        async with PreloadedModel.of(model_folder, environment, config) as preloaded:
            await (await asyncio.wrap_future(serving)).serve_preloaded(config, preloaded)
    except asyncio.CancelledError:
        log.info(Event.SERVER_STOPPED)


def break_off_at_signals() -> None:
    """Let SIGTERM and Ctrl-C break off what runs now, until the web server takes them over."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None  # noqa: S101 - it runs
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
