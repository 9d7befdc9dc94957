"""Make the kept deliveries anew: `python -m tests.gallery.old.keep` trains them in environments of their time."""

import json
import shutil
import tempfile
from pathlib import Path

from tests.gallery.old.deliveries import (
    ARTIFACT,
    KEPT,
    OldDelivery,
    ask,
    find_python,
    make_environment,
    put_together,
    rows_for,
    train,
)


def keep(old: OldDelivery, work: Path) -> None:
    """Train one, and put its artifact and the answers of what made it where git keeps them."""
    python = make_environment(work / f"{old}-environment", find_python(old.python), old.packages)
    delivery = put_together(work / str(old), old)
    train(delivery, old.kind, python)
    old.kept.mkdir(parents=True, exist_ok=True)
    shutil.copy(delivery / ARTIFACT, old.kept)
    rows = rows_for(old.kind)
    (old.kept / "answers.json").write_text(json.dumps({"rows": rows, **ask(delivery, rows, python)}) + "\n")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for each in KEPT:
            keep(each, Path(folder))
