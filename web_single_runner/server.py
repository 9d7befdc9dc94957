"""Server loop of the model process: load the model, send its description, process requests sequentially."""

import contextlib
import math
import sys
from pathlib import Path

from web_single_runner.channel import Channel, explain
from web_single_runner.conversion.conversion import CONVERT, convert
from web_single_runner.errors import UnsupportedModelError
from web_single_runner.inference.calls import answer
from web_single_runner.inference.rows import RowBatch
from web_single_runner.introspection.description import describe
from web_single_runner.introspection.diagnostics import inquire
from web_single_runner.lifecycle import exit_with_parent
from web_single_runner.loading.loaded_model import load


def main():
    """Serve the model folder that contains the artifact.

    Returns:
        The exit code: 0 when the server closes the channel; 1 if loading failed, after the error was sent.
    """
    number, lifeline, parent, artifact = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    exit_with_parent(lifeline, parent)
    channel = Channel(number)
    try:
        delivered = load(artifact)
        description, plan = describe(delivered)
        channel.send(0, {"ready": description})
    except UnsupportedModelError as refusal:
        channel.send(0, {"refused": str(refusal)})
        return 1
    except BaseException as error:  # noqa: BLE001 - user code may also call `sys.exit()`
        channel.send(0, {"failed": explain(error)})
        return 1
    with contextlib.suppress(ConnectionError):
        answer_requests(channel, delivered, plan)
    return 0


def answer_requests(channel, delivered, plan):
    """Process requests until the server closes the channel."""
    while True:
        request = channel.receive()
        if request is None:
            return
        request_id, head, block = request
        if head.get("ask") == CONVERT:
            channel.send(request_id, *convert(delivered, plan))
            continue
        if "ask" in head:
            channel.send(request_id, inquire(delivered, plan, head["ask"]))
            continue
        values = {int(at): listed for at, listed in head["values"].items()}
        rows = RowBatch(head["rows"], head["columns"], block, values)
        options = {"is_shared": head.get("shared", False), "timeout_seconds": head.get("timeout_seconds", math.inf)}
        channel.send(request_id, *answer(delivered, plan, rows, head["probabilities"], **options))
