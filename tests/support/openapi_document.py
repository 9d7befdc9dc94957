"""The OpenAPI document of the example model, as it is kept in the repository: `make openapi` writes it anew."""

import json
import tempfile
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from tests.support.model_folders import EXAMPLE
from web_single.app import create_app
from web_single.config import CHECKOUT, Compile, Config, OnOff

# Of all that the document tells, only this depends on who runs the server.
OF_SOME_MACHINE = {"python": "3.11.7", "packages": {"scikit-learn": "1.9.1", "numpy": "2.4.4"}}
KEPT = CHECKOUT / "docs/openapi.json"


def ask_for_the_document(folder: Path) -> Any:  # noqa: ANN401 - a JSON value
    """Return what a server that has just started answers."""
    db_url = f"sqlite:///{folder}/predictions.db"
    artifact = EXAMPLE / "model.joblib"
    config = Config(model_path=artifact, db_url=db_url, docs=OnOff.ON, compile=Compile.OFF, _env_file=None)
    with TestClient(create_app(config)) as client:
        document = client.get("/openapi.json").json()
    answers = document["paths"]["/model"]["get"]["responses"]["200"]["content"]["application/json"]["examples"]
    answers["model"]["value"]["environment"].update(OF_SOME_MACHINE)
    return document


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        document = ask_for_the_document(Path(folder))
    KEPT.write_text(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
