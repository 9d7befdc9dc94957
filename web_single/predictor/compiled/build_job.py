"""The job that builds a compiled model beside a server: a process of its own, at the lowest priority.

Its orders come as a line of JSON on stdin, which then stays open: when it closes, the server is gone, and so is this.
"""

import asyncio
import json
import os
import sys
import threading

from web_single.config import Config, LogLevel
from web_single.environments.environment import Environment
from web_single.errors import WebSingleError
from web_single.logging import configure_logging
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.compiled.builder import build_compiled

NICENESS = 19


def main() -> int:
    """Build what was ordered; 1 where the delivery cannot be loaded, which the server itself finds out too."""
    os.nice(NICENESS)
    orders = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=end_with_the_server, daemon=True).start()
    config = Config.model_validate_json(orders["config"])
    configure_logging(config.model_copy(update={"log_level": LogLevel.ERROR}))  # what the model prints was seen
    model_folder, environment = ModelFolder.from_json(orders["delivery"]), Environment.from_json(orders["environment"])
    try:
        asyncio.run(build_compiled(model_folder, environment, config, tell=lambda *_: None))
    except WebSingleError:
        return 1
    return 0


def end_with_the_server() -> None:
    """Wait until the server's end of stdin is closed, and end; nothing else is ever sent."""
    os.read(sys.stdin.fileno(), 1)  # not by `sys.stdin`, which the interpreter closes at its end
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
