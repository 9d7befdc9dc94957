"""How the delivered functions are called: what their parameters plainly say."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from web_single_runner.errors import UnsupportedModelError
from web_single_runner.loading.conventions import call_load_model, call_with_model

MODEL, X, ARTIFACT = object(), object(), Path("/delivery/model.joblib")


class Scorer:
    def __call__(self, model: object, X: object) -> object:
        return model, X


def takes_both(*arguments: object) -> object:
    return arguments


def keywords_only(*, X: object, model: object) -> object:
    return model, X


def positional_only(model: object, rows: object, /) -> object:
    return model, rows


@pytest.mark.parametrize(
    "function",
    [
        lambda model, X: (model, X),
        lambda anything, whatever: (anything, whatever),
        lambda X, model: (model, X),
        lambda df, clf: (clf, df),
        lambda features, fitted: (fitted, features),
        lambda model, X, threshold=0.5: (model, X),  # noqa: ARG005 - it has a default
        lambda X, model=None: (model, X),
        lambda model, X=None: (model, X),
        lambda model=None, X=None: (model, X),
        lambda model, X, *rest, **more: (model, X),  # noqa: ARG005 - it gets none
        takes_both,
        keywords_only,
        positional_only,
        Scorer(),
        partial(lambda factor, model, X: (model, X), 2),  # noqa: ARG005 - it is bound
    ],
)
def test_model_and_rows_find_their_parameters(function: Callable[..., Any]) -> None:
    assert call_with_model("predict", function, MODEL)(X) == (MODEL, X)


@pytest.mark.parametrize(
    "function",
    [lambda X: X, lambda whatever: whatever, lambda X, verbose=False: X, lambda rows=None: rows],  # noqa: ARG005 - as above
)
def test_a_function_of_the_rows_alone_gets_them_alone(function: Callable[..., Any]) -> None:
    assert call_with_model("predict", function, MODEL)(X) is X


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda: None, r"model.py has predict\(\); predict\(model, X\) and predict\(X\) are accepted\.$"),
        (lambda model: model, r"predict\(model\); predict\(model, X\) and"),
        (lambda model, X, threshold: None, r"predict\(model, X, threshold\); .* Give threshold a default value\."),  # noqa: ARG005 - refused
        (lambda model, X, low, high: None, r"Give low and high a default value\."),  # noqa: ARG005 - as above
        ("best", r"predict in model.py is no function but of type str"),
    ],
)
def test_a_function_that_wants_anything_else_is_refused_with_what_was_found(function: Any, told: str) -> None:  # noqa: ANN401 - anything
    with pytest.raises(UnsupportedModelError, match=told):
        call_with_model("predict", function, MODEL)


def test_an_asynchronous_function_is_refused() -> None:
    async def predict(model: object, X: object) -> None:
        pass

    with pytest.raises(UnsupportedModelError, match=r"predict in model\.py is asynchronous"):
        call_with_model("predict", predict, MODEL)


def load_by_annotation(path: Path) -> Path:
    return path


def load_by_its_words(path: "Path") -> Path:
    return path


def load_by_keyword(*, model_path: str) -> str:
    return model_path


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (lambda path: path, str(ARTIFACT)),
        (lambda p: p, str(ARTIFACT)),
        (lambda path="model.joblib": path, str(ARTIFACT)),
        (lambda model_path=None: model_path, str(ARTIFACT)),
        (lambda artefact=None: artefact, str(ARTIFACT)),
        (lambda where=Path("model.joblib"): where, ARTIFACT),
        (load_by_annotation, ARTIFACT),
        (load_by_its_words, ARTIFACT),
        (load_by_keyword, str(ARTIFACT)),
        (lambda *paths: paths, ()),
        (lambda version="v2": version, "v2"),
        (lambda: "its own", "its own"),
    ],
)
def test_load_model_gets_the_path_in_the_form_that_it_wants(function: Callable[..., Any], given: object) -> None:
    assert call_load_model(function, ARTIFACT) == given


def test_a_load_model_that_wants_more_is_refused() -> None:
    with pytest.raises(UnsupportedModelError, match=r"load_model\(path, device\); .* Give device a default value"):
        call_load_model(lambda path, device: (path, device), ARTIFACT)
