"""Where the model's process starts: makes this folder importable as a package, by its place alone, and serves."""

import importlib.util
import sys
from pathlib import Path


def import_this_folder():
    """Import it under its name; nothing that lies beside it becomes importable, and nothing in it by a short name."""
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
