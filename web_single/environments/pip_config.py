"""Package index configuration: pip's settings, passed to uv as environment variables and never written to disk."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

ASK_SECONDS = 30
# pip's name, uv's name and the separator of multiple values.
VARIABLES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
    "constraint": ("UV_CONSTRAINT", " "),
    "trusted-host": ("UV_INSECURE_HOST", " "),
    "cert": ("SSL_CERT_FILE", " "),
    "client-cert": ("SSL_CLIENT_CERT", " "),
    "proxy": ("ALL_PROXY", " "),
    "default-timeout": ("UV_HTTP_TIMEOUT", " "),
    "timeout": ("UV_HTTP_TIMEOUT", " "),
}
LINE = re.compile(r"(?P<section>global|install|:env:)\.(?P<key>[a-z-]+)=(?P<value>.*)")
SECTIONS = ("global", "install", ":env:")  # the last one wins
TRUE = ("1", "true", "yes", "on")
ADDRESS = re.compile(r"(?:https?|file)://[^\s`'\"]+")


@dataclass(frozen=True)
class UvIndexConfig:
    """The variables and arguments that configure uv's package indexes. Values may hold passwords: never log them."""

    variables: Mapping[str, str] = field(repr=False)
    arguments: tuple[str, ...] = ()

    @classmethod
    def of_pip(cls) -> "UvIndexConfig":
        """Return the configuration of the server's pip, or of its base interpreter's; set UV_* variables win."""
        settings = pip_settings()
        told = {}
        for key, (name, separator) in VARIABLES.items():
            if key in settings and name not in os.environ:
                told[name] = separator.join(settings[key].split())
        if "UV_INDEX" in told and "UV_INDEX_STRATEGY" not in os.environ:
            told["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip does with multiple indexes
        return cls(told, ("--no-index",) if settings.get("no-index", "").lower() in TRUE else ())

    @staticmethod
    def hide_in(text: str) -> str:
        """Return the output of uv with URLs replaced."""
        return ADDRESS.sub("the package index", text)


OFFLINE = UvIndexConfig({}, ("--offline",))
NO_INDEX = UvIndexConfig({}, ("--offline", "--no-index"))


def pip_settings() -> dict[str, str]:
    """Return pip's settings by their long option names; without pip, only those from PIP_* variables."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    found[":env:"] = {
        name.removeprefix("PIP_").lower().replace("_", "-"): value
        for name, value in os.environ.items()
        if name.startswith("PIP_") and value
    }
    for line in _pip_config_list().splitlines():
        told = LINE.fullmatch(line)
        if told:
            found[told["section"]][told["key"]] = str(ast.literal_eval(told["value"]))
    return {key: value for section in SECTIONS for key, value in found[section].items()}


def _pip_config_list() -> str:
    for python in dict.fromkeys([sys.executable, getattr(sys, "_base_executable", sys.executable)]):
        asked = subprocess.run(  # noqa: S603 - the server's interpreter
            [python, "-m", "pip", "config", "list"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=False,
        )
        if asked.returncode == 0:
            return asked.stdout
    return ""
