"""Every style of delivery, untouched, through a real server: it answers what its author's own `predict` answers."""

from collections.abc import Callable

import jsonschema_rs
import pytest
import schemathesis

from tests.gallery import comparison
from tests.gallery.comparison import all_close, are_close
from tests.gallery.gallery import STYLES
from tests.gallery.style import Style
from tests.gallery.visit import SERVED_PLAINLY, Visit

VisitTo = Callable[[Style], Visit]

every_style = pytest.mark.parametrize("style", STYLES, ids=str)


@every_style
def test_a_row_alone_is_answered_as_its_author_would(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    assert len({str(answer) for answer in visit.handover.alone}) > 1, "rows that all get one answer show little"
    assert [pair for pair in comparison.alone(visit) if not all_close(*pair)] == []


@every_style
def test_a_batch_is_answered_as_its_author_would(style: Style, visit_to: VisitTo) -> None:
    assert [pair for pair in comparison.together(visit_to(style)) if not all_close(*pair)] == []


@pytest.mark.parametrize("style", [style for style in STYLES if style.names], ids=str)
def test_features_by_name_are_answered_as_those_by_position(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    assert visit.by_name
    assert [pair for pair in comparison.by_name(visit) if not all_close(*pair)] == []


@pytest.mark.parametrize("style", [style for style in STYLES if style.probabilities], ids=str)
def test_probabilities_are_those_of_its_author(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    assert visit.probabilities
    assert [pair for pair in comparison.probabilities(visit) if not are_close(*pair)] == []


@every_style
def test_a_compiled_model_answers_the_same_and_does_answer(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    if visit.compiled is None:
        assert visit.refusal
        return
    told = visit.compiled.model["compiled"]
    assert told["state"] == "on"
    assert told["answered"] > told["fallbacks"]
    assert comparison.differing(visit.compiled) == []


@pytest.mark.parametrize("style", [style for style in STYLES if style.name in SERVED_PLAINLY], ids=str)
def test_without_any_shortcut_the_same_is_answered(style: Style, visit_to: VisitTo) -> None:
    plain = visit_to(style).plain
    assert plain is not None
    assert (plain.model["batching"]["state"], plain.model["fast_path"]) == ("off", False)
    assert comparison.differing(plain) == []


@every_style
def test_what_does_not_fit_is_refused_with_a_sentence_and_nothing_is_stored(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    wrong = {}
    for request, asked in visit.refused:
        sentence = str(asked.body.get("detail"))
        helps = request.word in sentence and sentence.endswith(".") and len(sentence.split()) > 3
        if asked.status not in (400, 422) or not helps:
            wrong[request.what] = (asked.status, asked.body)
    assert wrong == {}
    assert visit.stored_after_refusals == visit.stored


@every_style
def test_the_signature_is_told_as_an_engineer_would_write_it(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    expected = style.signature()
    assert {name: visit.model.get(name, "not told") for name in expected} == expected


@every_style
def test_null_is_expected_exactly_where_its_author_s_predict_answers_without_a_value(
    style: Style, visit_to: VisitTo
) -> None:
    if style.features is not None:
        assert [column.nullable for column in style.features] == visit_to(style).handover.takes_missing


@every_style
def test_what_is_stored_reads_back_as_it_was_asked_and_answered(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    stored = {prediction["id"]: prediction for prediction in visit.stored}
    assert stored
    for asked in (*visit.alone, *visit.probabilities):
        kept = stored[asked.body["id"]]
        assert (kept["features"], kept["result"]) == (asked.features, asked.body["result"])
        assert kept["model_version"] == visit.model["version"]
    for asked in visit.by_name:
        assert stored[asked.body["id"]]["features"] == [asked.features[name] for name in style.names or ()]


@every_style
def test_the_document_is_valid_and_its_examples_are_answered(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    schemathesis.openapi.from_dict(visit.document).validate()
    assert visit.examples or not style.own_examples
    assert [asked.body for asked in visit.examples if asked.status != 200] == []


@every_style
def test_the_document_allows_what_is_answered_and_forbids_what_is_refused(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    schema = {"$ref": "#/components/schemas/PredictionRequest", "components": visit.document["components"]}
    validator = jsonschema_rs.validator_for(schema)
    asked = [*visit.alone, *visit.by_name]
    assert [each.features for each in asked if not validator.is_valid({"features": each.features})] == []
    wrong = [request for request, _ in visit.refused if request.told]
    assert [each.what for each in wrong if validator.is_valid({"features": each.features})] == []


@every_style
def test_the_served_folder_is_unchanged(style: Style, visit_to: VisitTo) -> None:
    visit = visit_to(style)
    assert "model.py" in visit.files_before
    assert visit.files_after == visit.files_before
