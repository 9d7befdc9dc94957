"""What the settings are and where each comes from; and names that were probably meant to be settings."""

import os
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource

from web_single.config import Config, settings_file

PASSWORD = re.compile(r"(://[^/:@]*:).*@")
SIMILAR = 0.82  # `PORTS` is meant to be PORT; `HOSTNAME`, which every shell has, is not HOST
OF_OTHERS = {"DATABASE_URL": "DB_URL", "SQLALCHEMY_DATABASE_URL": "DB_URL", "ENVIRONMENT": "APP_ENV"}


def describe(config: Config) -> str:
    """Return every setting, a line each: its name, its value with passwords masked, and where it comes from."""
    sources = sources_of(config)
    rows = [(name.upper(), masked(value), sources[name]) for name, value in config]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    return "\n".join(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {source}" for name, value, source in rows)


def sources_of(config: Config) -> dict[str, str]:
    """Return for each setting where it comes from: the environment, the settings' file or a default."""
    file = settings_file()
    environment = EnvSettingsSource(Config)()
    in_file = DotEnvSettingsSource(Config, env_file=file)()
    sources = dict.fromkeys(Config.model_fields, "default")
    of_environment = [name for name, field in Config.model_fields.items() if field.default_factory]
    sources.update(dict.fromkeys(of_environment, f"default in {config.app_env}"))
    sources.update(dict.fromkeys(in_file.keys() & sources.keys(), str(file)))
    sources.update(dict.fromkeys(environment.keys() & sources.keys(), "environment"))
    return sources


def masked(value: Any) -> str:  # noqa: ANN401 - the value of any setting
    """Return a value as people may see it."""
    return PASSWORD.sub(r"\1***@", str(value)) if value is not None else "-"


def suggest_settings() -> dict[str, str]:
    """Return the names in the environment and the settings' file that are close to a setting's, and that setting's."""
    in_file = DotEnvSettingsSource(Config, env_file=settings_file()).env_vars
    return settings_meant_by([*os.environ, *(name.upper() for name in in_file)])


def settings_meant_by(names: Iterable[str]) -> dict[str, str]:
    """Return which of these names were probably meant to be settings, and which ones."""
    settings = {name.upper().replace("_", ""): name.upper() for name in Config.model_fields}
    meant = {}
    for name in names:
        close = get_close_matches(name.upper().replace("_", ""), settings, n=1, cutoff=SIMILAR)
        setting = OF_OTHERS.get(name) or (settings[close[0]] if close else name.upper())
        if setting != name.upper():
            meant[name] = setting
    return meant
