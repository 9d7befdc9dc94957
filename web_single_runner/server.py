"""The life of the model's process: load, describe, then answer one request after the other."""

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
    """Serve the delivery that holds the artifact; 1 where it cannot be served, and the server has been told why."""
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
    except BaseException as error:  # noqa: BLE001 - foreign code: `sys.exit()` in it is one more way to fail
        channel.send(0, {"failed": explain(error)})
        return 1
    with contextlib.suppress(ConnectionError):
        answer_requests(channel, delivered, plan)
    return 0


def answer_requests(channel, delivered, plan):
    """Answer until the server closes the channel."""
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
