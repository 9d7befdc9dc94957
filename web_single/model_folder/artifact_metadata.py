"""Artifact metadata: read by an unpickler that imports and runs nothing."""

import pickle
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import IO, Any, Self

from web_single.model_folder.artifact import LZ4, check_end, check_start, open_artifact, start_of
from web_single.model_folder.code_by_value import CODE_TYPE, compatible_minors

BLOCK_BYTES = 2**20
DELIVERED = ("__main__", "model")

# The C implementation cannot be overridden to build stubs.
PurePythonUnpickler: Any = pickle._Unpickler  # noqa: SLF001
# Protocols 0 to 2 still write the module names of Python 2.
NAMES_OF_PYTHON_2: dict[str, str] = pickle._compat_pickle.IMPORT_MAPPING  # type: ignore[attr-defined]  # noqa: SLF001


@dataclass(frozen=True)
class ArtifactMetadata:
    """The modules, names and versions that an artifact refers to.

    `scikit_learn` is the version that trained the model. `modules` lists every top-level module that is named.
    `of_delivery` lists the names that model.py must define.
    `numpy_core` is true for artifacts of numpy 2. `data_frame` is true if the model was fitted on named columns.
    `minors` lists the minor versions of Python 3 that can run the code that is pickled by value.
    None means unknown.
    """

    scikit_learn: str | None = None
    modules: tuple[str, ...] = ()
    of_delivery: tuple[str, ...] = ()
    numpy_core: bool = False
    data_frame: bool = False
    minors: tuple[int, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return JSON-serializable values."""
        return asdict(self)

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Self:
        """Return the metadata that `as_json` serialized."""
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in plain.items()}
        return cls(**values)


def read_contents(artifact: Path) -> ArtifactMetadata:
    """Return the metadata of an artifact; empty metadata for a custom format that only `load_model` can read.

    Raises:
        ModelFolderError: The file cannot be a model: it is empty, a web page, a Git LFS pointer or truncated.
    """
    start = start_of(artifact)
    check_start(artifact.name, start)
    found = Findings()
    if start.startswith(LZ4):
        found.names.add(("lz4", "frame"))
    try:
        with open_artifact(artifact) as file:
            StubUnpickler(file, found).load()
            while file.read(BLOCK_BYTES):  # reads to the end, to detect a truncated compressed file
                pass
    except Exception as error:  # noqa: BLE001 - loading it later reports the error of the library itself
        check_end(artifact, start, error)
        return ArtifactMetadata()
    return found.contents()


class Findings:
    """Collects the metadata of a pickle and of the pickles nested in it."""

    def __init__(self) -> None:
        self.names: set[tuple[str, str]] = set()
        self.scikit_learn: str | None = None
        self.data_frame = False
        self.minors: set[int] | None = None

    def take_state(self, state: dict[str, Any]) -> None:
        """Record the metadata in the state of an object (its future attributes)."""
        version = state.get("_sklearn_version")
        if isinstance(version, str):
            self.scikit_learn = self.scikit_learn or version
        self.data_frame = self.data_frame or "feature_names_in_" in state

    def take_code(self, arguments: tuple[object, ...]) -> None:
        """Intersect `minors` with the Python versions that can run a code object of these arguments."""
        minors = compatible_minors(arguments)
        if minors is not None:
            self.minors = minors if self.minors is None else self.minors & minors

    def contents(self) -> ArtifactMetadata:
        """Return the collected metadata."""
        return ArtifactMetadata(
            scikit_learn=self.scikit_learn,
            modules=_sorted(module.partition(".")[0] for module, _ in self.names),
            of_delivery=_sorted(name for module, name in self.names if module in DELIVERED),
            numpy_core=any(module.startswith("numpy._core") for module, _ in self.names),
            data_frame=self.data_frame,
            minors=None if self.minors is None else tuple(sorted(self.minors)),
        )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


class Stub:
    """Replaces every object of a pickle: accepts all operations and does nothing."""

    module = name = ""
    found: Findings

    def __new__(cls, *_: object, **__: object) -> Self:
        """Return a new stub for any arguments."""
        return object.__new__(cls)

    def __init__(self, *arguments: object, **_: object) -> None:
        self.arguments = arguments

    def __call__(self, *arguments: object, **_: object) -> "Stub":
        """Return another stub; a call of the stub for `CodeType` records the code object's arguments."""
        if self.arguments == (CODE_TYPE,):
            self.found.take_code(arguments)
        return Stub(*arguments)

    def __setitem__(self, key: object, value: object) -> None:
        """Ignore a dictionary item."""

    def add(self, value: object) -> None:
        """Ignore a set item."""

    def append(self, value: object) -> None:
        """Ignore a list item."""

    def extend(self, values: object) -> None:
        """Ignore list items."""


class StubUnpickler(PurePythonUnpickler):  # type: ignore[misc]  # untyped in the standard library
    """Unpickler for files of joblib, pickle and cloudpickle that replaces every imported name with a `Stub`."""

    dispatch = PurePythonUnpickler.dispatch.copy()

    def __init__(self, file: IO[bytes], found: Findings) -> None:
        super().__init__(file)
        self.file = file
        self.found = found

    def find_class(self, module: str, name: str) -> type[Stub]:
        """Record the name and return a stub class instead of importing it."""
        module = NAMES_OF_PYTHON_2.get(module, module) if self.proto < 3 else module  # noqa: PLR2004 - of Python 3
        self.found.names.add((module, name))
        return type(name, (Stub,), {"module": module, "name": name, "found": self.found})

    def persistent_load(self, _: object) -> Stub:
        """Return a stub for an object that is stored outside of the pickle."""
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
        self.found.take_state(state)
        if getattr(self.stack[-1], "name", "") == "NumpyArrayWrapper":
            self._skip_array(state)

    def _skip_array(self, wrapper: dict[str, Any]) -> None:
        """Skip the raw bytes of an array, which joblib writes into the pickle stream after the array's wrapper."""
        code = str(wrapper["dtype"].arguments[0])
        if code.startswith("O"):
            StubUnpickler(self.file, self.found).load()
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
    """Return the size in bytes of one item of a numpy type such as `f8`, `V64` or `U10` (4 bytes per character)."""
    number = int(code.lstrip("<>=|")[1:])
    return number * 4 if "U" in code else number
