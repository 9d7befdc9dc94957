"""Check of the compiled model of a model folder: whether it is built and usable, or has a mismatch."""

from web_single.config import Config
from web_single.environments.environment import Environment
from web_single.model_folder.folder import ModelFolder
from web_single.predictor.compiled.cache import CompiledCache, key_of
from web_single.service.check.finding_types import Kind
from web_single.service.check.report import Finding

NOT_BUILT = "not built (`web-single build` does)"


def look_at_compiled(
    model_folder: ModelFolder, environment: Environment, config: Config
) -> tuple[str | None, list[Finding]]:
    """Return a line about the compiled model, or None if compilation is off, and a finding if it has a mismatch."""
    if not config.uses_compiled:
        return None, []
    manifest = CompiledCache.of(config).find(key_of(model_folder, environment, config))
    if manifest is None:
        return NOT_BUILT, []
    if manifest.is_usable:
        return f"{' and '.join(manifest.answers)}, by {' and '.join(manifest.engines)}", []
    if manifest.row is None:
        return f"no: {manifest.reason}", []
    return "no: it differs", [Kind.COMPILED_DIFFERS.found(manifest.reason or "")]
