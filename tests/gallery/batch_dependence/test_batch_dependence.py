"""The result of a request is the result of its row alone, whoever else sends requests."""

import pytest

from tests.gallery.batch_dependence.catalogue import (
    CHANGED_BY_EACH_CALL,
    DEPENDENT,
    HONEST,
    MODEL_FOLDERS,
)
from tests.gallery.batch_dependence.conftest import VisitTo
from tests.gallery.batch_dependence.model_folder import ModelFolder
from tests.gallery.batch_dependence.visit import FOLDERS, are_same

DEFINED = [folder for folder in MODEL_FOLDERS if not folder.undefined]


def test_each_model_folder_is_in_the_catalogue() -> None:
    assert sorted(path.name for path in FOLDERS.iterdir()) == sorted(folder.name for folder in MODEL_FOLDERS)


@pytest.mark.parametrize("folder", DEFINED, ids=str)
def test_each_result_is_that_of_its_row_alone(folder: ModelFolder, visit_to: VisitTo) -> None:
    seen = visit_to(folder)
    if folder.rejection is not None:
        assert folder.rejection in (seen.rejection or "")
        return
    assert seen.rejection is None
    assert seen.rows > seen.errors
    assert len(seen.differences) == 0, seen.differences[:3]


@pytest.mark.parametrize("folder", [folder for folder in DEPENDENT if not folder.is_fresh_alone], ids=str)
def test_the_results_of_this_user_code_do_depend_on_other_rows(folder: ModelFolder, visit_to: VisitTo) -> None:
    expected = visit_to(folder).expected
    assert any(expected.alone)
    pairs = zip(expected.together, expected.alone, strict=True)
    assert not all(are_same(*pair, with_probabilities=folder.has_probabilities) for pair in pairs)


@pytest.mark.parametrize("folder", CHANGED_BY_EACH_CALL, ids=str)
def test_user_code_that_each_call_changes_is_not_batched(folder: ModelFolder, visit_to: VisitTo) -> None:
    assert not visit_to(folder).is_batched


@pytest.mark.parametrize("folder", HONEST, ids=str)
def test_row_wise_user_code_is_batched(folder: ModelFolder, visit_to: VisitTo) -> None:
    seen = visit_to(folder)
    results = [str(outcome["result"]) for outcome in seen.expected.alone if outcome]
    assert len(set(results)) > 1, "rows that all have one result show little"
    assert seen.is_batched
