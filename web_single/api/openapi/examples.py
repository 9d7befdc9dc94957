"""The examples of the OpenAPI document: rows that this model was asked, and what it answered."""

from typing import Any

from web_single.api.error_responses import JSON, NO_FEATURES, OTHER_METHOD, ErrorExample, name_examples
from web_single.api.model_schemas import ModelResponse
from web_single.service.examples import Example
from web_single.service.status_service import ModelStatus

Json = dict[str, Any]

CREATED_AT = "2026-01-31T09:30:00.123456Z"


def add_examples(document: Json, model: ModelStatus, example: Example) -> None:
    """Show each call and its answers, as far as the model's own are known."""
    paths = document["paths"]
    refuse(paths["/predict"]["post"], NO_FEATURES, example.refusal)
    refuse(paths["/predict/batch"]["post"], NO_FEATURES, example.batch_refusal)
    for path, operations in paths.items():
        allowed = ", ".join(sorted(operations)).upper()
        for operation in operations.values():
            refuse(operation, OTHER_METHOD, f"{path.replace('{id}', '1')} takes {allowed}, not PUT.")
    answer(paths["/model"]["get"], {"model": ModelResponse.from_status(model).model_dump(mode="json")})
    if not example.rows:
        return
    ask(paths["/predict"]["post"], rows_in_each_form(model, example))
    ask(paths["/predict/batch"]["post"], {"two_rows": {"instances": list(example.rows)}})
    first, second = predictions(example)
    answer(paths["/predict"]["post"], {"prediction": first} | with_probabilities(first, example))
    answer(paths["/predict/batch"]["post"], {"two_predictions": {"predictions": [first, second]}})
    detailed = [detail(prediction, model, example) for prediction in (first, second)]
    answer(paths["/predict"]["get"], {"predictions": [first, second], "with_detail": detailed})
    answer(paths["/predict/{id}"]["get"], {"prediction": first, "with_detail": detailed[0]})


def predictions(example: Example) -> list[Json]:
    """Return the first predictions of an empty ledger, were these the first rows to be asked."""
    return [{"id": number, "result": result} for number, result in enumerate(example.results, start=1)]


def rows_in_each_form(model: ModelStatus, example: Example) -> Json:
    """Return a row in the model's order, and where its features have names by these too."""
    rows: Json = {"a_row": {"features": example.rows[0]}}
    names = model.signature.feature_names
    if names is not None:
        rows["by_name"] = {"features": dict(zip(names, example.rows[0], strict=True))}
    return rows


def with_probabilities(prediction: Json, example: Example) -> Json:
    """Return the example of a prediction with probabilities, where the model has them."""
    if example.probabilities is None:
        return {}
    return {"with_probabilities": prediction | {"probabilities": example.probabilities[0]}}


def detail(prediction: Json, model: ModelStatus, example: Example) -> Json:
    """Return a prediction with all that is known of it."""
    known = {"probabilities": None, "model_version": model.version, "created_at": CREATED_AT}
    return prediction | {"features": example.rows[prediction["id"] - 1]} | known


def ask(operation: Json, values: Json) -> None:
    """Add examples of a request's body."""
    operation["requestBody"]["content"][JSON]["examples"] = name_examples(values)


def answer(operation: Json, values: Json) -> None:
    """Add examples of a success."""
    operation["responses"]["200"]["content"][JSON]["examples"] = name_examples(values)


def refuse(operation: Json, error: ErrorExample, message: str) -> None:
    """Replace the sentence of an error by the one that this path or this model gives."""
    examples = operation["responses"][str(error.status)]["content"][JSON]["examples"]
    examples[error.name]["value"] = {"detail": message}
