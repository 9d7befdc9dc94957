"""Loading of the model folder: imports `model.py`, loads the artifact and resolves the prediction functions."""

import contextlib
import gc
import importlib
import importlib.machinery
import importlib.util
import os
import pickle
import re
import sys
from pathlib import Path

from web_single_runner.errors import UnsupportedModelError
from web_single_runner.loading.conventions import call_load_model, call_with_model

COMPRESSIONS = ((b"\x1f\x8b", "gzip"), (b"BZh", "bz2"), (b"\xfd7zXZ", "lzma"), (b"\x5d\x00", "lzma"))
NAME_NOT_FOUND = re.compile(
    r"Can't get (?:attribute|local object) '(\w[\w.]*)' on <module '(?:model|__main__)'"
    r"|module '(?:model|__main__)' has no attribute '(\w+)'"
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
SELDOM = (1_000_000, 10, 10)  # thresholds of the three garbage collector generations
CHANGING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink", "os.chmod")


class LoadedModel:
    """Holds the `model.py` module and the model.

    `predict` and `predict_proba` take X and return the result of the user code; `predict_proba` may be None.
    """

    def __init__(self, code, model):
        self.code = code
        self.model = model
        self.has_own_predict = hasattr(code, "predict")
        self.predict = asked(code, model, "predict")
        self.predict_proba = asked(code, model, "predict_proba")
        if self.predict is None:
            raise UnsupportedModelError(tell_nothing_to_predict_with(code, model))


def tell_nothing_to_predict_with(code, model):
    """Return the error message for a model folder without any `predict`."""
    if model is None and hasattr(code, "load_model"):
        return "load_model in model.py returns None: let it `return` the model."
    return (
        "There is nothing to predict with: model.py has no predict(model, X), "
        "and what was loaded ({}) has no predict(X).".format(type(model).__name__)
    )


def asked(code, model, name):
    """Return the function of this name in model.py, else the model's method, as a function of X; None for neither."""
    function = getattr(code, name, None)
    if function is not None:
        return call_with_model(name, function, model)
    method = getattr(model, name, None)
    return method if callable(method) else None


def load(artifact):
    """Return the loaded model of the folder that contains this artifact; writing to the folder is an error meanwhile.

    Raises:
        UnsupportedModelError: model.py exits, lacks a name that the pickle needs, or has unsupported functions.
    """
    import_without_cache_from(artifact.parent)
    sys.path[0] = str(artifact.parent)
    sys.argv[:] = [str(artifact.with_name("model.py"))]
    with writes_refused(artifact.parent):
        try:
            with gc_relaxed():
                code = import_delivered_code(artifact)
            function = getattr(code, "load_model", None)
            model = call_load_model(function, artifact) if function is not None else load_artifact(artifact)
        except SystemExit as error:
            raise UnsupportedModelError(
                "model.py ends the process when it is loaded (exit code {}): put what a script does "
                'under `if __name__ == "__main__":`.'.format(error.code)
            ) from error
        except AttributeError as error:
            raise_for_missing_name(artifact, str(error))
            raise
    return LoadedModel(code, model)


def raise_for_missing_name(artifact, message):
    """Raise UnsupportedModelError if the message is about a pickled name missing in model.py; else return."""
    found = NAME_NOT_FOUND.search(message)
    if found:
        name = found.group(1) or found.group(2)
        where = "does not define" if artifact.with_name("model.py").exists() else "would define, and that is not there"
        raise UnsupportedModelError(
            "{} needs {}, which model.py {}: hand over the model.py that it was made by.".format(
                artifact.name, name, where
            )
        )


class UncachedLoader(importlib.machinery.SourceFileLoader):
    """Loads modules of the model folder without `__pycache__`, because the model version covers only sources."""

    def path_stats(self, path):
        """Raise OSError: without a modification time, importlib neither reads nor writes the bytecode cache."""
        raise OSError


def import_without_cache_from(model_folder):
    """Disable the bytecode cache for modules of the model folder; libraries keep it, for a fast start."""

    def find_in(folder):
        if model_folder not in (Path(folder), *Path(folder).parents):
            raise ImportError
        extensions = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
        sources = (UncachedLoader, importlib.machinery.SOURCE_SUFFIXES)
        return importlib.machinery.FileFinder(folder, extensions, sources)

    sys.path_hooks.insert(0, find_in)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for child processes of the model


def import_delivered_code(artifact):
    """Return model.py as a module, or an empty module if there is none.

    It runs under the name `model`, so that training behind a `__main__` guard does not start.
    It is also registered as `__main__`, because `python model.py` pickles its classes as `__main__.X`.
    """
    path = artifact.with_name("model.py")
    sys.modules["_web_single_main"] = sys.modules["__main__"]  # keeps the globals of the runner alive
    spec = importlib.util.spec_from_file_location("model", str(path), loader=UncachedLoader("model", str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules["__main__"] = sys.modules["model"] = module
    if path.exists():
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def gc_relaxed():
    """Reduce garbage collection during imports and exclude the imported objects from later collections.

    Collection takes a tenth of the start time. A threshold set by user code is kept.
    """
    usual = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.freeze()
        if gc.get_threshold() == SELDOM:
            gc.set_threshold(*usual)


def load_artifact(artifact):
    """Return the content of the artifact, loaded with joblib, or with pickle if joblib is not installed."""
    try:
        import joblib
    except ImportError:
        with artifact.open("rb") as file:
            start = file.read(8)
            file.seek(0)
            module = next((module for magic, module in COMPRESSIONS if start.startswith(magic)), None)
            # Imported on demand: a Python build may lack a compression module.
            opener = contextlib.nullcontext if module is None else importlib.import_module(module).open
            with opener(file) as content:
                return pickle.load(content)  # noqa: S301 - the artifact is as trusted as model.py
    return joblib.load(str(artifact))


@contextlib.contextmanager
def writes_refused(folder):
    """Raise PermissionError if Python code writes to the model folder.

    This gives a clear error message; it is no security boundary, because C code bypasses audit hooks.
    """
    refusing = [True]

    def refuse(event, arguments):
        if not refusing:
            return
        if event == "open" and is_writing(arguments):
            refuse_within(folder, arguments[:1])  # the second argument is the mode, not a path
        elif event in CHANGING:
            refuse_within(folder, arguments[:2])

    sys.addaudithook(refuse)
    try:
        yield
    finally:
        refusing.clear()


def is_writing(arguments):
    """Return whether the arguments of an `open` audit event (path, mode, flags) open the file for writing."""
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & WRITING)


def refuse_within(folder, arguments):
    for path in arguments:
        if not isinstance(path, (str, bytes, os.PathLike)):
            continue  # a file descriptor
        place = Path(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 - `resolve` accesses the file system
        if folder in place.parents:
            raise PermissionError(
                "model.py would write {} into the delivery while it is loaded. Let it write to another folder, "
                'or put that line under `if __name__ == "__main__":`.'.format(place.relative_to(folder))
            )
