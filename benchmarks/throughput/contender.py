"""Contender: a server that can be started with a delivery, asked and stopped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.throughput.wire import PREDICT, Wire


@dataclass(frozen=True)
class Contender:
    """A server, its settings, and what may be expected of it.

    In command, settings and preparation `{port}` stands for where it listens, `{port_2}` and `{port_3}` for two more,
    `{model}` for the delivered artifact, `{delivery}` for its folder and `{database}` for a file of its own.
    """

    key: str
    label: str
    told: str  # how it is set, for the page
    command: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    preparation: tuple[tuple[str, ...], ...] = ()  # commands, each run once before the first start
    wire: Wire = PREDICT
    table: str | None = None  # where it stores its answers, if it does
    is_exact: bool = True  # the ceiling answers a constant
    folder: Path | None = None  # where it is started; else in one of its own
    versions: tuple[str, ...] = ()
