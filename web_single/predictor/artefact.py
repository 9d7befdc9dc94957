"""What an artefact tells without being loaded: read by an unpickler that imports and runs nothing."""

import bz2
import gzip
import lzma
import pickle
import zlib
from collections.abc import Callable
from io import BufferedReader, BytesIO
from math import prod
from pathlib import Path
from typing import IO, Any, Self, cast

BLOCK_BYTES = 2**20
OPENERS: dict[bytes, Callable[[BufferedReader], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ": lzma.open,
    b"\x5d\x00": lzma.open,
    b"\x78": lambda file: BytesIO(zlib.decompress(file.read())),
}

# The one in C cannot be told to build stubs.
PurePythonUnpickler: Any = pickle._Unpickler  # noqa: SLF001


def read_scikit_learn_version(artefact: Path) -> str | None:
    """Return the scikit-learn that made this artefact, or None where it does not say (or cannot be read)."""
    try:
        with artefact.open("rb") as file:
            unpickler = StubUnpickler(_decompressed(file))
            unpickler.load()
    except Exception:  # noqa: BLE001 - loading it will say what is wrong, in the words of the library that made it
        return None
    return unpickler.scikit_learn_version


def _decompressed(file: BufferedReader) -> IO[bytes]:
    start = file.peek(8)
    opener = next((opener for magic, opener in OPENERS.items() if start.startswith(magic)), None)
    return cast("IO[bytes]", opener(file)) if opener is not None else file


class Stub:
    """Stands for whatever a pickle names: takes everything, does nothing."""

    module = name = ""

    def __new__(cls, *_: object, **__: object) -> Self:
        """Make one without calling any `__init__` of what it stands for."""
        return object.__new__(cls)

    def __init__(self, *arguments: object, **_: object) -> None:
        self.arguments = arguments

    def __call__(self, *arguments: object, **_: object) -> "Stub":
        """Answer a call with one more stub."""
        return Stub(*arguments)

    def __setitem__(self, key: object, value: object) -> None:
        """Take an item of a dictionary that this stands for."""

    def add(self, value: object) -> None:
        """Take an item of a set that this stands for."""

    def append(self, value: object) -> None:
        """Take an item of a list that this stands for."""

    def extend(self, values: object) -> None:
        """Take the items of a list that this stands for."""


class StubUnpickler(PurePythonUnpickler):  # type: ignore[misc]  # the standard library tells no type of it
    """Walks through a pickle of joblib, pickle or cloudpickle; every name in it becomes a `Stub`."""

    dispatch = PurePythonUnpickler.dispatch.copy()

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.file = file
        self.scikit_learn_version: str | None = None

    def find_class(self, module: str, name: str) -> type[Stub]:
        """Return a stub class instead of importing anything."""
        return type(name, (Stub,), {"module": module, "name": name})

    def persistent_load(self, _: object) -> Stub:
        """Return a stub for an object that is kept elsewhere."""
        return Stub()

    def _load_newobj(self) -> None:
        arguments = self.stack.pop()
        stub_class = self.stack.pop()
        self.append(stub_class(*arguments))

    def _load_newobj_ex(self) -> None:
        self.stack.pop()
        self._load_newobj()

    def _load_build(self) -> None:
        state = self.stack.pop()
        if isinstance(state, tuple) and state and isinstance(state[0], dict):
            state = state[0]
        if not isinstance(state, dict):
            return
        version = state.get("_sklearn_version")
        if isinstance(version, str):
            self.scikit_learn_version = self.scikit_learn_version or version
        if getattr(self.stack[-1], "name", "") == "NumpyArrayWrapper":
            self._skip_array(state)

    def _skip_array(self, wrapper: dict[str, Any]) -> None:
        """Pass over the raw bytes that joblib writes into the pickle's stream behind an array's description."""
        code = str(wrapper["dtype"].arguments[0])
        if code.startswith("O"):
            nested = StubUnpickler(self.file)
            nested.load()
            self.scikit_learn_version = self.scikit_learn_version or nested.scikit_learn_version
            return
        if wrapper.get("numpy_array_alignment_bytes") is not None:
            self.file.read(self.file.read(1)[0])
        left = prod(int(size) for size in wrapper["shape"]) * _item_bytes(code)
        while left:
            got = len(self.file.read(min(left, BLOCK_BYTES)))
            if not got:
                raise EOFError
            left -= got

    dispatch[pickle.NEWOBJ[0]] = _load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = _load_newobj_ex
    dispatch[pickle.BUILD[0]] = _load_build


def _item_bytes(code: str) -> int:
    """Return the bytes of one item of a numpy type such as `f8`, `V64` or `U10` (text has 4 bytes a character)."""
    number = int(code.lstrip("<>=|")[1:])
    return number * 4 if "U" in code else number
