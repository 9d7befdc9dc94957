"""Serving: listens, and serves in this process or in several, until it is stopped. Imports what takes longest."""

from web_single.app import create_app
from web_single.config import Config
from web_single.database.engine import read_url
from web_single.environments.environment import Environment
from web_single.model_folder.folder import Delivery
from web_single.predictor.preload import HeadStart
from web_single.server.supervisor import Supervisor
from web_single.server.uvicorn_server import WebServer, listen


async def serve_head_start(config: Config, head_start: HeadStart) -> None:
    """Serve a model that loads already, in this process; a StartError says why it could not start or go on."""
    read_url(config)
    with listen(config) as listener:
        await WebServer(create_app(config, head_start), config).serve([listener])


async def serve_by_workers(config: Config, delivery: Delivery, environment: Environment) -> None:
    """Serve a delivery with several workers; a StartError says why they could not start or go on."""
    read_url(config)
    with environment.in_use(), listen(config) as listener:
        await Supervisor(config, delivery, environment, listener).run()
