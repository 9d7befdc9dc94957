"""The settings, each an environment variable of the same name in capitals."""

from pathlib import Path

from pydantic_settings import BaseSettings

CHECKOUT = Path(__file__).parent.parent.parent


class Config(BaseSettings):
    """Where the model and the database are, and where the service listens."""

    model_path: Path = CHECKOUT / "data_scientist" / "model.joblib"
    db_url: str = "sqlite:///predictions.db"
    host: str = "127.0.0.1"
    port: int = 8000


config = Config()
