"""What is asked of a delivery before it is served, and before anything in it is run."""

from web_single.config import Config
from web_single.predictor.delivery import Delivery


def receive_delivery(config: Config) -> Delivery:
    """Open the delivery that MODEL_PATH names; a DeliveryError says why it is not taken."""
    return Delivery.open(config.model_path, pin=config.model_sha256)
