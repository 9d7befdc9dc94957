"""Every setting, with its meaning, unit, bounds and default: `Config`."""

import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, ByteSize, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from web_single.errors import ConfigError

CHECKOUT = Path(__file__).parent.parent
IS_CHECKOUT = (CHECKOUT / "main.py").is_file()
ENV_FILE = Path(".env")
MESSAGES = {
    "enum": "{expected} is expected",
    "int_parsing": "a whole number is expected",
    "float_parsing": "a number is expected",
    "greater_than": "a number above {gt:g} is expected",
    "greater_than_equal": "a number from {ge:g} on is expected",
    "less_than_equal": "a number up to {le:g} is expected",
    "string_pattern_mismatch": "64 digits of 0 to 9 and a to f are expected, without capitals and blanks",
    "byte_size": "a number of bytes is expected, such as 65536 or 64KiB",
    "byte_size_unit": "a number of bytes is expected, such as 65536 or 64KiB",
}
ENVIRONMENT_WORDS = (AUTO, SERVER) = ("auto", "server")
SECRET = ("db_url",)  # may hold a password: told to nobody

FilePath = Annotated[Path, AfterValidator(Path.expanduser)]
Seconds = Annotated[float, Field(gt=0, le=3600)]
Value = TypeVar("Value")


class CaseInsensitiveEnum(StrEnum):
    """One of a few words, in capitals or not."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return next((choice for choice in cls if choice == str(value).lower()), None)


class AppEnv(CaseInsensitiveEnum):
    """Who the server runs for: people at a desk, or clients."""

    DEV = "dev"
    PROD = "prod"


class LogLevel(CaseInsensitiveEnum):
    """The least severe event that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class AccessLog(CaseInsensitiveEnum):
    """Which requests get a line in the log."""

    ALL = "all"
    ERRORS = "errors"
    OFF = "off"


class OnOff(CaseInsensitiveEnum):
    """Whether something is done."""

    ON = "on"
    OFF = "off"


class SklearnMismatch(CaseInsensitiveEnum):
    """What to do where the model was trained with another minor version of scikit-learn than the one that serves."""

    REJECT = "reject"
    ALLOW = "allow"


class Batching(CaseInsensitiveEnum):
    """Whether rows of several requests share calls of the model and transactions."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Compile(CaseInsensitiveEnum):
    """Whether a compiled model may answer in place of the delivered one, and what it is proved against."""

    ON = "on"
    OFF = "off"
    TRUST = "trust"


def environment_of_model(value: str) -> str:
    """Take one of two words, or the path of an interpreter."""
    if value.lower() in ENVIRONMENT_WORDS:
        return value.lower()
    path = Path(value).expanduser().absolute()
    if not os.access(path, os.X_OK) or path.is_dir():
        raise PydanticCustomError("model_python", "auto, server or the path of a Python is expected")
    return str(path)


ModelPython = Annotated[str, AfterValidator(environment_of_model)]


def by_environment(*, dev: Value, prod: Value) -> Callable[[dict[str, Any]], Value]:
    """Return a maker of the default that suits the environment."""

    def choose(values: dict[str, Any]) -> Value:
        return prod if values["app_env"] is AppEnv.PROD else dev

    return choose


class Config(BaseSettings):
    """The settings: the environment over the settings' file over the defaults.

    A field's name in capitals is its environment variable; an empty one counts as none.
    Paths are relative to the working folder,
    but for the defaults of a server that runs from its checkout: those are relative to the checkout.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    app_env: AppEnv = Field(
        AppEnv.DEV,
        description="`dev` for people at a desk (readable logs), `prod` for clients (a JSON object a line).",
    )
    env_file: FilePath | None = Field(
        None,
        description="A file with settings, `NAME=value` a line; else `.env` in dev, and no file in prod.",
    )
    model_path: FilePath = Field(
        Path("data_scientist/model.joblib"),
        description="The model folder, or the artifact in it.",
    )
    model_sha256: str | None = Field(
        None,
        pattern="^[0-9a-f]{64}$",
        description="The fingerprint that the delivery must have, as `GET /model` tells it; any other is refused.",
    )
    model_python: ModelPython = Field(
        AUTO,
        description="What runs the model: `auto` (our libraries where they suit, else some made for it), "
        "`server` (only ours), or the path of a Python.",
    )
    sklearn_mismatch: SklearnMismatch = Field(
        SklearnMismatch.REJECT,
        description="Whether a model that was trained with another minor version of scikit-learn is served: "
        "`reject`, or `allow`, although its results may be wrong.",
    )
    environment_cache_dir: FilePath | None = Field(
        None,
        description="The folder for environments of models; by default in the user's cache folder.",
    )
    compile: Compile = Field(
        Compile.ON,
        description="Whether a compiled model that is proved equal answers: `on`, `off`, or `trust`, "
        "where its proof decides also for a `predict` in model.py that does more than ask the model.",
    )
    compiled_cache_dir: FilePath | None = Field(
        None, description="The folder for compiled models; by default in the user's cache folder."
    )
    shadow_sample_rate: float = Field(
        0.001,
        ge=0,
        le=1,
        description="The share of rows from the compiled model and from batches that is checked again.",
    )
    db_url: str = Field("sqlite:///predictions.db", description="Where predictions are stored.")
    host: str = Field("0.0.0.0", description="The address to listen on.")  # noqa: S104 - clients come from outside
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    workers: int = Field(1, ge=1, le=64, description="Serving processes, each with a model's process of its own.")
    log_level: LogLevel = Field(LogLevel.INFO, description="The least severe event that is logged.")
    access_log: AccessLog = Field(
        default_factory=by_environment(dev=AccessLog.ALL, prod=AccessLog.ERRORS),
        description="Requests that get a line in the log: `all`, `errors` (and slow ones) or `off`.",
    )
    docs: OnOff = Field(
        default_factory=by_environment(dev=OnOff.ON, prod=OnOff.OFF),
        description="Whether the documentation page and the OpenAPI document are served: `on` or `off`.",
    )
    optimizations: OnOff = Field(
        OnOff.ON, description="`off` runs the reference path only: no compiled model, no batching and no fast path."
    )
    batching: Batching = Field(
        Batching.AUTO,
        description="Whether pending requests share model calls and transactions: `auto` (model calls only where "
        "results do not depend on the other rows, proven or compared on 1,000 rows), `on` (without that proof), `off`.",
    )
    fast_path: OnOff = Field(
        OnOff.ON,
        description="Whether a plain POST /predict is processed in front of FastAPI; requires batching.",
    )
    max_batch_size: int = Field(
        1000, ge=1, le=100_000, description="Instances that one request, or one call of the model, may hold."
    )
    max_queue_size: int = Field(1000, ge=1, le=100_000, description="Requests that may be pending; one more gets 503.")
    queue_timeout_seconds: Seconds = Field(10, description="How long a request may be pending before it gets 503.")
    max_body_bytes: ByteSize = Field(
        ByteSize(2**20), gt=0, description="Length of a request's body; a longer one gets 413."
    )
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
        description="Memory of the model's process beyond which it is started anew, between two calls.",
    )

    @classmethod
    def load(cls, **given: Any) -> Self:  # noqa: ANN401 - a value for any field, before all other sources
        """Return the settings as the environment and the settings' file have them; a ConfigError names each fault."""
        file = settings_file(given.get("app_env"))
        try:
            config = cls(_env_file=file, **given)
        except ValidationError as error:
            faults = [_format_error(fault) for fault in error.errors() if fault["type"] != "default_factory_not_called"]
            raise ConfigError("\n".join(faults)) from error
        except (SettingsError, UnicodeDecodeError) as error:
            raise ConfigError(f"ENV_FILE: {file} is no text in UTF-8.") from error
        if config.app_env is AppEnv.PROD and file == ENV_FILE and config.env_file is None:
            raise ConfigError("APP_ENV: set prod in the environment; prod does not read .env unless ENV_FILE names it.")
        return config

    @property
    def uses_compiled(self) -> bool:
        """Whether a compiled model may answer."""
        return self.optimizations is OnOff.ON and self.compile is not Compile.OFF

    @property
    def uses_batching(self) -> bool:
        """Whether requests that wait are served together."""
        return self.optimizations is OnOff.ON and self.batching is not Batching.OFF

    @property
    def uses_fast_path(self) -> bool:
        """Whether a plain POST /predict goes past FastAPI."""
        return self.uses_batching and self.fast_path is OnOff.ON

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


def settings_file(app_env: str | None = None) -> Path | None:
    """Return the file that settings are read from: the one that is asked for, or in dev `.env`."""
    environment = EnvSettingsSource(Config)()
    if "env_file" in environment:
        asked = Path(environment["env_file"]).expanduser()
        if not asked.is_file():
            raise ConfigError(f"ENV_FILE: there is no file {asked}.")
        return asked
    return None if str(app_env or environment.get("app_env")).lower() == AppEnv.PROD else ENV_FILE


def _format_error(fault: Any) -> str:  # noqa: ANN401 - one of Pydantic's errors
    name = str(fault["loc"][0])
    message = MESSAGES.get(fault["type"], fault["msg"]).format(**fault.get("ctx", {}))
    given = "" if name in SECRET else f", not {fault['input']!r}"
    return f"{name.upper()}: {message}{given}."
