"""Script that the server runs in any interpreter with `python -c`: prints the installed packages as a JSON line.

Standalone: standard library only, Python 3.8 and later.
"""

from __future__ import annotations

import importlib.util
import json
import platform
import sys
from importlib import metadata


def main() -> None:
    """Print which modules and packages are installed; the first argument is JSON, `[modules, packages]`."""
    sys.path[:] = filter(None, sys.path)  # the working folder does not belong to the interpreter
    modules, packages = json.loads(sys.argv[1])
    versions = {name: version_of(name) for name in packages}
    missing = [name for name in modules if not is_there(name)]
    known = {name: version for name, version in versions.items() if version}
    told = {"python": platform.python_version(), "packages": known, "missing": missing}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


def version_of(name: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def is_there(name: str) -> bool:
    """Return whether a top-level module can be found, without importing it."""
    try:
        return name in sys.builtin_module_names or importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


if __name__ == "__main__":
    main()
