"""Start here: `python main.py` serves the model of this checkout on port 8000."""

import os
import sys
from pathlib import Path

INTERPRETER = Path(__file__).resolve().parent / ".venv" / "bin" / "python"


def main():
    """Serve; on an interpreter without our packages, with the one that `make` or Poetry has set up."""
    try:
        from web_single.server.startup import gc_paused

        with gc_paused():
            import web_single.cli.serve  # noqa: F401 - fails here where our packages are missing
        from web_single.cli.main import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    except ImportError as error:
        if Path(sys.prefix) == INTERPRETER.parent.parent or not INTERPRETER.exists():
            sys.exit(f"{error}. `make serve` sets everything up and serves.")
        os.execv(INTERPRETER, [str(INTERPRETER), *sys.argv])
    run(["serve", *sys.argv[1:]])


if __name__ == "__main__":
    main()
