"""web-single serve: its options, and what it does in turn until it serves."""

from typing import Annotated

import typer

from web_single.config import Config
from web_single.config_report import near_misses
from web_single.database.engine import read_url
from web_single.monitoring import Event, configure_logging, get_logger
from web_single.predictor.environment import find_environment
from web_single.predictor.handover import receive_delivery
from web_single.starting import importing_meanwhile
from web_single.terminal import status_on_terminal

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
    configure_logging(config)
    read_url(config)
    for name, meant in near_misses().items():
        log.warning(Event.SETTING_UNKNOWN, name=name, meant=meant)
    delivery = receive_delivery(config)
    # Our own interpreter and uv are asked about the delivery: the processor has time for the rest of us.
    with importing_meanwhile("web_single.serving") as serving, status_on_terminal() as tell:
        environment = find_environment(delivery, config, tell=tell)
    serving.result().serve_until_stopped(config, delivery, environment)
