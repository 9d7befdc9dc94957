"""Checks on a model folder before any of its code runs."""

from web_single.config import Config
from web_single.logging import Event, get_logger
from web_single.model_folder.folder import ModelFolder
from web_single.model_folder.source.findings import Effect
from web_single.model_folder.source.import_effects import reject_import_effects, tell

log = get_logger()


def open_model_folder(config: Config) -> ModelFolder:
    """Open the model folder at MODEL_PATH, and log a warning if importing model.py would train.

    Raises:
        ModelFolderError: The folder is invalid, or importing model.py would write a model.
    """
    model_folder = ModelFolder.open(config.model_path, pin=config.model_sha256)
    findings = reject_import_effects(model_folder)
    if message := tell(Effect.TRAINS, findings):
        log.warning(Event.IMPORT_TRAINS, reason=message)
    return model_folder
