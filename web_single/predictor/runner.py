"""The model's own process: its `__main__` is the delivered model.py, its working folder the delivery.

Stands alone: standard library only, Python 3.8 and later, numpy where the delivery brings it.
It is started as `python runner.py CHANNEL LIFELINE PARENT ARTEFACT` and never imported by the server.

A frame, either way: `<IIQ` (request id, bytes of the head, bytes of the block), the head as JSON in
UTF-8, the block as little-endian float64 in row order.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib.machinery
import importlib.util
import json
import os
import signal
import socket
import struct
import sys
import traceback
from array import array
from pathlib import Path

FRAME = struct.Struct("<IIQ")
FLOAT64_BYTES = 8
MOST_LEVELS = 100
FLOAT32_MAX = 3.4028234663852886e38
MANY_FILES = 1024
PR_SET_PDEATHSIG = 1
FIRST_VICTIM = "500"  # of the kernel, when memory runs out: the model before the server that keeps the ledger
TRACEBACK_CHARACTERS = 20_000


def main():
    channel_number, lifeline, parent, artefact = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    die_with_the_server(lifeline, parent)
    channel = socket.socket(fileno=channel_number).makefile("rwb")
    describe = load_module("_web_single_describe", Path(__file__).with_name("describe.py"))
    import_without_cache_from(artefact.parent)
    sys.path[0] = str(artefact.parent)
    sys.argv[:] = [str(artefact.with_name("model.py"))]
    try:
        delivered = import_delivered_code(artefact)
        model = load_model(delivered, artefact)
        send(channel, 0, {"ready": describe.describe(delivered, model)})
    except BaseException as error:  # noqa: BLE001 - foreign code: `sys.exit()` in it is one more way to fail
        send(channel, 0, {"failed": explain(error)})
        return 1
    answer_requests(channel, delivered, model)
    return 0


def die_with_the_server(lifeline, parent):
    """Never outlive the server, however it ends; leave stopping to it, and be the first to go when memory is short."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(FIRST_VICTIM)
    if os.getppid() != parent:
        os._exit(1)
    if os.fork() == 0:
        guard_group(lifeline)
    os.close(lifeline)


def guard_group(lifeline):
    """End the model and all that it started when the server is gone: a process, for a busy model runs no thread."""
    os.closerange(0, lifeline)
    os.closerange(lifeline + 1, MANY_FILES)
    os.read(lifeline, 1)  # nothing is ever written: it returns when the server's end is closed
    os.killpg(0, signal.SIGKILL)


def load_module(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class UncachedLoader(importlib.machinery.SourceFileLoader):
    """Neither writes `__pycache__` into the delivery nor runs what lies in one: its version covers sources only."""

    def path_stats(self, path):
        """Tell no time of the source: without one there is no cache."""
        raise OSError


def import_without_cache_from(delivery):
    """Import the delivery's modules from their sources; all others are cached, or each start would compile them."""

    def find_in(folder):
        if delivery not in (Path(folder), *Path(folder).parents):
            raise ImportError
        extensions = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
        sources = (UncachedLoader, importlib.machinery.SOURCE_SUFFIXES)
        return importlib.machinery.FileFinder(folder, extensions, sources)

    sys.path_hooks.insert(0, find_in)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for what it starts


def import_delivered_code(artefact):
    """Return the delivered model.py as a module, or an empty one where there is none.

    It runs under the name `model`, or the training behind its `__main__` guard would start.
    It is registered as `__main__` too, because classes pickled by `python model.py` are called `__main__.X`.
    """
    path = artefact.with_name("model.py")
    sys.modules["_web_single_runner"] = sys.modules["__main__"]  # keeps our own globals alive
    spec = importlib.util.spec_from_file_location("model", path, loader=UncachedLoader("model", str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules["__main__"] = sys.modules["model"] = module
    if path.exists():
        spec.loader.exec_module(module)
    return module


def load_model(delivered, artefact):
    if hasattr(delivered, "load_model"):
        return delivered.load_model(str(artefact))
    import joblib

    return joblib.load(artefact)


def answer_requests(channel, delivered, model):
    """Answer one frame after the other, until the server closes the channel."""
    with contextlib.suppress(ConnectionError):
        answer_until_the_end(channel, delivered, model)


def answer_until_the_end(channel, delivered, model):
    while True:
        header = channel.read(FRAME.size)
        if len(header) < FRAME.size:
            return
        request_id, head_bytes, block_bytes = FRAME.unpack(header)
        head = json.loads(channel.read(head_bytes))
        rows = Rows(channel.read(block_bytes), head["rows"], head["columns"])
        try:
            reply, block = predict(delivered, model, rows, head["probabilities"])
        except BaseException as error:  # noqa: BLE001 - whatever the delivered code raises is told, not died of
            reply, block = failure(delivered, model, rows, error), b""
        send(channel, request_id, reply, block)


def predict(delivered, model, rows, with_probabilities):
    """Return the reply to one request: a result for each row and, where asked for, the probabilities as a block."""
    results = call(delivered, model, "predict", rows)
    bad_row = first_not_finite(results)
    if bad_row is not None:
        return {"not_finite": bad_row}, b""
    reply = {"results": results}
    if not with_probabilities:
        return reply, b""
    probabilities = call(delivered, model, "predict_proba", rows)
    bad_row = first_not_finite(probabilities)
    if bad_row is not None:
        return {"not_finite": bad_row}, b""
    return reply, as_block(probabilities)


def failure(delivered, model, rows, error):
    """Return what to tell of an exception: which row causes it, and whether a number too large for float32 does."""
    row = first_raising(delivered, model, rows)
    column = first_too_large(delivered, model, rows.part(row, row + 1)) if row is not None else None
    if column is not None:
        return {"too_large": row, "column": column}
    return {"raised": explain(error), "row": row}


def first_too_large(delivered, model, row):
    """Return a column whose number float32 cannot hold, where the row is taken without such numbers; else None."""
    values = row.as_lists()[0]
    beyond = [column for column, value in enumerate(values) if abs(value) > FLOAT32_MAX]
    without = [0.0 if column in beyond else value for column, value in enumerate(values)]
    block = little_endian(array("d", without)).tobytes()
    return beyond[0] if beyond and not raises(delivered, model, Rows(block, 1, row.columns)) else None


def first_raising(delivered, model, rows):
    """Return a row that makes the delivered `predict` raise, found by halves; None where it is no single one."""
    first, end = 0, rows.count
    if end == 1:
        return 0
    while end - first > 1:
        middle = (first + end) // 2
        first, end = (first, middle) if raises(delivered, model, rows.part(first, middle)) else (middle, end)
    return first if raises(delivered, model, rows.part(first, end)) else None


def raises(delivered, model, rows):
    try:
        first_not_finite(call(delivered, model, "predict", rows))
    except BaseException:  # noqa: BLE001 - which one is told with the whole request
        return True
    return False


def call(delivered, model, name, rows):
    """Return the answers of the delivered function, or else the model's method, as plain values, one a row."""
    function = getattr(delivered, name, None)
    X = rows.as_matrix()
    answers = function(model, X) if function is not None else getattr(model, name)(X)
    values = answers.tolist() if hasattr(answers, "tolist") else answers
    if not isinstance(values, (list, tuple)) or len(values) != rows.count:
        found = len(values) if isinstance(values, (list, tuple)) else type(answers).__name__
        raise ValueError("{} must answer one result a row: {} for {} rows".format(name, found, rows.count))
    return [value.tolist() if hasattr(value, "tolist") else value for value in values]


class Rows:
    """Number rows as they came over the channel: each call gets an X of its own, which it may change."""

    def __init__(self, block, count, columns):
        self.block, self.count, self.columns = block, count, columns

    def part(self, first, end):
        """Return the rows from `first` up to `end`."""
        row_bytes = self.columns * FLOAT64_BYTES
        return Rows(self.block[first * row_bytes : end * row_bytes], end - first, self.columns)

    def as_matrix(self):
        """Return X, shape (rows, columns): an array of float64, or lists where there is no numpy."""
        if "numpy" in sys.modules:
            import numpy as np

            return np.frombuffer(self.block, dtype="<f8").reshape(self.count, self.columns).copy()
        return self.as_lists()

    def as_lists(self):
        """Return the rows as lists of floats."""
        values = array("d")
        values.frombytes(self.block)
        values = little_endian(values)
        return [list(values[start : start + self.columns]) for start in range(0, len(values), self.columns)]


def as_block(probabilities):
    if len({len(row) for row in probabilities}) > 1:
        raise ValueError("predict_proba must answer as many values for each row")
    return little_endian(array("d", [value for row in probabilities for value in row])).tobytes()


def little_endian(values):
    if sys.byteorder == "big":
        values.byteswap()
    return values


def first_not_finite(values):
    """Return the first row whose result holds a NaN or an infinity, which JSON has not; raise for what is no JSON."""
    if is_deeper(values, MOST_LEVELS):
        raise ValueError("a result may hold at most {} lists in each other".format(MOST_LEVELS))
    try:
        json.dumps(values, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeError:
        raise
    except ValueError as error:
        if "Out of range float" not in str(error):
            raise
        for row, value in enumerate(values):
            try:
                json.dumps(value, allow_nan=False)
            except ValueError:
                return row
    return None


def is_deeper(value, levels):
    """Tell whether there are lists or objects in each other deeper than that, or without end."""
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, (list, tuple, dict)) and (not levels or any(is_deeper(part, levels - 1) for part in parts))


def explain(error):
    frames = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        message = str(error)[:TRACEBACK_CHARACTERS]
    except Exception:  # noqa: BLE001 - an exception that cannot even say what it is
        message = ""
    return {"type": type(error).__name__, "message": message, "traceback": frames[-TRACEBACK_CHARACTERS:]}


def send(channel, request_id, head, block=b""):
    encoded = json.dumps(head).encode()
    channel.write(FRAME.pack(request_id, len(encoded), len(block)))
    channel.write(encoded)
    channel.write(block)
    channel.flush()


if __name__ == "__main__":
    sys.exit(main())
