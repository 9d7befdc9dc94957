"""What is asked of a delivery before it is served, and before anything in it is run."""

from web_single.config import Config
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import Delivery
from web_single.model_folder.source.findings import Effect
from web_single.model_folder.source.import_effects import refuse_what_writes, tell

log = get_logger()


def receive_delivery(config: Config) -> Delivery:
    """Open the delivery that MODEL_PATH names; a DeliveryError says why it is not taken."""
    delivery = Delivery.open(config.model_path, pin=config.model_sha256)
    findings = refuse_what_writes(delivery)
    if sentence := tell(Effect.TRAINS, findings):
        log.warning(Event.DELIVERY_TRAINS, reason=sentence)
    return delivery
