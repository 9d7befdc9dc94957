"""Serving: listens, and serves in this process or in several, until it is stopped. Imports what takes longest."""

import asyncio
from socket import socket

from web_single.app import create_app
from web_single.config import Config
from web_single.predictor.delivery import Delivery
from web_single.predictor.environment import Environment
from web_single.server import WebServer, listen
from web_single.supervisor import Supervisor


def serve_until_stopped(config: Config, delivery: Delivery, environment: Environment) -> None:
    """Serve a delivery; a StartError says why it could not start or go on."""
    with environment.in_use(), listen(config) as listener:
        if config.workers == 1:
            WebServer(create_app(config, delivery, environment), config).run_on(listener)
        else:
            asyncio.run(supervise(config, delivery, environment, listener))


async def supervise(config: Config, delivery: Delivery, environment: Environment, listener: socket) -> None:
    """Serve with several workers."""
    await Supervisor(config, delivery, environment, listener).run()
