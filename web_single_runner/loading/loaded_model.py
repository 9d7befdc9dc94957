"""The delivered code and the model: imported, loaded, and called the way they plainly want to be called."""

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
SELDOM = (1_000_000, 10, 10)  # new objects, and how many times before older ones are looked at too
CHANGING = ("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink", "os.chmod")


class LoadedModel:
    """The model, with `predict` and perhaps `predict_proba`: each takes X and returns what the delivery answers."""

    def __init__(self, code, model):
        self.code = code
        self.model = model
        self.has_own_predict = hasattr(code, "predict")
        self.predict = asked(code, model, "predict")
        self.predict_proba = asked(code, model, "predict_proba")
        if self.predict is None:
            raise UnsupportedModelError(tell_nothing_to_predict_with(code, model))


def tell_nothing_to_predict_with(code, model):
    """Return the sentence about a delivery that has no `predict` at all."""
    if model is None and hasattr(code, "load_model"):
        return "load_model in model.py returns None: let it `return` the model."
    return (
        "There is nothing to predict with: model.py has no predict(model, X), "
        "and what was loaded ({}) has no predict(X).".format(type(model).__name__)
    )


def asked(code, model, name):
    """Return the delivered function of this name, or else the model's method, as a function of X; None for neither."""
    function = getattr(code, name, None)
    if function is not None:
        return call_with_model(name, function, model)
    method = getattr(model, name, None)
    return method if callable(method) else None


def load(artifact):
    """Return the delivery that holds this artifact. Nothing may be written into it meanwhile."""
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
    """Say what is missing where a pickle names what model.py has not: Python says it of a module alone."""
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
    """Neither writes `__pycache__` into the delivery nor runs what lies in one: its version covers sources only."""

    def path_stats(self, path):
        """Tell no time of the source: without one there is no cache."""
        raise OSError


def import_without_cache_from(model_folder):
    """Import the delivery's modules from their sources; all others are cached, or each start would compile them."""

    def find_in(folder):
        if model_folder not in (Path(folder), *Path(folder).parents):
            raise ImportError
        extensions = (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES)
        sources = (UncachedLoader, importlib.machinery.SOURCE_SUFFIXES)
        return importlib.machinery.FileFinder(folder, extensions, sources)

    sys.path_hooks.insert(0, find_in)
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"  # for what it starts


def import_delivered_code(artifact):
    """Return the delivered model.py as a module, or an empty one where there is none.

    It runs under the name `model`, or the training behind its `__main__` guard would start.
    It is registered as `__main__` too, because classes pickled by `python model.py` are called `__main__.X`.
    """
    path = artifact.with_name("model.py")
    sys.modules["_web_single_main"] = sys.modules["__main__"]  # keeps our own globals alive
    spec = importlib.util.spec_from_file_location("model", str(path), loader=UncachedLoader("model", str(path)))
    module = importlib.util.module_from_spec(spec)
    sys.modules["__main__"] = sys.modules["model"] = module
    if path.exists():
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def gc_relaxed():
    """Seldom look for garbage among what is imported, and never later: it is a tenth of the time of a start.

    What the delivered code sets stays as it is.
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
    """Return what the artifact holds: by joblib, or where the delivery has none, by pickle."""
    try:
        import joblib
    except ImportError:
        with artifact.open("rb") as file:
            start = file.read(8)
            file.seek(0)
            module = next((module for magic, module in COMPRESSIONS if start.startswith(magic)), None)
            # A Python may have been built without one of them.
            opener = contextlib.nullcontext if module is None else importlib.import_module(module).open
            with opener(file) as content:
                return pickle.load(content)  # noqa: S301 - it is the data scientist's, as model.py is
    return joblib.load(str(artifact))


@contextlib.contextmanager
def writes_refused(folder):
    """Refuse what Python itself would write into the delivery. A good message, not a wall: C code passes it."""
    refusing = [True]

    def refuse(event, arguments):
        if not refusing:
            return
        if event == "open" and is_writing(arguments):
            refuse_within(folder, arguments[:1])  # the next one is a mode: a word, but no path
        elif event in CHANGING:
            refuse_within(folder, arguments[:2])

    sys.addaudithook(refuse)
    try:
        yield
    finally:
        refusing.clear()


def is_writing(arguments):
    """Tell whether an `open` that the audit hook hears of (path, mode, flags) is to write."""
    flags = arguments[2]
    return isinstance(flags, int) and bool(flags & WRITING)


def refuse_within(folder, arguments):
    for path in arguments:
        if not isinstance(path, (str, bytes, os.PathLike)):
            continue  # a number: what was opened before
        place = Path(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100 - `resolve` opens what it names
        if folder in place.parents:
            raise PermissionError(
                "model.py would write {} into the delivery while it is loaded. Let it write to another folder, "
                'or put that line under `if __name__ == "__main__":`.'.format(place.relative_to(folder))
            )
