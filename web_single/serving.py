"""Serving: listens, and serves in this process or in several, until it is stopped. Imports what takes longest."""

from web_single.app import create_app
from web_single.config import Config
from web_single.database.engine import read_url
from web_single.predictor.delivery import Delivery
from web_single.predictor.environment import Environment
from web_single.predictor.head_start import HeadStart
from web_single.server import WebServer, listen
from web_single.supervisor import Supervisor


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
