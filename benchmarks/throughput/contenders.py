"""Who is compared: the straightforward service, ours a shortcut at a time, and the ceiling."""

import sys
from pathlib import Path

from benchmarks.throughput.contender import Contender
from web_single.config import CHECKOUT

PYTHON = sys.executable
WEB_SINGLE = str(Path(PYTHON).with_name("web-single"))
OURS = (PYTHON, str(CHECKOUT / "main.py"))
WHERE = {"MODEL_PATH": "{model}", "DB_URL": "sqlite:///{database}", "HOST": "127.0.0.1", "PORT": "{port}"}
BUILD = (WEB_SINGLE, "build", "{model}")

STRAIGHTFORWARD = Contender(
    key="straightforward",
    label="straightforward",
    told="one worker",
    command=(PYTHON, str(CHECKOUT / "examples" / "straightforward" / "main.py")),
    settings=WHERE,
    table="predictionresult",
)


def ours(key: str, label: str, *, build: bool = False, **settings: str) -> Contender:
    """Return the service with these settings, and those of production otherwise."""
    return Contender(
        key=key,
        label=label,
        told=" ".join(f"`{name}={value}`" for name, value in settings.items()) or "as by default in production",
        command=OURS,
        # Built anew for this run: what lies in the user's cache is left alone.
        settings={**WHERE, "APP_ENV": "prod", "COMPILED_CACHE_DIR": "{delivery}-compiled", **settings},
        preparation=(BUILD,) if build else (),
        table="prediction_result",
    )


PLAIN = ours("plain", "plain", OPTIMIZATIONS="off")
QUEUE = ours("queue", "+ prediction queue", FAST_PATH="off", COMPILE="off")
LANE = ours("lane", "+ fast lane, scikit-learn itself", FAST_PATH="on", COMPILE="off")
ALL = ours("all", "+ compiled model: all shortcuts", build=True)
TWO_WORKERS = ours("workers", "all shortcuts, two workers", build=True, WORKERS="2")
LOGGING = ours("logging", "all shortcuts, a log line for each request", build=True, ACCESS_LOG="all")
CEILING = Contender(
    key="ceiling",
    label="ceiling",
    told="uvicorn with uvloop and httptools, an ASGI application that decodes the body and answers a constant",
    command=(
        *(PYTHON, "-m", "uvicorn", "benchmarks.throughput.ceiling:application", "--host", "127.0.0.1"),
        *("--port", "{port}", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--lifespan", "off"),
    ),
    is_exact=False,
    folder=CHECKOUT,
)
LADDER = (STRAIGHTFORWARD, PLAIN, QUEUE, LANE, ALL, TWO_WORKERS, LOGGING, CEILING)
