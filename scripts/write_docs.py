"""Writes what the documentation takes from the code, settings, findings of a check, snippets: `make docs`."""

from enum import StrEnum
from pathlib import Path
from typing import Any, get_args, get_type_hints

from pydantic import ByteSize
from pydantic.fields import FieldInfo

from scripts.check_page import check_page
from scripts.snippets import fill_snippets
from web_single.config import CHECKOUT, AppEnv, Config

KIBIBYTE, MEBIBYTE = 2**10, 2**20

INTRODUCTION = """# Configuration

Each setting is an environment variable.
What the environment does not set is read from a file, and else has its default.
In dev the file is `.env` in the working folder; in prod there is none unless `ENV_FILE` names one.
An empty value counts as none.
Relative paths start at the working folder; the defaults of `MODEL_PATH` and `DB_URL` start at the checkout, if there is one.

`web-single config` prints every setting with its value and where it comes from.
A value that is wrong ends the start with a sentence and exit code 2; a name that is close to a setting's is told.

| setting | default | takes | meaning |
|---|---|---|---|
"""  # noqa: E501 - one sentence a line
EXAMPLE_INTRODUCTION = """\
# Copy this to .env and take the # from what you change; docs/configuration.md says more.
# In prod this file is read only where the environment says so: ENV_FILE=.env
"""
KINDS = {int: "whole number", float: "number", Path: "path", ByteSize: "bytes (`64KiB`)", str: "text"}


def configuration_page() -> str:
    """Return the page about all settings, in Markdown."""
    rows = [
        f"| `{name.upper()}` | {default_of(field)} | {takes(name, field)} | {field.description} |"
        for name, field in Config.model_fields.items()
    ]
    return INTRODUCTION + "\n".join(rows) + "\n"


def env_example() -> str:
    """Return a settings' file with every setting at its default, switched off."""
    parts = [EXAMPLE_INTRODUCTION]
    for name, field in Config.model_fields.items():
        if name == "env_file":
            continue
        depends = field.default_factory is not None or field.default is None
        default = "" if depends else readable(field.default)
        parts.append(f"# {field.description}\n#{name.upper()}={default}\n")
    return "\n".join(parts)


def default_of(field: FieldInfo) -> str:
    """Return a default as people read it."""
    if field.default_factory is not None:
        chosen = {env: field.get_default(call_default_factory=True, validated_data={"app_env": env}) for env in AppEnv}
        return ", ".join(f"`{value}` in {env}" for env, value in chosen.items())
    return "none" if field.default is None else f"`{readable(field.default)}`"


def readable(value: Any) -> str:  # noqa: ANN401 - the default of any setting
    """Return a value as it would stand in a settings' file."""
    if isinstance(value, ByteSize):
        return f"{value // MEBIBYTE}MiB" if value % MEBIBYTE == 0 else f"{value // KIBIBYTE}KiB"
    return str(value)


def takes(name: str, field: FieldInfo) -> str:
    """Return what a setting takes: its words, or its kind and bounds."""
    hint: Any = get_type_hints(Config)[name]
    kind: Any = next((part for part in get_args(hint) if part is not type(None)), hint)
    if issubclass(kind, StrEnum):
        return ", ".join(f"`{word}`" for word in kind)
    return ("seconds" if name.endswith("_seconds") else KINDS[kind]) + bounds(field)


def bounds(field: FieldInfo) -> str:
    """Return the bounds of a number."""
    words = {"gt": "above", "ge": "from", "le": "up to"}
    found = {name: getattr(rule, name) for rule in field.metadata for name in words if hasattr(rule, name)}
    return "".join(f", {words[name]} {found[name]}" for name in words if name in found)


def pages() -> dict[Path, str]:
    """Return every file that is written here, with what it should hold now."""
    with_snippets = sorted((CHECKOUT / "docs").glob("tutorial*.md"))
    return {
        CHECKOUT / ".env.example": env_example(),
        CHECKOUT / "docs/check.md": check_page(),
        CHECKOUT / "docs/configuration.md": configuration_page(),
        **{page: fill_snippets(page.read_text(), CHECKOUT) for page in with_snippets},
    }


def main() -> None:
    """Write them."""
    for path, text in pages().items():
        path.write_text(text)


if __name__ == "__main__":
    main()
