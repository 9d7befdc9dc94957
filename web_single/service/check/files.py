"""Static checks of a model folder: its files, and the import effects of its code."""

from pathlib import PurePosixPath

from web_single.model_folder.folder import ModelFolder, delivered_files, is_artifact, name_of
from web_single.model_folder.source.findings import Effect
from web_single.model_folder.source.import_effects import tell, what_importing_does
from web_single.service.check.finding_types import Kind
from web_single.service.check.report import DeliveredFile, Finding

MOST_TOLD = 5
LARGE_BYTES = 5 * 10**6
NEVER_DELIVERED = (
    ".log",
    ".db",
    ".sqlite",
    ".sqlite3",
    ".ipynb",
    ".zip",
    ".tar",
    ".tgz",
    ".rar",
    ".7z",
    ".bak",
    ".tmp",
)
DATA = (
    ".csv",
    ".tsv",
    ".xlsx",
    ".xls",
    ".parquet",
    ".feather",
    ".h5",
    ".hdf5",
    ".npy",
    ".npz",
    ".arff",
    ".json",
    ".jsonl",
)


def files_of(model_folder: ModelFolder) -> list[DeliveredFile]:
    """Return the files that are part of the model version."""
    folder = model_folder.folder
    return [DeliveredFile(name_of(path, folder), path.stat().st_size) for path in delivered_files(folder)]


def look_at_files(model_folder: ModelFolder, files: list[DeliveredFile]) -> list[Finding]:
    """Return a finding about files that do not look like part of a model folder."""
    stray = [file.name for file in files if file.name != model_folder.artifact.name and is_stray(file)]
    if not stray:
        return []
    more = f" and {len(stray) - MOST_TOLD} more" if len(stray) > MOST_TOLD else ""
    listed = ", ".join(stray[:MOST_TOLD]) + more
    do = "does" if len(stray) == 1 else "do"
    return [Kind.STRAY_FILES.found(f"{listed} {do} not look like part of a delivery.")]


def is_stray(file: DeliveredFile) -> bool:
    """Return whether a file looks like a by-product, a data set, or an additional artifact."""
    path = PurePosixPath(file.name.lower())
    if path.suffix in NEVER_DELIVERED or (len(path.parts) == 1 and is_artifact(path.name)):
        return True
    return path.suffix in DATA and file.size_bytes > LARGE_BYTES


def look_at_imports(model_folder: ModelFolder) -> list[Finding]:
    """Return findings about import effects of model.py that belong under a `__main__` guard."""
    effects = what_importing_does(model_folder)
    findings = []
    for effect, kind in ((Effect.WRITES, Kind.WRITES_ON_IMPORT), (Effect.TRAINS, Kind.TRAINS_ON_IMPORT)):
        if message := tell(effect, effects):
            findings.append(kind.found(message))
    unsure = [effect for effect in effects if not effect.sure]
    if unsure and not findings:
        findings.append(Kind.MAY_WRITE_OR_TRAIN.found(f"model.py could do so when it is imported: {unsure[0].path}."))
    return findings
