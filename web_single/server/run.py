"""Serving in this process or in several workers until stopped; this module imports the slowest dependencies."""

from web_single.app import create_app
from web_single.config import Config
from web_single.database.engine import parse_db_url
from web_single.environments.environment import Environment
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.preload import PreloadedModel
from web_single.server.supervisor import Supervisor
from web_single.server.uvicorn_server import WebServer, listen


async def serve_preloaded(config: Config, preloaded: PreloadedModel) -> None:
    """Serve a preloaded model in this process.

    Raises:
        StartError: If the server cannot start or cannot continue.
    """
    parse_db_url(config)
    with listen(config) as listener:
        await WebServer(create_app(config, preloaded), config).serve([listener])


async def serve_by_workers(config: Config, model_folder: ModelFolder, environment: Environment) -> None:
    """Serve a model folder with several workers.

    Raises:
        StartError: If the workers cannot start or cannot continue.
    """
    parse_db_url(config)
    with environment.in_use(), listen(config) as listener:
        await Supervisor(config, model_folder, environment, listener).run()
