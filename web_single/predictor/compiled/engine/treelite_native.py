"""Calls of treelite's C library by ctypes.

treelite's Python package loads scipy for sparse rows, which are never used here. The functions are those of its C API,
https://treelite.readthedocs.io/en/latest/api.html.
"""

import ctypes
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from weakref import finalize

import numpy as np

from web_single.predictor.compiled.engine.preprocessing import Array

NAME = "libtreelite.dylib" if sys.platform == "darwin" else "libtreelite.so"
SUMS_IN_ONE_THREAD = b'{"predict_type": "raw", "nthread": 1}'
FLOAT64 = b"float64"


class TreeLibraryError(Exception):
    """treelite is not installed, rejects the input or reports an error."""


class TreeliteModel:
    """Loads a tree ensemble from treelite's serialized form, and computes its outputs in float64."""

    def __init__(self, kept: bytes) -> None:
        self._model, self._settings = ctypes.c_void_p(), ctypes.c_void_p()
        call("TreeliteDeserializeModelFromBytes", kept, ctypes.c_size_t(len(kept)), ctypes.byref(self._model))
        free_with(self, "TreeliteFreeModel", self._model)
        call("TreeliteGTILParseConfig", SUMS_IN_ONE_THREAD, ctypes.byref(self._settings))
        free_with(self, "TreeliteGTILDeleteConfig", self._settings)
        columns = ctypes.c_size_t()
        call("TreeliteQueryNumFeature", self._model, ctypes.byref(columns))
        self._columns = columns.value
        self._outputs = self._shape_of_one()

    def _shape_of_one(self) -> tuple[int, ...]:
        """Return the shape of the output for one row, without the row dimension."""
        sizes, count = ctypes.POINTER(ctypes.c_uint64)(), ctypes.c_uint64()
        asked = (self._model, ctypes.c_uint64(1), self._settings)
        call("TreeliteGTILGetOutputShape", *asked, ctypes.byref(sizes), ctypes.byref(count))
        return tuple(sizes[at] for at in range(1, count.value))

    def sums(self, table: Array) -> Array:
        """Return the sum (or the mean, if the ensemble averages) of the trees, float64, shape (rows, outputs).

        Args:
            table: The input of the trees, shape (rows, columns); converted to float64.

        Raises:
            TreeLibraryError: The table has another number of columns, or treelite reports an error.
        """
        rows = np.ascontiguousarray(table, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self._columns:  # noqa: PLR2004 - two dimensions
            raise TreeLibraryError(f"The trees take {self._columns} columns, not a table of shape {rows.shape}.")
        found = np.zeros((len(rows), *self._outputs))
        given, count = ctypes.c_void_p(rows.ctypes.data), ctypes.c_uint64(len(rows))
        taken = ctypes.c_void_p(found.ctypes.data)
        call("TreeliteGTILPredict", self._model, given, FLOAT64, count, taken, self._settings)
        return found.reshape(len(rows), -1)


def free_with(owner: TreeliteModel, name: str, handle: ctypes.c_void_p) -> None:
    """Call the free function when the owner is collected; not at exit, where a thread may still use the model."""
    finalize(owner, call, name, handle).atexit = False


def call(name: str, *arguments: object) -> None:
    """Call a function of the library; raise TreeLibraryError with its message if it fails."""
    if getattr(library(), name)(*arguments):
        raise TreeLibraryError(library().TreeliteGetLastError().decode(errors="replace"))


@cache
def library() -> ctypes.CDLL:
    """Return the library, loaded from the folder of the treelite package without importing the package."""
    package = find_spec("treelite")
    if package is None or package.origin is None:
        raise TreeLibraryError("treelite is not installed.")
    loaded = ctypes.CDLL(str(Path(package.origin).with_name("lib") / NAME))
    loaded.TreeliteGetLastError.restype = ctypes.c_char_p
    return loaded
