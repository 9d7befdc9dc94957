"""Entry point of the model process: imports this folder as a package by its path and starts the server loop."""

import importlib.util
import sys
from pathlib import Path


def import_this_folder():
    """Import this folder as a package without adding it or its parent folder to `sys.path`."""
    folder = Path(__file__).resolve().parent
    spec = importlib.util.spec_from_file_location(
        folder.name, str(folder / "__init__.py"), submodule_search_locations=[str(folder)]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules[folder.name] = package
    spec.loader.exec_module(package)


if __name__ == "__main__":
    import_this_folder()
    from web_single_runner.server import main

    sys.exit(main())
