"""Every setting, with its meaning, unit, bounds and default: `Config`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import ByteSize, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from web_single.errors import ConfigError

CHECKOUT = Path(__file__).parent.parent
IS_CHECKOUT = (CHECKOUT / "main.py").is_file()

Seconds = Annotated[float, Field(gt=0, le=3600)]


class AppEnv(StrEnum):
    """Who the server runs for: people at a desk, or clients."""

    DEV = "dev"
    PROD = "prod"


class LogLevel(StrEnum):
    """The least severe event that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class AccessLog(StrEnum):
    """Which requests get a line in the log."""

    ALL = "all"
    ERRORS = "errors"
    OFF = "off"


class Config(BaseSettings):
    """The settings: the environment over `.env` over the defaults.

    A field's name in capitals is its environment variable. Paths are relative to the working folder,
    but for the defaults of a server that runs from its checkout: those are relative to the checkout.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    app_env: AppEnv = Field(AppEnv.DEV, description="`dev` for people at a desk, `prod` for clients.")
    model_path: Path = Field(Path("data_scientist/model.joblib"), description="The delivered artefact.")
    db_url: str = Field("sqlite:///predictions.db", description="Where predictions are stored.")
    host: str = Field("0.0.0.0", description="The address to listen on.")  # noqa: S104 - clients come from outside
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=64, description="Serving processes, each with a model's process of its own.")
    log_level: LogLevel = Field(LogLevel.INFO, description="The least severe event that is logged.")
    access_log: AccessLog | None = Field(
        None,
        description="Requests that get a line in the log: `all`, `errors` (and slow ones) or `off`. "
        "By default `all` in dev, `errors` in prod.",
    )
    max_batch: int = Field(1000, ge=1, le=100_000, description="Instances that one request may hold.")
    max_waiting: int = Field(1000, ge=1, le=100_000, description="Requests that may wait; one more gets 503.")
    max_body_bytes: ByteSize = Field(ByteSize(2**20), gt=0, description="Length of a body; a longer one gets 413.")
    max_header_bytes: ByteSize = Field(
        ByteSize(2**15), ge=1024, description="Length of a request's line and headers; longer ones get 431."
    )
    read_timeout_seconds: Seconds = Field(
        10, description="How long a request's headers, or its body, may take to come."
    )
    load_timeout_seconds: Seconds = Field(60, description="How long the model may take to load.")
    predict_timeout_seconds: Seconds = Field(10, description="How long one call of the model may take.")
    write_timeout_seconds: Seconds = Field(1, description="How long a request waits for the database, then 503.")
    db_start_timeout_seconds: Seconds = Field(30, description="How long the database may be away at the start.")
    shutdown_timeout_seconds: int = Field(10, ge=2, le=3600, description="How long stopping may take.")
    runner_memory_limit_bytes: ByteSize | None = Field(
        None,
        description="Memory of the model's process beyond which it is started anew, between two calls. "
        "By default without a limit.",
    )

    @classmethod
    def load(cls, **given: Any) -> Self:  # noqa: ANN401 - a value for any field, before all other sources
        """Return the settings as environment and `.env` have them; a ConfigError names each fault."""
        try:
            return cls(**given)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}." for fault in error.errors()]
            raise ConfigError("\n".join(faults)) from error

    @model_validator(mode="before")
    @classmethod
    def _start_from_the_checkout(cls, values: dict[str, Any]) -> dict[str, Any]:
        if not IS_CHECKOUT:
            return values
        return {
            "model_path": CHECKOUT / "data_scientist/model.joblib",
            "db_url": f"sqlite:///{CHECKOUT / 'predictions.db'}",
            **values,
        }

    @property
    def logged_requests(self) -> AccessLog:
        """Which requests get a line in the log, in this environment."""
        by_default = AccessLog.ALL if self.app_env is AppEnv.DEV else AccessLog.ERRORS
        return self.access_log or by_default
