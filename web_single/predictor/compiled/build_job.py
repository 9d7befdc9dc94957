"""Background build of a compiled model, in a separate process at the lowest priority.

The server sends the build parameters as one line of JSON on stdin and keeps stdin open. When stdin closes, the server
has ended, and this process exits.
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
    """Build the compiled model and return the exit code: 0, or 1 if the model folder cannot be loaded."""
    os.nice(NICENESS)
    orders = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=end_with_the_server, daemon=True).start()
    config = Config.model_validate_json(orders["config"])
    configure_logging(config.model_copy(update={"log_level": LogLevel.ERROR}))  # the server has logged the output
    model_folder, environment = ModelFolder.from_json(orders["delivery"]), Environment.from_json(orders["environment"])
    try:
        asyncio.run(build_compiled(model_folder, environment, config, tell=lambda *_: None))
    except WebSingleError:
        return 1
    return 0


def end_with_the_server() -> None:
    """Block until stdin is closed, then exit the process. The server sends no further data."""
    os.read(sys.stdin.fileno(), 1)  # not `sys.stdin`: the interpreter closes it at exit
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
